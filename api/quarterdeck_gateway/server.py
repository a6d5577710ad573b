"""uvicorn, stopped the way that loses nobody's chat.

First readiness says no while the port still answers, so that load balancers turn away; then the
port closes and running streams end in their own time. And what surrounds a request's body has
bounds, in bytes and in seconds, which uvicorn's fast parser does not set.
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

_FIELD_OVERHEAD: Final = len(": \r\n")


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
    trickles in, before it holds a connection for ever.

    Trailers count as head and are dropped. What is left of a body after its answer has as long as
    a head.
    """

    max_head_bytes = 32 * 1024
    max_head_seconds = 30.0

    _in_head = True
    _parsed_bytes = 0
    """Of this request's head and trailers, as far as the parser has handed them over."""
    _pending_bytes = 0
    """Received since the parser last handed over a part of a body: a single field that does not
    come to an end stays within the parser."""
    _progressed = False
    _messages = 0
    _receiving = False
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
        self._in_head, self._parsed_bytes, self._pending_bytes = True, 0, 0
        self._receiving = True
        self._messages += 1
        self._head_since = self.loop.time()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + _FIELD_OVERHEAD)
        # uvicorn would add a trailer to the headers of a request that somebody already judged.
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._progressed = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._progressed, self._receiving = True, False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        body_is_left = self._receiving and not self._in_head
        if body_is_left and self.cycle.response_complete:
            self.loop.call_later(self.max_head_seconds, self._give_up, self._messages)

    def data_received(self, data: bytes) -> None:
        self._progressed = False
        super().data_received(data)
        self._pending_bytes = 0 if self._progressed else self._pending_bytes + len(data)
        if self._pending_bytes > self.max_head_bytes:
            self._refuse(_TOO_LARGE)
        self._stay_idle_only_so_long()

    def send_400_response(self, msg: str) -> None:
        if self._parsed_bytes > self.max_head_bytes:
            self._refuse(_TOO_LARGE)
        else:
            super().send_400_response(msg)

    def _count(self, parsed: int) -> None:
        self._parsed_bytes += parsed
        if self._parsed_bytes > self.max_head_bytes:
            raise _HeadTooLarge

    def _give_up(self, message: int) -> None:
        if self._receiving and self._messages == message:
            self.transport.close()

    def _stay_idle_only_so_long(self) -> None:
        # uvicorn stops its timer at every byte, also at those that begin no request.
        answered = self.cycle is not None and self.cycle.response_complete
        if self._receiving or not answered or self.transport.is_closing():
            return
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

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
        if self.transport.is_closing():
            return
        # In the midst of another answer, or after its own, it would be taken for something else.
        if self._in_head and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(answer)
        self.transport.close()


class _HeadTooLarge(Exception):
    """Stops the parser, which reports it to ``send_400_response``."""


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
