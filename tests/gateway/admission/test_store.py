"""What every admission store promises: memory, Valkey, Redis, and a cluster."""

import asyncio

import pytest

from quarterdeck_gateway.admission.port import (
    AdmissionStore,
    Ask,
    LimitKind,
)
from support.admission_stores import (
    LAPSE,
    budget,
    limit,
    seeded,
    settlement,
    standing,
)

REQUESTS, TOKENS, CONCURRENCY = LimitKind.REQUESTS, LimitKind.TOKENS, LimitKind.CONCURRENCY


async def test_the_same_question_takes_once(store: AdmissionStore) -> None:
    line = await seeded(store, budget(100))
    ask = Ask("a", (limit(REQUESTS, 5), limit(CONCURRENCY, 1)), (line,), micro_usd=60)
    first, again = await store.admit(ask), await store.admit(ask)
    assert first.admitted
    assert again.admitted
    assert [state.remaining for state in again.limits] == [4, 0]
    assert await standing(store, line) == (0, 60)
    await store.settle([settlement(ask, micro_usd=60)])
    assert (await store.admit(ask)).admitted
    assert await standing(store, line) == (60, 0)


async def test_a_settlement_counts_once(store: AdmissionStore) -> None:
    line = await seeded(store, budget(1000))
    ask = Ask("a", (limit(TOKENS, 1000),), (line,), tokens=500, micro_usd=60)
    await store.admit(ask)
    once = settlement(ask, tokens=400, micro_usd=50)
    await store.settle([once, once])
    await store.settle([once])
    assert await standing(store, line) == (50, 0)
    probe = await store.admit(Ask("b", ask.limits))
    assert probe.limits[0].remaining == pytest.approx(600, abs=90)


async def test_a_question_that_arrives_after_its_settlement_takes_nothing(
    store: AdmissionStore,
) -> None:
    line = await seeded(store, budget(100))
    ask = Ask("a", (limit(CONCURRENCY, 1),), (line,), micro_usd=60)
    await store.settle([settlement(ask)])
    assert (await store.admit(ask)).limits[0].remaining == 1
    assert await standing(store, line) == (0, 0)


async def test_settles_many_at_once(store: AdmissionStore) -> None:
    line = await seeded(store, budget(100_000))
    asks = [Ask(str(i), (limit(CONCURRENCY, 500),), (line,), micro_usd=10) for i in range(350)]
    await asyncio.gather(*map(store.admit, asks))
    await store.settle([settlement(ask, micro_usd=3) for ask in asks])
    assert await standing(store, line) == (1050, 0)
    probe = await store.admit(Ask("probe", asks[0].limits))
    assert probe.limits[0].remaining == 499


async def test_counts_living_gateways(store: AdmissionStore) -> None:
    assert await store.beat("one", 30) == 1
    assert await store.beat("two", LAPSE) == 2
    assert await store.beat("one", 30) == 2
    await asyncio.sleep(LAPSE + 0.05)
    assert await store.beat("one", 30) == 1


async def test_one_owner_has_the_claim(store: AdmissionStore) -> None:
    assert await store.claim("status", "one", LAPSE)
    assert not await store.claim("status", "two", 30)
    assert await store.claim("status", "one", LAPSE)
    assert await store.claim("other", "two", 30)
    await asyncio.sleep(LAPSE + 0.05)
    assert await store.claim("status", "two", 30)


async def test_is_there(store: AdmissionStore) -> None:
    await store.ping()
    assert (await store.admit(Ask("without limits and budgets"))).admitted
    assert await store.states(()) == ()
    await store.settle([])
    await store.renew([])
