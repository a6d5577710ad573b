"""An upstream cheap enough never to be the bottleneck: a worker or provider on a raw socket.

A framework would cost more per event than the gateway under test. Started as a process::

    PYTHONPATH=tests python -m bench.chat.upstream --port 9009
"""

import argparse
import asyncio
from typing import Final, cast

import uvloop

from bench.chat.scripted_answer import BETWEEN_SECONDS, FIRST_SECONDS, FRAMES, WHOLE

_CHUNKS: Final = tuple(b"%x\r\n%b\r\n" % (len(frame), frame) for frame in FRAMES)
_END: Final = b"0\r\n\r\n"
_STREAM_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)
_WHOLE: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
    % (len(WHOLE), WHOLE)
)


class Upstream(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, rest = self._received.partition(b"\r\n\r\n")
        if not separator or len(rest) < (length := _content_length(head)):
            return
        body, self._received = rest[:length], rest[length:]
        self._answer(body)

    def _answer(self, body: bytes) -> None:
        if b'"stream":true' not in body.replace(b" ", b""):
            self._write(_WHOLE)
            return
        asyncio.get_running_loop().call_later(FIRST_SECONDS, self._next, 0)

    def _next(self, index: int) -> None:
        head = _STREAM_HEAD if index == 0 else b""
        if index == len(_CHUNKS) - 1:
            self._write(_CHUNKS[index] + _END)
            return
        self._write(head + _CHUNKS[index])
        if self._transport is not None:
            asyncio.get_running_loop().call_later(BETWEEN_SECONDS, self._next, index + 1)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Upstream, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(_serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
