"""Alerts reach a real receiver over a real socket, or fail within bounds."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from quarterdeck_gateway.alerts.signature import (
    DELIVERY_HEADER,
    SIGNATURE_HEADER,
    verify_signature,
)
from quarterdeck_gateway.alerts.webhook import Delivery, Webhook, delay, worth_repeating

SECRET = b"s" * 32
DELIVERY = Delivery("d-1", b'{"type":"budget.alert"}')


class Receiver:
    """Answers with the statuses it was given, in order, then with 204; keeps what it got."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.elsewhere = 0
        self.silent = False
        self._server = TestServer(self._app())

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        app.router.add_post("/elsewhere", self._wrong)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        self.got.append(({k.lower(): v for k, v in request.headers.items()}, await request.read()))
        if self.silent:
            await asyncio.sleep(30)
        status = self.statuses.pop(0) if self.statuses else 204
        return web.Response(status=status, headers={"location": "/elsewhere"})

    async def _wrong(self, _request: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response()

    async def __aenter__(self) -> "Receiver":
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def url(self) -> str:
        return str(self._server.make_url("/hook"))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def webhook(url: str, session: aiohttp.ClientSession, slept: list[float]) -> Webhook:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return Webhook(url, SECRET, session, now=time.time, attempt_seconds=60, sleep=sleep)


async def test_what_arrives_is_signed(receiver: Receiver, session: aiohttp.ClientSession) -> None:
    assert await webhook(receiver.url, session, []).deliver(DELIVERY)
    [(headers, body)] = receiver.got
    assert body == DELIVERY.body
    assert headers[DELIVERY_HEADER.lower()] == "d-1"
    assert headers["content-type"] == "application/json"
    assert verify_signature(SECRET, body, headers[SIGNATURE_HEADER.lower()], time.time())


async def test_a_busy_receiver_is_asked_again(
    receiver: Receiver, session: aiohttp.ClientSession
) -> None:
    receiver.statuses = [503, 429]
    slept: list[float] = []
    assert await webhook(receiver.url, session, slept).deliver(DELIVERY)
    assert len(receiver.got) == 3
    assert {headers[DELIVERY_HEADER.lower()] for headers, _ in receiver.got} == {"d-1"}
    assert 0.5 <= slept[0] <= 1 <= slept[1] <= 2


async def test_it_gives_up_in_the_end(receiver: Receiver, session: aiohttp.ClientSession) -> None:
    receiver.statuses = [500] * 9
    slept: list[float] = []
    assert not await webhook(receiver.url, session, slept).deliver(DELIVERY)
    assert len(receiver.got) == 5
    assert len(slept) == 4


@pytest.mark.parametrize("status", [400, 401, 404, 410])
async def test_a_refusal_is_final(
    receiver: Receiver, session: aiohttp.ClientSession, status: int
) -> None:
    receiver.statuses = [status]
    assert not await webhook(receiver.url, session, []).deliver(DELIVERY)
    assert len(receiver.got) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_not_followed(
    receiver: Receiver, session: aiohttp.ClientSession, status: int
) -> None:
    receiver.statuses = [status]
    assert not await webhook(receiver.url, session, []).deliver(DELIVERY)
    assert receiver.elsewhere == 0


async def test_a_silent_receiver_costs_bounded_time(
    receiver: Receiver, session: aiohttp.ClientSession
) -> None:
    receiver.silent = True
    hook = Webhook(
        receiver.url, SECRET, session, now=time.time, attempts=2, attempt_seconds=2,
        first_delay_seconds=0.01,
    )  # fmt: skip
    assert not await asyncio.wait_for(hook.deliver(DELIVERY), 60)
    assert len(receiver.got) == 2


async def test_nobody_there_is_a_failure_not_an_error(session: aiohttp.ClientSession) -> None:
    assert not await webhook("http://127.0.0.1:1/token-in-path", session, []).deliver(DELIVERY)


def test_delays_grow_and_are_bounded() -> None:
    assert [delay(attempt, 1, 1) for attempt in (1, 2, 3, 4, 20)] == [1, 2, 4, 8, 60]
    assert delay(1, 1, 0) == 0.5


def test_only_what_may_change_is_repeated() -> None:
    assert all(map(worth_repeating, (None, 408, 425, 429, 500, 503)))
    assert not any(map(worth_repeating, (301, 400, 401, 403, 404, 422)))
