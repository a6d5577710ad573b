"""A head that does not come to an end holds no connection."""

import asyncio
import time

import pytest

from quarterdeck_gateway.server import server_config
from support.front_door import front_door, settings_with
from support.running_gateway import listening

HEAD = b"GET /healthz HTTP/1.1\r\nhost: x\r\n"


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
        begun = time.monotonic()
        async with asyncio.timeout(5):
            answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in answer
    assert time.monotonic() - begun < 2


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
        async with asyncio.timeout(5):
            while not reading.done():
                writer.write(b"x-more: 1\r\n")
                await asyncio.sleep(0.02)
        writer.close()
    assert (await reading).startswith(b"HTTP/1.1 408 ")


async def test_a_connection_that_is_used_stays() -> None:
    settings = settings_with(request_timeout_seconds=0.2)
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
            await asyncio.sleep(0.06)
        writer.close()
