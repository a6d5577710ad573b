"""What kubelets ask without a key, and the metrics, whose labels name every tenant."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from quarterdeck_gateway.errors import Starting, Unavailable
from quarterdeck_gateway.schemas import error_responses
from quarterdeck_gateway.services import Services


def router(services: Services) -> APIRouter:
    """The routes over ``services``."""
    routes = APIRouter(tags=["health"], default_response_class=PlainTextResponse)

    @routes.get("/healthz", summary="Whether the process works")
    async def healthz() -> str:
        return "ok"

    @routes.get("/readyz", summary="Whether it should get requests", responses=error_responses(503))
    async def readyz() -> str:
        if services.drain.draining:
            raise Unavailable("The gateway is stopping.")
        if not services.registry.synced:
            raise Starting("The gateway does not know its agents yet.", retry_after=1)
        if not services.catalogue.synced:
            raise Starting("The gateway does not know its keys and budgets yet.", retry_after=1)
        if not services.ledger.accepts:
            raise Unavailable("The spool of usage records is full: no chat may begin.")
        return "ok"

    @routes.get("/metrics", summary="Metrics in Prometheus' text format")
    async def metrics() -> Response:
        return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return routes
