"""Reservations lapse, are renewed and extended: the same in every admission store."""

import asyncio

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

CONCURRENCY = LimitKind.CONCURRENCY


async def test_reservations_of_the_dead_return(hasty: AdmissionStore) -> None:
    line = await seeded(hasty, budget(100))
    ask = Ask("dead", budgets=(line,), micro_usd=100)
    assert (await hasty.admit(ask)).admitted
    assert not (await hasty.admit(Ask("b", budgets=(line,), micro_usd=1))).admitted
    await asyncio.sleep(LAPSE + 0.05)
    assert await standing(hasty, line) == (0, 0)
    assert (await hasty.admit(Ask("b", budgets=(line,), micro_usd=100))).admitted
    await hasty.settle([settlement(ask, micro_usd=80)])
    assert await standing(hasty, line) == (80, 100)


async def test_renewed_reservations_stay(hasty: AdmissionStore) -> None:
    line = await seeded(hasty, budget(100))
    of = limit(CONCURRENCY, 1)
    ask = Ask("alive", (of,), (line,), micro_usd=60)
    await hasty.admit(ask)
    for _ in range(3):
        await asyncio.sleep(LAPSE / 2)
        await hasty.renew(["alive", "unknown"])
    assert await standing(hasty, line) == (0, 60)
    assert not (await hasty.admit(Ask("b", (of,)))).admitted


async def test_a_late_renewal_takes_back_what_lapsed(hasty: AdmissionStore) -> None:
    line = await seeded(hasty, budget(100))
    ask = Ask("slow", (limit(CONCURRENCY, 1),), (line,), micro_usd=60)
    await hasty.admit(ask)
    await asyncio.sleep(LAPSE + 0.05)
    assert await standing(hasty, line) == (0, 0)
    await hasty.renew(["slow"])
    assert await standing(hasty, line) == (0, 60)
    await hasty.settle([settlement(ask, micro_usd=10)])
    assert await standing(hasty, line) == (10, 0)
    assert (await hasty.admit(Ask("b", ask.limits))).admitted


async def test_extends_up_to_the_amount(store: AdmissionStore) -> None:
    line, wide = await seeded(store, budget(100)), await seeded(store, budget(500, "a/wide"))
    await store.admit(Ask("a", budgets=(wide, line), micro_usd=60))
    assert await store.extend("a", 40)
    assert not await store.extend("a", 1)
    assert await standing(store, line) == (0, 100)
    assert await standing(store, wide) == (0, 100)
    assert not await store.extend("unknown", 1)


async def test_settling_frees_what_was_extended(store: AdmissionStore) -> None:
    line = await seeded(store, budget(100))
    ask = Ask("a", budgets=(line,), micro_usd=60)
    await store.admit(ask)
    assert await store.extend("a", 40)
    await store.settle([settlement(ask, micro_usd=75)])
    assert await standing(store, line) == (75, 0)
    assert not await store.extend("a", 1)


async def test_what_lapsed_is_extended_as_a_whole(hasty: AdmissionStore) -> None:
    line = await seeded(hasty, budget(100))
    await hasty.admit(Ask("a", budgets=(line,), micro_usd=60))
    await asyncio.sleep(LAPSE + 0.05)
    await hasty.admit(Ask("b", budgets=(line,), micro_usd=30))
    assert not await hasty.extend("a", 20)
    assert await hasty.extend("a", 10)
    assert await standing(hasty, line) == (0, 100)


async def test_many_lapse_a_bounded_number_at_a_time(hasty: AdmissionStore) -> None:
    line = await seeded(hasty, budget(100_000))
    running = limit(CONCURRENCY, 250)
    asks = [Ask(str(i), (running,), (line,), micro_usd=10) for i in range(250)]
    await asyncio.gather(*map(hasty.admit, asks))
    await asyncio.sleep(LAPSE + 0.05)
    probe = await hasty.admit(Ask("probe", (running,)))
    assert probe.limits[0].remaining == 249, "places are free at once"
    for _ in range(3):
        await hasty.states((line,))
    assert await standing(hasty, line) == (0, 0)


async def test_tokens_estimated_by_the_dead_return(hasty: AdmissionStore) -> None:
    of = limit(LimitKind.TOKENS, 1000)
    ask = Ask("dead", (of,), tokens=1000)
    assert (await hasty.admit(ask)).admitted
    assert not (await hasty.admit(Ask("b", (of,), tokens=900))).admitted
    await asyncio.sleep(LAPSE + 0.05)
    assert (await hasty.admit(Ask("b", (of,), tokens=900))).admitted
    await hasty.settle([settlement(ask, tokens=60)])
    # What was settled is not forgotten; the minute gives back 17 in each second.
    assert (await hasty.admit(Ask("probe", (of,)))).limits[0].remaining < 100
