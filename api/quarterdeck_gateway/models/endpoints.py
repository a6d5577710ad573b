"""Routes of ``/v1/models``."""

from fastapi import APIRouter

from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.models import service
from quarterdeck_gateway.models.schemas import OpenAIModel, OpenAIModelList
from quarterdeck_gateway.routing.registry import Registry
from quarterdeck_gateway.routing.visible import VisibleRegistry
from quarterdeck_gateway.schemas import error_responses


def router(registry: Registry, default_namespace: str) -> APIRouter:
    """The routes over ``registry``."""
    routes = APIRouter(prefix="/v1/models", tags=["models"])

    @routes.get("", summary="List the agents", responses=error_responses(401))
    async def list_models(caller: Caller) -> OpenAIModelList:
        return service.list_models(VisibleRegistry(registry, caller), default_namespace)

    @routes.get(
        "/{model:path}", summary="One agent by name", responses=error_responses(401, 404, 409)
    )
    async def get_model(model: str, caller: Caller) -> OpenAIModel:
        return service.get_model(model, VisibleRegistry(registry, caller), default_namespace)

    return routes
