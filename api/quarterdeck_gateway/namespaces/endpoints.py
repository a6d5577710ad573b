"""Route of ``/api/v1/namespaces``."""

from fastapi import APIRouter

from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.namespaces.schemas import NamespaceList
from quarterdeck_gateway.namespaces.service import list_namespaces
from quarterdeck_gateway.routing.registry import Registry
from quarterdeck_gateway.schemas import error_responses


def router(registry: Registry, catalogue: Catalogue, default_namespace: str) -> APIRouter:
    """The one route."""
    routes = APIRouter(prefix="/api/v1/namespaces", tags=["namespaces"])

    @routes.get("", summary="Namespaces that the caller may enter", responses=error_responses(401))
    async def get_namespaces(caller: Caller) -> NamespaceList:
        return list_namespaces(registry, catalogue, caller, default_namespace)

    return routes
