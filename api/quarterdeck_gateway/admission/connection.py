"""One connection to Redis that many chats share at once.

A general client takes a connection from a pool for each command, which costs more CPU than all
else that admission does. Here commands go out together, one write per turn of the event loop, and
replies are handed out in order. Whoever waits too long ends the connection: nothing behind a late
reply could be trusted to come in time.
"""

import asyncio
from collections import deque
from typing import Any, Final, TypeAlias, cast

import hiredis

from quarterdeck_gateway.admission.address import Node

Word: TypeAlias = str | int | bytes
Reply: TypeAlias = Any
"""int, bytes, None, or a list of such: it depends on the command."""

_SECOND_LOOK_SECONDS: Final = 0.02
_MAX_UNSENT_BYTES: Final = 16 * 1024 * 1024


class Refused(Exception):
    """The server answered with an error; the message begins with its kind, like READONLY."""


class Disconnected(Exception):
    """The connection ended, or the server was silent for too long."""


class RedisConnection(asyncio.Protocol):
    """Commands in, replies out, in order. ``node`` is its other end."""

    def __init__(self, node: Node, timeout_seconds: float) -> None:
        self.node = node
        self.run_id = ""
        self._timeout = timeout_seconds
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(replyError=Refused)
        self._waiting: deque[tuple[asyncio.Future[Reply], float]] = deque()
        self._unsent: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._overdue: asyncio.Future[Reply] | None = None

    @property
    def is_open(self) -> bool:
        """Whether commands can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def call(self, *words: Word) -> asyncio.Future[Reply]:
        """Send one command; the future raises Refused or Disconnected."""
        future: asyncio.Future[Reply] = self._loop.create_future()
        if not self.is_open:
            future.set_exception(Disconnected(f"{self.node} closed the connection"))
            return future
        if not self._unsent:
            self._loop.call_soon(self._flush)
        # Its stub knows only commands of one word.
        self._unsent.append(hiredis.pack_command(words))  # type: ignore[arg-type]
        deadline = self._loop.time() + self._timeout
        self._waiting.append((future, deadline))
        if self._watch is None:
            self._watch = self._loop.call_at(deadline, self._check_deadline)
        return future

    def close(self, reason: str = "closed") -> None:
        """End it; whoever still waits gets Disconnected."""
        if self._transport is not None:
            self._transport.abort()
        self._fail(Disconnected(f"{self.node}: {reason}"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(Disconnected(f"{self.node} closed the connection"))

    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not False:
                self._answer(reply)
        except hiredis.ProtocolError as exc:
            self.close(f"does not speak the protocol of Redis: {exc}")

    def _answer(self, reply: Reply) -> None:
        if not self._waiting:
            self.close("answered without a question")
            return
        future, _ = self._waiting.popleft()
        if future.done():
            return
        if isinstance(reply, Refused):
            future.set_exception(reply)
        else:
            future.set_result(reply)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        if self._transport is None:
            return
        if self._transport.get_write_buffer_size() > _MAX_UNSENT_BYTES:
            self.close("does not read")
            return
        self._transport.write(b"".join(unsent))

    def _check_deadline(self) -> None:
        self._watch = None
        if not self._waiting:
            return
        future, deadline = self._waiting[0]
        if deadline > self._loop.time():
            self._watch = self._loop.call_at(deadline, self._check_deadline)
        elif self._overdue is not future:
            # A loop that was held up calls its timers before it reads what has arrived meanwhile.
            self._overdue = future
            self._watch = self._loop.call_later(_SECOND_LOOK_SECONDS, self._check_deadline)
        else:
            self.close(f"silent for {self._timeout} s")

    def _fail(self, error: Disconnected) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        waiting, self._waiting = self._waiting, deque()
        for future, _ in waiting:
            if not future.done():
                future.set_exception(error)
