"""uvicorn, stopped the way that loses nobody's chat.

First readiness says no while the port still answers, so that load balancers turn away; then the
port closes and running streams end in their own time. And a request's head has bounds, in bytes
and in seconds, which uvicorn's fast parser does not set.
"""

import asyncio
import socket
import time
from types import FrameType
from typing import Any, Final

import orjson
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from quarterdeck_contract.wire.errors import error_body
from quarterdeck_gateway.collector import keep_what_is_loaded
from quarterdeck_gateway.services import Drain
from quarterdeck_gateway.settings import Settings


class GatewayServer(uvicorn.Server):
    """Serves until SIGTERM or SIGINT: drains, then stops. A second signal skips the draining, a
    third one the streams. The process ends with code 0."""

    def __init__(self, config: uvicorn.Config, drain: Drain, delay_seconds: float) -> None:
        super().__init__(config)
        self._drain = drain
        self._delay = delay_seconds
        self._stop_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._stop_at is None:
            self._drain.begin()
            self._stop_at = time.monotonic() + self._delay
        elif not self.should_exit:
            self.should_exit = True
        else:
            self.force_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        keep_what_is_loaded()
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        due = self._stop_at is not None and time.monotonic() >= self._stop_at
        return await super().on_tick(counter) or due


def server_config(app: ASGIApp, settings: Settings, **overrides: Any) -> uvicorn.Config:
    """uvicorn's configuration for a gateway; ``overrides`` are uvicorn's own options."""
    bounds = {
        "max_head_bytes": settings.max_header_bytes,
        "max_head_seconds": settings.request_timeout_seconds,
    }
    protocol = type("GatewayProtocol", (BoundedHeadProtocol,), bounds)
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "http": protocol,
        "loop": "uvloop",
        "ws": "none",
        "lifespan": "off",
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": settings.shutdown_grace_seconds,
    }
    return uvicorn.Config(app, **(options | overrides))


class BoundedHeadProtocol(HttpToolsProtocol):
    """Answers 431 to a head that grows and grows, before it fills the memory, and 408 to one that
    trickles in, before it holds a connection for ever."""

    max_head_bytes = 32 * 1024
    max_head_seconds = 30.0

    _in_head = True
    _head_bytes = 0
    _head_since = 0.0
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head_since = self.loop.time()
        self._watch = self.loop.call_later(self.max_head_seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._head_since = self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.max_head_bytes:
                self._refuse(_TOO_LARGE)

    def _look(self) -> None:
        # One timer for a connection, not for a request: it looks at what is going on now and then.
        if self.transport.is_closing():
            return
        waited = self.loop.time() - self._head_since if self._in_head else 0.0
        if waited >= self.max_head_seconds - 0.001:
            self._refuse(_TOO_SLOW)
        else:
            self._watch = self.loop.call_later(self.max_head_seconds - waited, self._look)

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


def _refusal(status: int, phrase: str, code: str, message: str) -> bytes:
    body = orjson.dumps(error_body(status, code, message))
    head = (
        f"HTTP/1.1 {status} {phrase}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body


_TOO_LARGE: Final = _refusal(
    431,
    "Request Header Fields Too Large",
    "request_head_too_large",
    "The request's headers are too long.",
)
_TOO_SLOW: Final = _refusal(
    408, "Request Timeout", "request_timeout", "The request's headers were not there in time."
)
