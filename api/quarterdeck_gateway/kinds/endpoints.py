"""Route of ``/api/v1/schemas``."""

from typing import Any, Final

from fastapi import APIRouter, Response

from quarterdeck_gateway.kinds.manifest_schema import KindName, manifest_schema
from quarterdeck_gateway.schemas import error_responses

CACHE: Final = "private, max-age=300"
"""Schemas change with the gateway's version alone."""


def router() -> APIRouter:
    """The one route."""
    routes = APIRouter(prefix="/api/v1/schemas", tags=["schemas"])

    @routes.get(
        "/{kind}",
        summary="JSON Schema of the manifests of a kind",
        responses=error_responses(401, 422),
    )
    async def get_schema(kind: KindName, response: Response) -> dict[str, Any]:
        """With descriptions, defaults and allowed values. `x-quarterdeck-rules` lists the rules
        between fields that a schema cannot say."""
        response.headers["cache-control"] = CACHE
        return manifest_schema(kind)

    return routes
