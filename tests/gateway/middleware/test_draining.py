"""Clients that keep their connections are told in time that the gateway stops."""

import httpx
from starlette.responses import PlainTextResponse

from quarterdeck_gateway.middleware.draining import DrainingMiddleware
from quarterdeck_gateway.services import Drain


async def test_answers_end_their_connections_once_the_gateway_drains() -> None:
    drain = Drain()
    app = DrainingMiddleware(PlainTextResponse("hello"), drain=drain)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        before = await client.get("http://gateway/")
        drain.begin()
        after = await client.get("http://gateway/")
    assert "connection" not in before.headers
    assert after.headers["connection"] == "close"
    assert after.text == "hello"
