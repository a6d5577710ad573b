"""Limits of requests, tokens and concurrency, as every admission store keeps them."""

import asyncio
import time

import pytest

from quarterdeck_gateway.admission.port import (
    AdmissionStore,
    Ask,
    Limit,
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
LARGEST_TOKENS = 2_000_000_000


async def _ask_each(store: AdmissionStore, count: int, *limits: Limit, tokens: int = 0) -> int:
    verdicts = [await store.admit(Ask(f"a{i}", limits, tokens=tokens)) for i in range(count)]
    return sum(verdict.admitted for verdict in verdicts)


@pytest.mark.parametrize("amount", [1, 2, 7, 100])
async def test_exactly_the_amount_of_requests_at_once(store: AdmissionStore, amount: int) -> None:
    started = time.monotonic()
    admitted = await _ask_each(store, amount + 20, limit(REQUESTS, amount))
    leaked = int((time.monotonic() - started) * amount / 60) + 1
    assert amount <= admitted < amount + leaked or admitted == amount


async def test_tells_how_a_limit_stands(store: AdmissionStore) -> None:
    of = limit(REQUESTS, 2)
    first, second, third = [await store.admit(Ask(str(i), (of,))) for i in range(3)]
    assert [verdict.admitted for verdict in (first, second, third)] == [True, True, False]
    assert [verdict.limits[0].remaining for verdict in (first, second, third)] == [1, 0, 0]
    assert first.limits[0].reset_seconds == pytest.approx(30, abs=10)
    assert second.limits[0].reset_seconds == pytest.approx(60, abs=10)
    assert third.refused_limit is not None
    assert third.refused_limit.limit == of
    assert third.refused_limit.retry_seconds == pytest.approx(30, abs=10)


async def test_a_limit_recovers_at_its_rate(store: AdmissionStore) -> None:
    fast = limit(REQUESTS, 600)
    assert await _ask_each(store, 600, fast) == 600
    verdict = await store.admit(Ask("more", (fast,)))
    deadline = time.monotonic() + 60
    while not verdict.admitted:
        assert time.monotonic() < deadline
        assert verdict.refused_limit is not None
        assert 0 < verdict.refused_limit.retry_seconds <= 0.1
        await asyncio.sleep(verdict.refused_limit.retry_seconds + 0.002)
        verdict = await store.admit(Ask("more", (fast,)))


async def test_the_largest_limit_of_tokens_is_exact(store: AdmissionStore) -> None:
    most = limit(TOKENS, LARGEST_TOKENS)
    verdict = await store.admit(Ask("all", (most,), tokens=LARGEST_TOKENS))
    assert verdict.admitted
    assert verdict.limits[0].remaining == 0
    assert verdict.limits[0].reset_seconds == 60
    assert not (await store.admit(Ask("again", (most,), tokens=LARGEST_TOKENS))).admitted


async def test_a_prompt_larger_than_the_limit_passes_when_it_is_whole(
    store: AdmissionStore,
) -> None:
    small = limit(TOKENS, 1000)
    assert (await store.admit(Ask("large", (small,), tokens=5000))).admitted
    refused = await store.admit(Ask("next", (small,), tokens=1))
    assert refused.refused_limit is not None
    assert refused.refused_limit.retry_seconds == pytest.approx(240, abs=10)
    assert refused.limits[0].remaining == 0
    await store.settle([settlement(Ask("large"), tokens=900)])
    refused = await store.admit(Ask("large-2", (small,), tokens=5000))
    assert refused.refused_limit is not None
    assert 0 < refused.refused_limit.retry_seconds <= 54


@pytest.mark.parametrize(("used", "remaining"), [(0, 1000), (300, 700), (900, 100)])
async def test_settling_corrects_tokens(store: AdmissionStore, used: int, remaining: int) -> None:
    of = limit(TOKENS, 1000)
    ask = Ask("a", (of,), tokens=600)
    assert (await store.admit(ask)).limits[0].remaining == 400
    await store.settle([settlement(ask, tokens=used)])
    probe = await store.admit(Ask("b", (of,)))
    assert remaining <= probe.limits[0].remaining <= remaining + 90


async def test_concurrency_is_freed_by_settling(store: AdmissionStore) -> None:
    of = limit(CONCURRENCY, 2)
    one, two, three = (Ask(name, (of,)) for name in ("one", "two", "three"))
    assert (await store.admit(one)).limits[0].remaining == 1
    assert (await store.admit(two)).limits[0].remaining == 0
    refused = await store.admit(three)
    assert refused.refused_limit is not None
    assert refused.refused_limit.retry_seconds > 0
    await store.settle([settlement(one)])
    assert (await store.admit(three)).admitted


async def test_concurrency_is_freed_by_expiry(hasty: AdmissionStore) -> None:
    of = limit(CONCURRENCY, 1)
    assert (await hasty.admit(Ask("dead", (of,)))).admitted
    assert not (await hasty.admit(Ask("next", (of,)))).admitted
    await asyncio.sleep(LAPSE + 0.05)
    assert (await hasty.admit(Ask("next", (of,)))).admitted


async def test_all_or_nothing(store: AdmissionStore) -> None:
    line = await seeded(store, budget(100))
    wide, narrow, running = limit(TOKENS, 1000), limit(REQUESTS, 1), limit(CONCURRENCY, 5)
    assert (await store.admit(Ask("first", (narrow,)))).admitted
    refused = await store.admit(Ask("second", (wide, running, narrow), (line,), 700, 40))
    assert not refused.admitted
    assert refused.refused_limit is not None
    assert refused.refused_limit.limit == narrow
    assert [state.remaining for state in refused.limits] == [1000, 5, 0]
    assert await standing(store, line) == (0, 0)
    too_much = await store.admit(Ask("third", (wide, running), (line,), 700, 101))
    assert too_much.refused_budget == line.id
    assert [state.remaining for state in too_much.limits] == [1000, 5]
    assert await standing(store, line) == (0, 0)


async def test_names_the_limit_that_has_to_be_waited_for_longest(store: AdmissionStore) -> None:
    fast, slow = limit(REQUESTS, 1, "a/fast"), limit(TOKENS, 2, "a/slow")
    assert (await store.admit(Ask("first", (fast, slow), tokens=2))).admitted
    await store.admit(Ask("second", (fast,)))
    refused = await store.admit(Ask("third", (slow, fast), tokens=1))
    assert refused.refused_limit is not None
    assert refused.refused_limit.limit == fast


async def test_a_changed_amount_keeps_what_was_used(store: AdmissionStore) -> None:
    assert (await store.admit(Ask("a", (limit(TOKENS, 1000),), tokens=800))).admitted
    verdict = await store.admit(Ask("b", (limit(TOKENS, 2000),)))
    assert verdict.limits[0].remaining == pytest.approx(1200, abs=190)
