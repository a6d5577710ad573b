"""Routes of ``/api/v1/agents``."""

from typing import Annotated

from fastapi import APIRouter, Query

from quarterdeck_gateway.agents import service
from quarterdeck_gateway.agents.schemas import AgentList, AgentView
from quarterdeck_gateway.chat.access import VisibleRegistry
from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.routing.registry import Registry
from quarterdeck_gateway.schemas import NamespaceFilter, error_responses


def router(registry: Registry, default_namespace: str) -> APIRouter:
    """The routes over ``registry``."""
    routes = APIRouter(prefix="/api/v1/agents", tags=["agents"])

    @routes.get("", summary="List agents with their status", responses=error_responses(401, 422))
    async def list_agents(caller: Caller, only: Annotated[NamespaceFilter, Query()]) -> AgentList:
        visible = VisibleRegistry(registry, caller)
        return service.list_agents(visible, default_namespace, only.namespace)

    @routes.get(
        "/{namespace}/{name}",
        summary="One agent with its status",
        responses=error_responses(401, 404),
    )
    async def get_agent(namespace: str, name: str, caller: Caller) -> AgentView:
        visible = VisibleRegistry(registry, caller)
        return service.get_agent(visible, default_namespace, namespace, name)

    return routes
