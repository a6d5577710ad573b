"""External agents, asked over real HTTP."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from quarterdeck_contract.addresses import IN_CLUSTER
from quarterdeck_contract.guarded_sockets import guarded_sockets
from quarterdeck_operator.cluster.probe import probe


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.mark.parametrize(
    ("status", "ready", "words"),
    [
        (200, True, "answers"),
        (404, True, "it answered 404"),
        (302, True, "it answered 302"),
        (401, True, "asks for credentials"),
        (403, True, "asks for credentials"),
        (500, False, "answered 500"),
        (503, False, "answered 503"),
    ],
)
async def test_the_status_decides(
    session: aiohttp.ClientSession, status: int, ready: bool, words: str
) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    async with TestServer(app) as server:
        found = await probe(session, str(server.make_url("/agent/")))
    assert (found.ready, asked) == (ready, ["/agent/readyz"])
    assert words in found.message


async def test_nobody_there_is_told_without_an_error(session: aiohttp.ClientSession) -> None:
    found = await probe(session, "http://127.0.0.1:1")
    assert not found.ready
    assert found.message == "http://127.0.0.1:1/readyz: cannot connect (Connection refused)"


async def test_addresses_that_no_resource_may_name_are_never_asked() -> None:
    guarded = aiohttp.TCPConnector(socket_factory=guarded_sockets(IN_CLUSTER))
    app = web.Application()
    async with TestServer(app) as server, aiohttp.ClientSession(connector=guarded) as session:
        for host in ("127.0.0.1", "localhost", "169.254.169.254"):
            found = await probe(session, f"http://{host}:{server.port}")
            assert not found.ready
            assert "refused to connect" in found.message


async def test_silence_is_not_waited_for(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck_operator.cluster.probe.TIMEOUT", 0.05)

    async def silent(_request: web.Request) -> web.Response:
        await asyncio.sleep(1)
        return web.Response()

    app = web.Application()
    app.router.add_get("/readyz", silent)
    async with TestServer(app) as server:
        found = await probe(session, str(server.make_url("")))
    assert not found.ready
    assert "did not answer within 0.05 seconds" in found.message
