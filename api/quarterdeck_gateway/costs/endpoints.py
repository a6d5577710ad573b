"""Routes of ``/api/v1/costs``."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from quarterdeck_gateway.costs.schemas import CostQuery, CostReport
from quarterdeck_gateway.costs.service import CostService
from quarterdeck_gateway.costs.table import csv_text
from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.schemas import error_responses

_CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Sums by group and the total; with `format=csv` as a table.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}


def router(service: CostService) -> APIRouter:
    """The routes over ``service``."""
    routes = APIRouter(prefix="/api/v1/costs", tags=["costs"])

    @routes.get(
        "",
        summary="What chats cost, by agent, model, key, team, namespace or day",
        response_model=CostReport,
        response_model_exclude_none=True,
        responses=_CSV | error_responses(401, 403, 404, 422, 503),
    )
    async def get_costs(
        query: Annotated[CostQuery, Query()], caller: Caller
    ) -> CostReport | Response:
        report = await service.report(query, caller)
        if query.format == "json":
            return report
        headers = {"content-disposition": 'attachment; filename="costs.csv"'}
        return Response(csv_text(report), media_type="text/csv", headers=headers)

    return routes
