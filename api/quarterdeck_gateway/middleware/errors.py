"""The one place where an error becomes a response, in the shape that clients of OpenAI's API read.

It stands around everything that may refuse, other middleware included: exception handlers of the
framework never see what those raise.
"""

from typing import Any

import orjson
import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quarterdeck_contract.wire.errors import error_body
from quarterdeck_gateway.errors import ClientGone, GatewayError

log = structlog.get_logger(__name__)

INTERNAL = GatewayError("Something went wrong in the gateway; its log has the details.")


class ErrorEnvelopeMiddleware:
    """Renders every GatewayError; anything else is logged and told as a bare 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        request_id: str = scope["state"]["request_id"]
        try:
            await self.app(scope, receive, send_noting)
        except ClientGone:
            return
        except GatewayError as error:
            if started:
                raise
            await respond(error, request_id, send)
        except Exception:
            log.exception("unexpected error", request_id=request_id, path=scope["path"])
            if started:
                # The server must cut the connection: half an answer must not look whole.
                raise
            await respond(INTERNAL, request_id, send)


def envelope(error: GatewayError, request_id: str) -> dict[str, Any]:
    """The JSON body for an error."""
    return error_body(
        error.status, error.code, error.message, param=error.param, request_id=request_id
    )


def refused(error: GatewayError, request_id: str) -> Response:
    """The whole response for an error."""
    headers = {"cache-control": "no-store"} | error.headers()
    body = orjson.dumps(envelope(error, request_id))
    return Response(body, error.status, headers, media_type="application/json")


async def respond(error: GatewayError, request_id: str, send: Send) -> None:
    """Send the whole response for an error."""
    response = refused(error, request_id)
    start = {"type": "http.response.start", "status": error.status, "headers": response.raw_headers}
    await send(start)
    await send({"type": "http.response.body", "body": response.body})
