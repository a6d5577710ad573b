"""Routes of ``/api/v1/usage``."""

from typing import Annotated

from fastapi import APIRouter, Query

from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.schemas import error_responses
from quarterdeck_gateway.usage.schemas import UsagePage, UsageQuery
from quarterdeck_gateway.usage.service import UsageService


def router(service: UsageService) -> APIRouter:
    """The routes over ``service``."""
    routes = APIRouter(prefix="/api/v1/usage", tags=["costs"])

    @routes.get(
        "",
        summary="Single chats, newest first",
        responses=error_responses(401, 403, 404, 422, 503),
    )
    async def list_usage(query: Annotated[UsageQuery, Query()], caller: Caller) -> UsagePage:
        return await service.page(query, caller)

    return routes
