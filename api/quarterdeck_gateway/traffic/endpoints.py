"""Route of ``/api/v1/metrics``."""

from typing import Annotated

from fastapi import APIRouter, Query

from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.schemas import error_responses
from quarterdeck_gateway.traffic.schemas import TrafficQuery, TrafficReport
from quarterdeck_gateway.traffic.service import TrafficService


def router(service: TrafficService) -> APIRouter:
    """The one route."""
    routes = APIRouter(prefix="/api/v1/metrics", tags=["metrics"])

    @routes.get(
        "",
        summary="Requests, tokens, cost and latency per agent over time",
        responses=error_responses(401, 404, 422, 503),
    )
    async def get_traffic(query: Annotated[TrafficQuery, Query()], caller: Caller) -> TrafficReport:
        """From the ledger, so for as long as single records are kept. Percentiles are exact, over
        completed chats."""
        return await service.report(query, caller)

    return routes
