"""Opens on the first failure, asks in the background, and is patient with a store that flaps."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from prometheus_client import CollectorRegistry

from quarterdeck_gateway.admission.breaker import LONGEST_SECONDS, Breaker
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.port import StoreAway
from support.keeping import until


class Store:
    def __init__(self) -> None:
        self.away = True
        self.pings: list[float] = []

    async def ping(self) -> None:
        self.pings.append(asyncio.get_running_loop().time())
        if self.away:
            raise StoreAway("still")


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def breaker(store: Store) -> AsyncIterator[Breaker]:
    breaker = Breaker(store.ping, AdmissionMetrics(CollectorRegistry()), random=lambda: 1.0)
    task = asyncio.create_task(breaker.run())
    yield breaker
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_closed_it_asks_nothing(breaker: Breaker, store: Store) -> None:
    await asyncio.sleep(0.1)
    assert breaker.closed
    assert not store.pings
    await breaker.wait_closed()


async def test_it_closes_when_a_ping_succeeds(breaker: Breaker, store: Store) -> None:
    breaker.trip(StoreAway("gone"))
    assert not breaker.closed
    await until(lambda: len(store.pings) >= 2)
    assert not breaker.closed
    store.away = False
    async with asyncio.timeout(LONGEST_SECONDS + 0.2):
        await breaker.wait_closed()
    assert breaker.closed


async def test_pauses_grow(breaker: Breaker, store: Store) -> None:
    breaker.trip(StoreAway("gone"))
    await until(lambda: len(store.pings) >= 4)
    pauses = [b - a for a, b in pairwise(store.pings)]
    assert pauses[0] < pauses[1] < pauses[2] <= LONGEST_SECONDS + 0.2


async def test_a_store_that_answers_pings_alone_is_asked_ever_more_seldom(
    breaker: Breaker, store: Store
) -> None:
    store.away = False
    times = []
    for _ in range(4):
        breaker.trip(StoreAway("refused"))
        await breaker.wait_closed()
        times.append(store.pings[-1])
    pauses = [b - a for a, b in pairwise(times)]
    assert pauses[0] < pauses[1] < pauses[2]
