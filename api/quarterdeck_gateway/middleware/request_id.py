"""Gives every request a name that stands in its response, its log line and the worker's."""

import os
import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quarterdeck_contract.names import HEADER_REQUEST_ID

_HEADER: Final = HEADER_REQUEST_ID.encode()
_SANE: Final = re.compile(rb"[A-Za-z0-9._:-]{1,128}")


class RequestIdMiddleware:
    """Accepts a sane ``x-request-id``, else makes one; puts it into ``scope["state"]``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = accepted(scope) or f"req_{os.urandom(16).hex()}"
        scope.setdefault("state", {})["request_id"] = request_id
        header = (_HEADER, request_id.encode())

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        await self.app(scope, receive, send_named)


def accepted(scope: Scope) -> str | None:
    """The client's own id, if it cannot break a header, a log line or a URL."""
    for name, value in scope["headers"]:
        if name == _HEADER:
            return value.decode() if _SANE.fullmatch(value) else None
    return None
