"""uvicorn, stopped the way that loses nobody's chat.

First readiness says no while the port still answers, so that load balancers turn away; then the
port closes and running streams end in their own time. And a request's head has a bound, which
uvicorn's fast parser does not set.
"""

import time
from types import FrameType
from typing import Any, Final

import orjson
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from quarterdeck_contract.wire.errors import error_body
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

    async def on_tick(self, counter: int) -> bool:
        due = self._stop_at is not None and time.monotonic() >= self._stop_at
        return await super().on_tick(counter) or due


def server_config(app: ASGIApp, settings: Settings, **overrides: Any) -> uvicorn.Config:
    """uvicorn's configuration for a gateway; ``overrides`` are uvicorn's own options."""
    protocol = type(
        "GatewayProtocol", (BoundedHeadProtocol,), {"max_head_bytes": settings.max_header_bytes}
    )
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
    """Answers 431 to a head that grows and grows, before it fills the memory."""

    max_head_bytes = 32 * 1024

    _in_head = True
    _head_bytes = 0

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.max_head_bytes and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()


_REFUSAL: Final = orjson.dumps(
    error_body(431, "request_head_too_large", "The request's headers are too long.")
)
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(_REFUSAL), _REFUSAL)
)
