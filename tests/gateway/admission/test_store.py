"""What every admission store promises: memory, Valkey, Redis, and a cluster."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from quarterdeck_gateway.admission.port import (
    AdmissionStore,
    Ask,
    BudgetLine,
    BudgetState,
    Limit,
    LimitKind,
    Verdict,
)
from support.admission_stores import (
    RESERVATION,
    STORES,
    budget,
    limit,
    server_for,
    settlement,
    store_on,
)
from support.redis_servers import RedisServer

REQUESTS, TOKENS, CONCURRENCY = LimitKind.REQUESTS, LimitKind.TOKENS, LimitKind.CONCURRENCY
LARGEST_TOKENS = 2_000_000_000
LARGEST_BUDGET = 10**15


@pytest.fixture(scope="module", params=STORES)
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer | None]:
    with server_for(request.param) as server:
        yield server


@pytest.fixture
async def store(server: RedisServer | None) -> AsyncIterator[AdmissionStore]:
    async with store_on(server) as store:
        yield store


async def _seeded(store: AdmissionStore, line: BudgetLine, spent: int = 0) -> BudgetLine:
    await store.seed(line, spent, time.time() - 60)
    return line


async def _state(store: AdmissionStore, line: BudgetLine) -> tuple[int, int]:
    (state,) = await store.states((line,))
    return state.spent, state.reserved


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
    assert first.limits[0].reset_seconds == pytest.approx(30, abs=1)
    assert second.limits[0].reset_seconds == pytest.approx(60, abs=1)
    assert third.refused_limit is not None
    assert third.refused_limit.limit == of
    assert third.refused_limit.retry_seconds == pytest.approx(30, abs=1)


async def test_a_limit_recovers_at_its_rate(store: AdmissionStore) -> None:
    fast = limit(REQUESTS, 600)
    assert await _ask_each(store, 600, fast) == 600
    verdict = await store.admit(Ask("more", (fast,)))
    deadline = time.monotonic() + 5
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
    assert refused.refused_limit.retry_seconds == pytest.approx(240, abs=1)
    assert refused.limits[0].remaining == 0
    await store.settle([settlement(Ask("large"), tokens=10)])
    refused = await store.admit(Ask("large-2", (small,), tokens=5000))
    assert refused.refused_limit is not None
    assert 0 < refused.refused_limit.retry_seconds <= 0.6


@pytest.mark.parametrize(("used", "remaining"), [(0, 1000), (300, 700), (900, 100)])
async def test_settling_corrects_tokens(store: AdmissionStore, used: int, remaining: int) -> None:
    of = limit(TOKENS, 1000)
    ask = Ask("a", (of,), tokens=600)
    assert (await store.admit(ask)).limits[0].remaining == 400
    await store.settle([settlement(ask, tokens=used)])
    probe = await store.admit(Ask("b", (of,)))
    assert remaining <= probe.limits[0].remaining <= remaining + 20


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


async def test_concurrency_is_freed_by_expiry(store: AdmissionStore) -> None:
    of = limit(CONCURRENCY, 1)
    assert (await store.admit(Ask("dead", (of,)))).admitted
    assert not (await store.admit(Ask("next", (of,)))).admitted
    await asyncio.sleep(RESERVATION + 0.05)
    assert (await store.admit(Ask("next", (of,)))).admitted


async def test_all_or_nothing(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100))
    wide, narrow, running = limit(TOKENS, 1000), limit(REQUESTS, 1), limit(CONCURRENCY, 5)
    assert (await store.admit(Ask("first", (narrow,)))).admitted
    refused = await store.admit(Ask("second", (wide, running, narrow), (line,), 700, 40))
    assert not refused.admitted
    assert refused.refused_limit is not None
    assert refused.refused_limit.limit == narrow
    assert [state.remaining for state in refused.limits] == [1000, 5, 0]
    assert await _state(store, line) == (0, 0)
    too_much = await store.admit(Ask("third", (wide, running), (line,), 700, 101))
    assert too_much.refused_budget == line.id
    assert [state.remaining for state in too_much.limits] == [1000, 5]
    assert await _state(store, line) == (0, 0)


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
    assert verdict.limits[0].remaining == pytest.approx(1200, abs=10)


async def test_reserves_and_charges(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(1000), spent=100)
    ask = Ask("a", budgets=(line,), micro_usd=300)
    assert await store.admit(ask) == Verdict(True, (), (BudgetState(line.id, 100, 300),))
    await store.settle([settlement(ask, micro_usd=120)])
    assert await _state(store, line) == (220, 0)


async def test_a_budget_holds_exactly_its_amount(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100))
    verdicts = await asyncio.gather(
        *(store.admit(Ask(str(i), budgets=(line,), micro_usd=10)) for i in range(50))
    )
    assert sum(verdict.admitted for verdict in verdicts) == 10
    assert {verdict.refused_budget for verdict in verdicts} == {None, line.id}
    assert await _state(store, line) == (0, 100)


async def test_the_largest_budget_is_exact(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(LARGEST_BUDGET), spent=LARGEST_BUDGET - 3)
    ask = Ask("a", budgets=(line,), micro_usd=3)
    assert (await store.admit(ask)).admitted
    assert not (await store.admit(Ask("b", budgets=(line,), micro_usd=1))).admitted
    await store.settle([settlement(ask, micro_usd=2)])
    assert await _state(store, line) == (LARGEST_BUDGET - 1, 0)


async def test_a_spent_budget_refuses_even_what_is_free(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100), spent=100)
    assert (await store.admit(Ask("a", budgets=(line,)))).refused_budget == line.id


async def test_a_budget_that_is_not_enforced_only_counts(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100, enforced=False), spent=500)
    ask = Ask("a", budgets=(line,), micro_usd=70)
    assert (await store.admit(ask)).admitted
    assert await store.extend("a", 1000)
    assert await _state(store, line) == (500, 1070)


async def test_no_memory_asks_for_a_seed(store: AdmissionStore) -> None:
    known, unknown = await _seeded(store, budget(100, "a/known")), budget(100, "a/unknown")
    ask = Ask("a", budgets=(known, unknown), micro_usd=10)
    assert await store.admit(ask) == Verdict(
        False, (), (BudgetState(known.id, 0, 0),), unseeded=(unknown.id,)
    )
    assert await store.states((unknown, known)) == (BudgetState(known.id, 0, 0),)
    await store.seed(unknown, 30, time.time())
    await store.seed(unknown, 99, time.time())
    assert (await store.admit(ask)).admitted
    assert await _state(store, unknown) == (30, 10)


async def test_what_the_seed_holds_is_not_charged_again(store: AdmissionStore) -> None:
    line, now = budget(1000), time.time()
    await store.seed(line, 500, now)
    before, after = Ask("before", budgets=(line,)), Ask("after", budgets=(line,))
    await store.settle([settlement(before, micro_usd=5, at=now - 0.001)])
    await store.settle([settlement(after, micro_usd=7, at=now)])
    assert await _state(store, line) == (507, 0)


async def test_what_ends_while_the_seed_is_counted_is_not_lost(store: AdmissionStore) -> None:
    line, counted = budget(1000), time.time()
    early, late = Ask("early", budgets=(line,)), Ask("late", budgets=(line,))
    await store.settle([settlement(early, micro_usd=5, at=counted - 1)])
    await store.settle([settlement(late, micro_usd=7, at=counted + 0.5)] * 2)
    await store.seed(line, 500, counted)
    assert await _state(store, line) == (507, 0)


async def test_a_settlement_that_nobody_can_remember_asks_for_a_new_seed(
    store: AdmissionStore,
) -> None:
    line = budget(1000)
    await store.seed(line, 10, time.time() - 3 * 3600)
    ask = Ask("old", budgets=(line,))
    await store.settle([settlement(ask, micro_usd=5, at=time.time() - 2 * 3600)])
    assert await store.states((line,)) == ()
    await store.seed(line, 15, time.time())
    assert await _state(store, line) == (15, 0)


async def test_the_same_question_takes_once(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100))
    ask = Ask("a", (limit(REQUESTS, 5), limit(CONCURRENCY, 1)), (line,), micro_usd=60)
    first, again = await store.admit(ask), await store.admit(ask)
    assert first.admitted
    assert again.admitted
    assert [state.remaining for state in again.limits] == [4, 0]
    assert await _state(store, line) == (0, 60)
    await store.settle([settlement(ask, micro_usd=60)])
    assert (await store.admit(ask)).admitted
    assert await _state(store, line) == (60, 0)


async def test_a_settlement_counts_once(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(1000))
    ask = Ask("a", (limit(TOKENS, 1000),), (line,), tokens=500, micro_usd=60)
    await store.admit(ask)
    once = settlement(ask, tokens=400, micro_usd=50)
    await store.settle([once, once])
    await store.settle([once])
    assert await _state(store, line) == (50, 0)
    probe = await store.admit(Ask("b", ask.limits))
    assert probe.limits[0].remaining == pytest.approx(600, abs=20)


async def test_a_question_that_arrives_after_its_settlement_takes_nothing(
    store: AdmissionStore,
) -> None:
    line = await _seeded(store, budget(100))
    ask = Ask("a", (limit(CONCURRENCY, 1),), (line,), micro_usd=60)
    await store.settle([settlement(ask)])
    assert (await store.admit(ask)).limits[0].remaining == 1
    assert await _state(store, line) == (0, 0)


async def test_reservations_of_the_dead_return(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100))
    ask = Ask("dead", budgets=(line,), micro_usd=100)
    assert (await store.admit(ask)).admitted
    assert not (await store.admit(Ask("b", budgets=(line,), micro_usd=1))).admitted
    await asyncio.sleep(RESERVATION + 0.05)
    assert await _state(store, line) == (0, 0)
    assert (await store.admit(Ask("b", budgets=(line,), micro_usd=100))).admitted
    await store.settle([settlement(ask, micro_usd=80)])
    assert await _state(store, line) == (80, 100)


async def test_renewed_reservations_stay(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100))
    of = limit(CONCURRENCY, 1)
    ask = Ask("alive", (of,), (line,), micro_usd=60)
    await store.admit(ask)
    for _ in range(3):
        await asyncio.sleep(RESERVATION / 2)
        await store.renew(["alive", "unknown"])
    assert await _state(store, line) == (0, 60)
    assert not (await store.admit(Ask("b", (of,)))).admitted


async def test_a_late_renewal_takes_back_what_lapsed(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100))
    ask = Ask("slow", (limit(CONCURRENCY, 1),), (line,), micro_usd=60)
    await store.admit(ask)
    await asyncio.sleep(RESERVATION + 0.05)
    assert await _state(store, line) == (0, 0)
    await store.renew(["slow"])
    assert await _state(store, line) == (0, 60)
    await store.settle([settlement(ask, micro_usd=10)])
    assert await _state(store, line) == (10, 0)
    assert (await store.admit(Ask("b", ask.limits))).admitted


async def test_extends_up_to_the_amount(store: AdmissionStore) -> None:
    line, wide = await _seeded(store, budget(100)), await _seeded(store, budget(500, "a/wide"))
    await store.admit(Ask("a", budgets=(wide, line), micro_usd=60))
    assert await store.extend("a", 40)
    assert not await store.extend("a", 1)
    assert await _state(store, line) == (0, 100)
    assert await _state(store, wide) == (0, 100)
    assert not await store.extend("unknown", 1)


async def test_settling_frees_what_was_extended(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100))
    ask = Ask("a", budgets=(line,), micro_usd=60)
    await store.admit(ask)
    assert await store.extend("a", 40)
    await store.settle([settlement(ask, micro_usd=75)])
    assert await _state(store, line) == (75, 0)
    assert not await store.extend("a", 1)


async def test_what_lapsed_is_extended_as_a_whole(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100))
    await store.admit(Ask("a", budgets=(line,), micro_usd=60))
    await asyncio.sleep(RESERVATION + 0.05)
    await store.admit(Ask("b", budgets=(line,), micro_usd=30))
    assert not await store.extend("a", 20)
    assert await store.extend("a", 10)
    assert await _state(store, line) == (0, 100)


async def test_settles_many_at_once(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100_000))
    asks = [Ask(str(i), (limit(CONCURRENCY, 500),), (line,), micro_usd=10) for i in range(350)]
    await asyncio.gather(*map(store.admit, asks))
    await store.settle([settlement(ask, micro_usd=3) for ask in asks])
    assert await _state(store, line) == (1050, 0)
    probe = await store.admit(Ask("probe", asks[0].limits))
    assert probe.limits[0].remaining == 499


async def test_many_lapse_a_bounded_number_at_a_time(store: AdmissionStore) -> None:
    line = await _seeded(store, budget(100_000))
    running = limit(CONCURRENCY, 250)
    asks = [Ask(str(i), (running,), (line,), micro_usd=10) for i in range(250)]
    await asyncio.gather(*map(store.admit, asks))
    await asyncio.sleep(RESERVATION + 0.05)
    probe = await store.admit(Ask("probe", (running,)))
    assert probe.limits[0].remaining == 249, "places are free at once"
    for _ in range(3):
        await store.states((line,))
    assert await _state(store, line) == (0, 0)


async def test_counts_living_gateways(store: AdmissionStore) -> None:
    assert await store.beat("one", 30) == 1
    assert await store.beat("two", 0.2) == 2
    assert await store.beat("one", 30) == 2
    await asyncio.sleep(0.25)
    assert await store.beat("one", 30) == 1


async def test_one_owner_has_the_claim(store: AdmissionStore) -> None:
    assert await store.claim("status", "one", 0.3)
    assert not await store.claim("status", "two", 30)
    assert await store.claim("status", "one", 0.3)
    assert await store.claim("other", "two", 30)
    await asyncio.sleep(0.35)
    assert await store.claim("status", "two", 30)


async def test_is_there(store: AdmissionStore) -> None:
    await store.ping()
    assert (await store.admit(Ask("without limits and budgets"))).admitted
    assert await store.states(()) == ()
    await store.settle([])
    await store.renew([])
