"""Nothing that surrounds a body holds a connection, or the memory, for ever."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from quarterdeck_gateway.server import server_config
from support.front_door import front_door, settings_with, tell
from support.running_gateway import listening

HEAD = b"GET /healthz HTTP/1.1\r\nhost: x\r\n"
UNKNOWN = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n"
KNOWN = UNKNOWN + b"authorization: Bearer qd_user\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def connection(
    endpoint: Callable[[Request], Any] = tell, **options: Any
) -> AsyncIterator[Connection]:
    """A connection to a front door, closed at the end, all within a minute."""
    settings = settings_with(**options)
    async with (
        asyncio.timeout(60),
        front_door(endpoint, **options) as door,
        listening(server_config(door.app, settings, loop="none")) as url,
    ):
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        yield reader, writer
        writer.close()


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Whatever comes until the connection ends, in whichever way."""
    received = b""
    try:
        while piece := await reader.read(65536):
            received += piece
    except ConnectionError:
        pass
    return received


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, piece: bytes) -> int:
    """Sends ``piece`` over and over until the other side has enough: how many bytes it took."""
    sent = 0
    while sent < 8 * 1024 * 1024 and not reader.at_eof():
        try:
            writer.write(piece)
            await writer.drain()
        except ConnectionError:
            break
        sent += len(piece)
        await asyncio.sleep(0)
    return sent


async def answer_of(reader: asyncio.StreamReader) -> bytes:
    """The status line of the next answer, whose body is read too."""
    head = await reader.readuntil(b"\r\n\r\n")
    (length,) = (
        int(line.partition(b":")[2])
        for line in head.lower().splitlines()
        if line.startswith(b"content-length:")
    )
    await reader.readexactly(length)
    return head.splitlines()[0]


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HT", HEAD, b"\r\n\r\n"])
async def test_a_head_that_stops(sent: bytes) -> None:
    settings = settings_with(request_timeout_seconds=0.2)
    async with (
        front_door() as door,
        listening(server_config(door.app, settings, loop="none")) as url,
    ):
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in answer


async def test_a_head_that_trickles() -> None:
    settings = settings_with(request_timeout_seconds=0.3)
    async with (
        front_door() as door,
        listening(server_config(door.app, settings, loop="none")) as url,
    ):
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(HEAD)
        reading = asyncio.create_task(reader.read())
        async with asyncio.timeout(20):
            while not reading.done():
                writer.write(b"x-more: 1\r\n")
                await asyncio.sleep(0.02)
        writer.close()
    assert (await reading).startswith(b"HTTP/1.1 408 ")


async def test_a_connection_that_is_used_stays() -> None:
    settings = settings_with(request_timeout_seconds=2)
    async with (
        front_door() as door,
        listening(server_config(door.app, settings, loop="none")) as url,
    ):
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for _ in range(10):
            writer.write(HEAD + b"\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
            while (await reader.readline()).strip():
                pass
            await reader.read(65536)
            await asyncio.sleep(0.3)
        writer.close()


@pytest.mark.parametrize("field", [b"x-a: " + b"a" * 3000, b"x: " + b"\r\nx: ".join([b"a"] * 600)])
async def test_a_long_head_at_once(field: bytes) -> None:
    async with connection(max_header_bytes=2048) as (reader, writer):
        writer.write(HEAD + field + b"\r\n\r\n")
        answer = await rest(reader)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_a_long_target_at_once() -> None:
    async with connection(max_header_bytes=2048) as (reader, writer):
        writer.write(b"GET /healthz?" + b"a" * 3000 + b" HTTP/1.1\r\nhost: x\r\n\r\n")
        assert (await rest(reader)).startswith(b"HTTP/1.1 431 ")


async def wait_for_the_body(request: Request) -> Response:
    await request.body()
    return PlainTextResponse("ok")


@pytest.mark.parametrize("head", [UNKNOWN, KNOWN], ids=["answered", "waiting"])
@pytest.mark.parametrize(
    ("first", "piece"),
    [(b"0\r\n", b"x-more: %s\r\n" % (b"y" * 1000)), (b"0\r\nx-one: ", b"y" * 1000)],
    ids=["fields", "one field"],
)
async def test_trailers_without_end(head: bytes, first: bytes, piece: bytes) -> None:
    async with connection(wait_for_the_body, max_header_bytes=4096) as (reader, writer):
        writer.write(head + CHUNKED + first)
        await asyncio.sleep(0.1)
        # What the kernel's buffers hold counts as sent, too.
        assert await flood(reader, writer, piece) < 8 * 1024 * 1024
        assert b" 431 " not in await rest(reader), "nobody would know which request it is about"


async def test_trailers_are_no_headers() -> None:
    async def headers(request: Request) -> Response:
        await request.body()
        return PlainTextResponse(",".join(request.headers))

    async with connection(headers) as (reader, writer):
        writer.write(KNOWN + CHUNKED + b"1\r\nx\r\n0\r\nx-forwarded-for: 10.0.0.1\r\n\r\n")
        writer.write(HEAD + b"connection: close\r\n\r\n")
        answer = await rest(reader)
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert b"host,authorization,transfer-encoding" in answer
    assert b"x-forwarded-for" not in answer


async def test_a_body_that_goes_on_after_its_answer() -> None:
    sent = 0
    async with connection(request_timeout_seconds=1) as (reader, writer):
        writer.write(UNKNOWN + b"content-length: 3000000\r\n\r\n")
        assert b" 401 " in await answer_of(reader)
        async with asyncio.timeout(20):
            while not (reader.at_eof() or writer.is_closing()):
                writer.write(b"x")
                sent += 1
                await asyncio.sleep(0.02)
    assert sent > 1, "it was given a while"


async def test_a_body_that_ends_after_its_answer_costs_no_later_request() -> None:
    async def slow(request: Request) -> Response:
        await asyncio.sleep(2.5)
        return PlainTextResponse("ok")

    async with connection(slow, request_timeout_seconds=2) as (reader, writer):
        writer.write(UNKNOWN + b"content-length: 4\r\n\r\nab")
        assert b" 401 " in await answer_of(reader)
        writer.write(b"cd" + KNOWN + b"content-length: 0\r\n\r\n")
        assert b" 200 " in await answer_of(reader)


@pytest.mark.parametrize("left", [b"\r\n", b"cd"], ids=["blank line", "rest of the body"])
async def test_bytes_that_begin_no_request_keep_nothing_open(left: bytes) -> None:
    settings = settings_with()
    length = b"4" if left == b"cd" else b"2"
    async with (
        asyncio.timeout(60),
        front_door() as door,
        listening(server_config(door.app, settings, loop="none", timeout_keep_alive=1)) as url,
    ):
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(UNKNOWN + b"content-length: " + length + b"\r\n\r\nab")
        assert b" 401 " in await answer_of(reader)
        writer.write(left)
        assert await rest(reader) == b""
        writer.close()
