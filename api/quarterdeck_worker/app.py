"""The worker's HTTP surface: one visible list of routes, and what stands before them."""

import secrets
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from quarterdeck_contract.names import HEADER_AGENT, HEADER_WORKER_TOKEN
from quarterdeck_contract.wire.errors import error_body
from quarterdeck_worker.answers import send_error
from quarterdeck_worker.chat import ChatEndpoint, request_id_of
from quarterdeck_worker.errors import Misdirected, Unauthorized
from quarterdeck_worker.metrics import CONTENT_TYPE, WorkerMetrics
from quarterdeck_worker.state import WorkerState
from quarterdeck_worker.tracing import NoTracing, Tracing

CHAT_PATH: Final = "/v1/chat/completions"


def build_app(
    state: WorkerState,
    metrics: WorkerMetrics,
    token: str | None,
    agent: str,
    tracing: Tracing | None = None,
) -> Starlette:
    """The ASGI app of ``agent``, as ``namespace/name``. With a token, every POST must carry it."""
    admission = [Middleware(RequireToken, token=token)] if token else []
    return Starlette(
        routes=[
            Route(
                CHAT_PATH, ChatEndpoint(state, metrics, tracing or NoTracing()), methods=["POST"]
            ),
            Route("/healthz", _healthz, methods=["GET"]),
            Route("/readyz", _Readyz(state), methods=["GET"]),
            Route("/metrics", _Metrics(metrics), methods=["GET"]),
        ],
        middleware=[*admission, Middleware(RefuseMisdirected, agent=agent)],
        exception_handlers={HTTPException: _http_error},
    )


class RequireToken:
    """Admits a POST only with the worker token: nobody but our gateway spends tokens here."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            given = dict(scope["headers"]).get(HEADER_WORKER_TOKEN.encode(), b"")
            if not secrets.compare_digest(given, self._token):
                error = Unauthorized(f"header {HEADER_WORKER_TOKEN} is missing or wrong")
                await send_error(send, error, request_id_of(scope))
                return
        await self._app(scope, receive, send)


class RefuseMisdirected:
    """Refuses a POST that the gateway meant for another agent.

    Network policies let the gateway in wherever it was sent, so somebody's Agent with our address
    as its ``runtime.endpoint`` would have our answers without a key of ours. Whoever reaches the
    port without naming an agent is not the gateway.
    """

    def __init__(self, app: ASGIApp, agent: str) -> None:
        self._app = app
        self._agent = agent.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and self._is_anothers(scope):
            # Nothing of our own name: who asks may not even know that we exist.
            error = Misdirected(
                "this is the worker of another agent: correct runtime.endpoint of the Agent"
            )
            await send_error(send, error, request_id_of(scope))
            return
        await self._app(scope, receive, send)

    def _is_anothers(self, scope: Scope) -> bool:
        name = HEADER_AGENT.encode()
        return any(given == name and value != self._agent for given, value in scope["headers"])


async def _healthz(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


class _Readyz:
    def __init__(self, state: WorkerState) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = self._state.not_ready()
        body = {"status": "ready"} if reason is None else {"status": "not ready", "reason": reason}
        response = JSONResponse(body, status_code=503 if reason else 200)
        await response(scope, receive, send)


class _Metrics:
    def __init__(self, metrics: WorkerMetrics) -> None:
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = Response(self._metrics.expose(), headers={"content-type": CONTENT_TYPE})
        await response(scope, receive, send)


async def _http_error(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)  # noqa: S101 - narrows a type
    code = {404: "not_found", 405: "method_not_allowed"}.get(exc.status_code, "http_error")
    body = error_body(exc.status_code, code, exc.detail, request_id=request_id_of(request.scope))
    return JSONResponse(body, status_code=exc.status_code, headers=exc.headers)
