"""Route ``/api/v1/targets``: service discovery by HTTP, as Prometheus reads it (http_sd_config)."""

from collections.abc import Iterable

from fastapi import APIRouter
from pydantic import BaseModel

from quarterdeck_gateway.routing.registry import AgentEntry, Registry
from quarterdeck_gateway.schemas import error_responses


class TargetGroup(BaseModel):
    """Workers of one agent."""

    targets: list[str]
    """Addresses ``host:port``."""
    labels: dict[str, str]
    """What their series are labelled with: ``namespace`` and ``agent``."""


def router(registry: Registry) -> APIRouter:
    """The route, over ``registry``."""
    routes = APIRouter(tags=["system"])

    @routes.get(
        "/api/v1/targets",
        summary="Where the workers' metrics are",
        responses=error_responses(401, 403),
    )
    async def list_targets() -> list[TargetGroup]:
        """For `http_sd_configs` of a Prometheus."""
        return target_groups(registry.agents())

    return routes


def target_groups(agents: Iterable[AgentEntry]) -> list[TargetGroup]:
    """The ready workers of every agent that runs here and has metrics: agents elsewhere are not
    ours to read, and of images that are not ours nobody knows unless their agents say so."""
    return [
        TargetGroup(
            targets=[replica.url.partition("://")[2] for replica in agent.replicas],
            labels={"namespace": agent.namespace, "agent": agent.name},
        )
        for agent in agents
        if agent.replicas and _is_scraped(agent)
    ]


def _is_scraped(agent: AgentEntry) -> bool:
    # As ``Runtime.is_scraped`` says, of a manifest that a newer release may have written.
    runtime = (agent.manifest.get("spec") or {}).get("runtime") or {}
    if runtime.get("endpoint"):
        return False
    return not runtime.get("image") or runtime.get("metrics") is True
