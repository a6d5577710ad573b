"""What two gateways know of ended sessions while a real store comes and goes."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from prometheus_client import CollectorRegistry

from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.port import SessionRef
from quarterdeck_gateway.admission.session_book import SessionBook
from quarterdeck_gateway.errors import Unavailable
from support.admission_stores import opened
from support.keeping import FaultyStore, until
from support.redis_servers import RedisServer, running

NOW = time.time()
LATER = NOW + 12 * 3600
"""Later than any test of a long run."""
MINE = SessionRef("apikey:1", "mine", NOW - 60, LATER)
OTHER = SessionRef("apikey:1", "other", NOW - 60, LATER)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running() as server:
        yield server


@asynccontextmanager
async def counted_book_on(
    server: RedisServer,
) -> AsyncIterator[tuple[SessionBook, Breaker, FaultyStore]]:
    """What one gateway has, and the store that counts what it is asked."""
    async with opened(server.url) as store:
        counting = FaultyStore(store)
        breaker = Breaker(store.ping, AdmissionMetrics(CollectorRegistry()))
        book = SessionBook(counting, breaker, repeated_seconds=0.05)
        tasks = [asyncio.create_task(run()) for run in (breaker.run, book.run)]
        try:
            yield book, breaker, counting
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def book_on(server: RedisServer) -> AsyncIterator[tuple[SessionBook, Breaker]]:
    """What one gateway has."""
    async with counted_book_on(server) as (book, breaker, _):
        yield book, breaker


async def test_an_end_counts_everywhere_at_once(server: RedisServer) -> None:
    async with book_on(server) as (one, _), book_on(server) as (two, _):
        assert not await two.is_ended(MINE)
        await one.end(MINE, NOW)
        assert await two.is_ended(MINE)
        assert not await two.is_ended(OTHER)
        await two.end_all(MINE, NOW, LATER)
        assert await one.is_ended(OTHER)


async def test_while_the_store_is_away_each_goes_by_what_it_knows(server: RedisServer) -> None:
    async with book_on(server) as (one, breaker), counted_book_on(server) as (two, _, asked):
        await one.end(OTHER, NOW)
        assert await two.is_ended(OTHER)
        server.kill()
        await one.end(MINE, NOW)
        assert not breaker.closed
        assert await one.is_ended(MINE)
        assert await two.is_ended(OTHER)
        assert not await two.is_ended(MINE)
        with pytest.raises(Unavailable, match="revoke the API key"):
            await one.end_all(SessionRef("apikey:2", "x", NOW, LATER), NOW, LATER)
        before = list(asked.calls)
        for _ in range(100):
            await two.is_ended(MINE)
        assert asked.calls == before, "nobody waits for a store that is away"


async def test_a_store_that_lost_its_memory_is_told(server: RedisServer) -> None:
    async with book_on(server) as (one, breaker), book_on(server) as (two, late):
        await one.end(OTHER, NOW)
        server.kill()
        await one.end(MINE, NOW)
        assert not await two.is_ended(MINE)
        server.start()
        await until(lambda: breaker.closed and late.closed)
        async with asyncio.timeout(60):
            while not (await two.is_ended(MINE) and await two.is_ended(OTHER)):
                await asyncio.sleep(0.02)


async def test_a_store_that_forgot_while_nobody_asked_is_told(server: RedisServer) -> None:
    async with book_on(server) as (one, breaker), book_on(server) as (two, late):
        await one.end(MINE, NOW)
        server.command("FLUSHALL")
        async with asyncio.timeout(60):
            while not await two.is_ended(MINE):
                await asyncio.sleep(0.02)
        assert (breaker.closed, late.closed) == (True, True), "neither has noticed anything"


async def test_nothing_is_ended_that_cannot_be_ended_everywhere(server: RedisServer) -> None:
    async with book_on(server) as (one, _):
        server.kill()
        for _ in "of the failure, and of the open breaker":
            with pytest.raises(Unavailable):
                await one.end_all(MINE, NOW, LATER)
        assert not await one.is_ended(MINE)


async def test_it_asks_once_and_what_it_knows_not_at_all() -> None:
    store = FaultyStore(MemoryAdmissionStore(time.time))
    book = SessionBook(store, Breaker(store.ping, AdmissionMetrics(CollectorRegistry())))
    await book.is_ended(OTHER)
    assert store.calls == ["session_ended"]
    await book.end(MINE, NOW)
    assert await book.is_ended(MINE)
    assert store.calls == ["session_ended", "end_sessions"]
