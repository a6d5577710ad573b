"""The way in believes nobody but named proxies, keeps no bodies, and lets nobody take it all."""

import asyncio

import aiohttp
import pytest

from support.front_proxy import Listener, engine_network, front_proxy

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

FORGED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


async def _told(listener: Listener, headers: dict[str, str]) -> tuple[list[str], list[str]]:
    async with (
        aiohttp.ClientSession(listener.url) as session,
        session.get("/v1/models", headers=headers) as answer,
    ):
        said = await answer.json()
    return said["X-Forwarded-For"], said["X-Forwarded-Proto"]


async def test_what_a_client_says_of_its_address_is_not_believed() -> None:
    async with front_proxy() as listener:
        addresses, schemes = await _told(listener, FORGED)
    assert addresses == [engine_network()["Gateway"]]
    assert schemes == ["http"]


async def test_a_proxy_that_is_named_is_believed_and_no_hop_before_it() -> None:
    networks = f"192.0.2.0/24,{engine_network()['Subnet']}"
    async with front_proxy(QUARTERDECK_TRUSTED_PROXIES=networks) as listener:
        assert await _told(listener, FORGED) == (["203.0.113.9"], ["https"])
        behind_two = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 192.0.2.7"}
        assert await _told(listener, behind_two) == (["203.0.113.9"], ["http"])


async def test_a_head_reaches_the_gateway_before_its_body() -> None:
    async def body() -> object:
        yield b"{"
        await asyncio.wait_for(listener.arrived.wait(), 60)
        yield b"}"

    async with (
        front_proxy() as listener,
        aiohttp.ClientSession(listener.url) as session,
        session.post("/v1/chat/completions", data=body()) as answer,
    ):
        assert answer.status == 200


async def test_a_body_of_unknown_length_is_bounded_too() -> None:
    async def body() -> object:
        for _ in range(64):
            yield b" " * 1024

    async with (
        front_proxy(QUARTERDECK_MAX_BODY_BYTES="8192") as listener,
        aiohttp.ClientSession(listener.url) as session,
        session.post("/v1/wait", data=body()) as answer,
    ):
        assert answer.status == 413
        assert (await answer.json())["error"]["code"] == "request_too_large"


async def test_one_address_cannot_take_every_connection() -> None:
    async def status(session: aiohttp.ClientSession) -> int:
        async with session.get("/v1/wait") as answer:
            return answer.status

    async with (
        front_proxy(QUARTERDECK_MAX_CONNECTIONS_PER_ADDRESS="2") as listener,
        aiohttp.ClientSession(listener.url) as session,
    ):
        asked = [asyncio.create_task(status(session)) for _ in range(3)]
        done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED, timeout=60)
        assert [task.result() for task in done] == [429]
        async with session.get("/v1/models") as refused:
            assert refused.headers["Retry-After"] == "5"
            assert (await refused.json())["error"]["code"] == "too_many_connections"
        async with session.get("/-/health") as health:
            assert health.status == 200
        listener.go.set()
        assert sorted(await asyncio.gather(*asked)) == [200, 200, 429]


@pytest.mark.parametrize("wrong", ["10.0.0.0/8;", "proxy.example.com"])
async def test_a_wrong_network_is_refused(wrong: str) -> None:
    with pytest.raises(AssertionError):
        async with front_proxy(QUARTERDECK_TRUSTED_PROXIES=wrong):
            pass
