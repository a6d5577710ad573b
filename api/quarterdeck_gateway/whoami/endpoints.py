"""Route of ``/api/v1/whoami``."""

from fastapi import APIRouter

from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.schemas import error_responses
from quarterdeck_gateway.whoami.schemas import WhoAmI, who


def router() -> APIRouter:
    """The one route."""
    routes = APIRouter(prefix="/api/v1/whoami", tags=["identity"])

    @routes.get("", summary="Who the caller is", responses=error_responses(401))
    async def who_am_i(caller: Caller) -> WhoAmI:
        return who(caller)

    return routes
