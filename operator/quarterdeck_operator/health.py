"""The operator's own HTTP endpoint: is it alive, has it seen everything, what did it do."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], str]
"""What is wrong, in words; empty when nothing is."""


def health_app(healthy: Check, ready: Check, registry: CollectorRegistry) -> web.Application:
    """/healthz, /readyz (200 or 503 with the reason) and /metrics."""

    async def healthz(_request: web.Request) -> web.Response:
        return _verdict(healthy())

    async def readyz(_request: web.Request) -> web.Response:
        return _verdict(ready())

    async def metrics(_request: web.Request) -> web.Response:
        headers = {"Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=generate_latest(registry), headers=headers)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    return app


def _verdict(problem: str) -> web.Response:
    return web.Response(text=f"{problem or 'ok'}\n", status=503 if problem else 200)
