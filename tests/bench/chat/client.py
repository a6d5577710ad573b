"""A chat client that costs next to nothing, so that the load never measures itself.

It understands just enough HTTP/1.1 to know when an answer has begun and ended.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Final, cast

import orjson

from bench.chat.scripted_answer import EVENTS

EVENT: Final = b"data: "


class BadAnswer(Exception):
    """Not 200, cut off, or with events missing."""


@dataclass(frozen=True)
class Target:
    """Where chats go. ``model`` and ``key`` as a person would send them."""

    name: str
    port: int
    model: str = "bench"
    key: str = ""

    def request(self, *, stream: bool, max_tokens: int | None = None) -> bytes:
        """The whole request, as it goes over the wire."""
        messages = [{"role": "user", "content": "Tell me something about ships, in one sentence."}]
        fields = {"model": self.model, "messages": messages, "stream": stream}
        body = orjson.dumps(fields | ({"max_tokens": max_tokens} if max_tokens else {}))
        authorization = f"authorization: Bearer {self.key}\r\n" if self.key else ""
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\n{authorization}"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass(frozen=True)
class Timing:
    """Seconds from sending to the first byte of the body and to the last."""

    first: float
    total: float
    body: bytes


class Connection(asyncio.Protocol):
    """One kept-alive connection; one chat at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._done: asyncio.Future[None] | None = None
        self._pieces: list[bytes] = []
        self._head: bytes | None = None
        self._length: int | None = None
        self._first = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._done is not None and not self._done.done():
            self._done.set_exception(BadAnswer("connection closed"))

    @property
    def usable(self) -> bool:
        """Whether another chat may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    async def ask(self, request: bytes) -> Timing:
        """Send and wait for the whole answer; raises BadAnswer."""
        if self._transport is None:
            raise BadAnswer("connection closed")
        self._pieces, self._head, self._length, self._first = [], None, None, 0.0
        self._done = asyncio.get_running_loop().create_future()
        sent = time.perf_counter()
        self._transport.write(request)
        await self._done
        total = time.perf_counter() - sent
        body = b"".join(self._pieces)
        assert self._head is not None
        if b" 200 " not in self._head.partition(b"\r\n")[0]:
            raise BadAnswer(f"{self._head.decode(errors='replace')}: {body[:300]!r}")
        return Timing(self._first - sent, total, body)

    def data_received(self, data: bytes) -> None:
        self._pieces.append(data)
        if self._head is None and not self._take_head():
            return
        if not self._first and any(self._pieces):
            self._first = time.perf_counter()
        if self._complete() and self._done is not None and not self._done.done():
            self._done.set_result(None)

    def _take_head(self) -> bool:
        head, separator, rest = b"".join(self._pieces).partition(b"\r\n\r\n")
        if not separator:
            return False
        self._head, self._pieces = head, [rest]
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                self._length = int(line.partition(b":")[2])
        return True

    def _complete(self) -> bool:
        if self._length is not None:
            return sum(map(len, self._pieces)) >= self._length
        end = self._pieces[-1]
        if len(end) < 5 and len(self._pieces) > 1:
            end = self._pieces[-2] + end
        return end.endswith(b"0\r\n\r\n")


async def connect(port: int) -> Connection:
    """A new connection to 127.0.0.1."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
    return connection


def check_stream(timing: Timing, events: int = EVENTS) -> None:
    """Raises BadAnswer when the streamed answer lacks events or its end."""
    found = timing.body.count(EVENT)
    if found < events or b"[DONE]" not in timing.body:
        raise BadAnswer(f"{found} of {events} events: {timing.body[-300:]!r}")
