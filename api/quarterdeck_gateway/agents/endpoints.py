"""Routes of ``/api/v1/agents``."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Path, Query

from quarterdeck_contract.v1alpha1.schema import ResourceName
from quarterdeck_gateway.agents import service
from quarterdeck_gateway.agents.events import list_events
from quarterdeck_gateway.agents.schemas import AgentDetail, AgentList, EventList
from quarterdeck_gateway.agents.service import AgentChanges
from quarterdeck_gateway.catalogue.attribution import Acting
from quarterdeck_gateway.events.port import EventReader
from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.keys.schemas import NamespaceName
from quarterdeck_gateway.manifests.bodies import require_manifest_body
from quarterdeck_gateway.manifests.schemas import AgentManifestShape, IfNoneMatch, WriteOptions
from quarterdeck_gateway.routing.registry import Registry
from quarterdeck_gateway.routing.visible import VisibleRegistry
from quarterdeck_gateway.schemas import NamespaceFilter, error_responses

_PREFIX: Final = "/api/v1/agents"
_ONE: Final = "/{namespace}/{name}"


def router(registry: Registry, default_namespace: str) -> APIRouter:
    """The routes for looking, over ``registry``."""
    routes = APIRouter(prefix=_PREFIX, tags=["agents"])

    @routes.get("", summary="List agents with their status", responses=error_responses(401, 422))
    async def list_agents(caller: Caller, only: Annotated[NamespaceFilter, Query()]) -> AgentList:
        visible = VisibleRegistry(registry, caller)
        return service.list_agents(visible, default_namespace, only.namespace)

    @routes.get(
        _ONE,
        summary="One agent with its status and manifest",
        responses=error_responses(401, 404),
    )
    async def get_agent(namespace: str, name: str, caller: Caller) -> AgentDetail:
        visible = VisibleRegistry(registry, caller)
        return service.get_agent(visible, default_namespace, namespace, name)

    return routes


def changes_router(registry: Registry, changes: AgentChanges, reader: EventReader) -> APIRouter:
    """The routes that change agents or ask the cluster."""
    routes = APIRouter(prefix=_PREFIX, tags=["agents"])

    @routes.put(
        _ONE,
        summary="Create or replace an agent",
        responses=error_responses(400, 401, 403, 404, 409, 412, 422, 503),
        dependencies=[Depends(require_manifest_body)],
    )
    async def put_agent(
        actor: Acting,
        namespace: Annotated[NamespaceName, Path()],
        name: Annotated[ResourceName, Path()],
        manifest: Annotated[AgentManifestShape, Body()],
        options: Annotated[WriteOptions, Query()],
        if_none_match: IfNoneMatch = None,
    ) -> AgentDetail:
        only_new = if_none_match is not None
        return await changes.put(actor, namespace, name, manifest, options, only_new=only_new)

    @routes.delete(
        _ONE,
        status_code=204,
        summary="Remove an agent and its workers",
        responses=error_responses(401, 403, 404, 409, 422, 503),
    )
    async def delete_agent(
        actor: Acting, namespace: str, name: str, force: Annotated[bool, Query()] = False
    ) -> None:
        """With `force` also one that something else manages and may bring back."""
        await changes.delete(actor, namespace, name, WriteOptions(force=force))

    @routes.get(
        _ONE + "/events",
        summary="What happened to an agent and its workers lately",
        responses=error_responses(401, 404, 503),
    )
    async def list_agent_events(namespace: str, name: str, caller: Caller) -> EventList:
        return await list_events(VisibleRegistry(registry, caller), reader, namespace, name)

    return routes
