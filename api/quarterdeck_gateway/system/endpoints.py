"""Route of ``/api/v1/health``."""

from fastapi import APIRouter

from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.schemas import error_responses
from quarterdeck_gateway.system.schemas import HealthView
from quarterdeck_gateway.system.service import HealthService


def router(service: HealthService) -> APIRouter:
    """The one route."""
    routes = APIRouter(prefix="/api/v1/health", tags=["health"])

    @routes.get("", summary="How the installation stands", responses=error_responses(401))
    async def get_health(caller: Caller) -> HealthView:
        """As the gateway that answers sees it; another replica may see its own watches, spool and
        connections otherwise."""
        return await service.health(caller)

    return routes
