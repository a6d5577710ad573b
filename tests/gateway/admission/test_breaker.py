"""Opens on the first failure, asks in the background, and is patient with a store that flaps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from prometheus_client import CollectorRegistry

from quarterdeck_gateway.admission.breaker import LONGEST_SECONDS, Breaker
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.port import StoreAway
from support.keeping import until
from support.virtual_time import in_virtual_time


class Store:
    def __init__(self) -> None:
        self.away = True
        self.pings: list[float] = []

    async def ping(self) -> None:
        self.pings.append(asyncio.get_running_loop().time())
        if self.away:
            raise StoreAway("still")


@asynccontextmanager
async def running(store: Store) -> AsyncIterator[Breaker]:
    """A breaker that pings the store while it is open."""
    clock = asyncio.get_running_loop().time
    metrics = AdmissionMetrics(CollectorRegistry())
    breaker = Breaker(store.ping, metrics, monotonic=clock, random=lambda: 1.0)
    task = asyncio.create_task(breaker.run())
    yield breaker
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@in_virtual_time
async def test_closed_it_asks_nothing() -> None:
    store = Store()
    async with running(store) as breaker:
        await asyncio.sleep(3600)
        assert breaker.closed
        assert not store.pings
        await breaker.wait_closed()


@in_virtual_time
async def test_it_closes_when_a_ping_succeeds() -> None:
    store = Store()
    async with running(store) as breaker:
        breaker.trip(StoreAway("gone"))
        assert not breaker.closed
        await until(lambda: len(store.pings) >= 2)
        assert not breaker.closed
        store.away = False
        async with asyncio.timeout(LONGEST_SECONDS):
            await breaker.wait_closed()
        assert breaker.closed


@in_virtual_time
async def test_pauses_grow() -> None:
    store = Store()
    async with running(store) as breaker:
        breaker.trip(StoreAway("gone"))
        await until(lambda: len(store.pings) >= 9)
        pauses = [b - a for a, b in pairwise(store.pings)]
        assert pauses[0] < pauses[1] < pauses[2]
        assert max(pauses) == pytest.approx(LONGEST_SECONDS)


@in_virtual_time
async def test_a_store_that_answers_pings_alone_is_asked_ever_more_seldom() -> None:
    store = Store()
    store.away = False
    times = []
    async with running(store) as breaker:
        for _ in range(4):
            breaker.trip(StoreAway("refused"))
            await breaker.wait_closed()
            times.append(store.pings[-1])
    pauses = [b - a for a, b in pairwise(times)]
    assert pauses[0] < pauses[1] < pauses[2]
