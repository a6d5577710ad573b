"""The policy: exact with a store, careful without one, and nothing lost or counted twice."""

import asyncio
import time
from typing import Any

import pytest

from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.port import Ask, StoreRefused
from quarterdeck_gateway.admission.seeding import NoHistory
from quarterdeck_gateway.errors import (
    BudgetExceeded,
    BudgetsUnavailable,
    LimitExceeded,
    Unavailable,
)
from support.keeper_asks import CALL, line, places, requests, spent
from support.keeping import World, until


@pytest.fixture
def world() -> World:
    return World()


async def test_a_chat_without_limits_and_budgets_asks_nobody(world: World) -> None:
    grant = await world.keeper.admit(Ask("a", tokens=9, micro_usd=9))
    grant.settle(9, 9)
    assert (grant.limits, grant.reserved, world.store.calls) == ((), 0, [])
    assert len(world.keeper.outbox) == 0


async def test_requests_per_minute_need_one_round_trip_and_no_settlement(world: World) -> None:
    grant = await world.keeper.admit(Ask("a", (requests(2),)))
    grant.settle(5, 0)
    assert world.store.calls == ["admit"]
    assert len(world.keeper.outbox) == 0
    assert grant.limits[0].remaining == 1


async def test_a_spent_limit_is_429_with_headers(world: World) -> None:
    await world.keeper.admit(Ask("a", (requests(1),)))
    with pytest.raises(LimitExceeded) as refused:
        await world.keeper.admit(Ask("b", (requests(1),)))
    headers = refused.value.headers()
    assert headers["x-ratelimit-limit-requests"] == "1"
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert 1 <= int(headers["retry-after"]) <= 60
    assert "key 'team-a/ci'" in refused.value.message
    assert world.metric("quarterdeck_gateway_admissions_total", verdict="limit_exceeded") == 1


async def test_a_budget_is_exact_and_settled_with_the_true_cost(world: World) -> None:
    budget = await line(world)
    async with world.running() as keeper:
        grants = [await keeper.admit(Ask(f"{i}", (), (budget,), 0, CALL)) for i in range(10)]
        with pytest.raises(BudgetExceeded) as refused:
            await keeper.admit(Ask("11", (), (budget,), 0, CALL))
        assert "'team-a/monthly'" in refused.value.message
        assert "0.100000" in refused.value.message
        labels = {"namespace": "team-a", "budget": "monthly"}
        assert world.metric("quarterdeck_budget_refusals_total", **labels) == 1
        for grant in grants:
            grant.settle(10, CALL // 2)
            grant.settle(10, CALL // 2)
        await until(lambda: len(keeper.outbox) == 0)
        assert await spent(world, budget) == (10 * CALL // 2, 0)
        state = keeper.state(budget.id)
        assert state is not None
        assert state.reserved == 10 * CALL


async def test_a_used_up_budget_says_when_it_begins_anew(world: World) -> None:
    world = World(history=NoHistory(2_000_000))
    for name, period in (("month", "month"), ("total", "total")):
        budget = await line(world, name, period=period)
        with pytest.raises(BudgetExceeded, match=r"is used up: 2\.0+ of 1\.0+ USD") as refused:
            await world.keeper.admit(Ask(name, (), (budget,), 0, 0))
        assert ("begins anew at 20" in refused.value.message) == (period == "month")


async def test_what_a_chat_gave_back_a_moment_ago_is_there_for_the_next(world: World) -> None:
    """One place, one client that sends one chat after another: it never sees a 429."""
    budget = await line(world, amountUSD=0.1)
    async with world.running() as keeper:
        for i in range(20):
            grant = await keeper.admit(Ask(f"{i}", (places(1),), (budget,), 0, CALL))
            grant.settle(0, 0)


async def test_a_place_that_is_taken_is_429(world: World) -> None:
    async with world.running() as keeper:
        await keeper.admit(Ask("a", (places(1),)))
        with pytest.raises(LimitExceeded, match="may run 1 chats") as refused:
            await keeper.admit(Ask("b", (places(1),)))
        assert refused.value.headers()["retry-after"] == "1"


async def test_reservations_are_extended_until_the_budget_refuses(world: World) -> None:
    budget = await line(world)
    grant = await world.keeper.admit(Ask("a", (), (budget,), 0, 6 * CALL))
    assert await grant.extend(4 * CALL)
    assert not await grant.extend(1)
    assert grant.reserved == 10 * CALL
    assert await spent(world, budget) == (0, 10 * CALL)
    free = await world.keeper.admit(Ask("b", (), (), 0, CALL))
    assert await free.extend(10**12)
    assert free.reserved == 0


async def test_a_budget_that_only_counts_refuses_nothing(world: World) -> None:
    budget = await line(world, enforce=False)
    async with world.running() as keeper:
        grant = await keeper.admit(Ask("a", (), (budget,), 0, 50 * CALL))
        assert grant.reserved == 0
        assert await grant.extend(50 * CALL)
        grant.settle(1, 20 * CALL)
        await until(lambda: len(keeper.outbox) == 0)
    assert await spent(world, budget) == (20 * CALL, 0)


async def test_running_chats_are_renewed() -> None:
    world = World(reservation_seconds=3)
    budget = await line(world)
    async with world.running() as keeper:
        grant = await keeper.admit(Ask("a", (places(1),), (budget,), 0, CALL))
        await asyncio.sleep(3.5)
        assert await spent(world, budget) == (0, CALL)
        grant.settle(1, CALL)


async def test_a_chat_is_charged_from_the_end_that_its_record_tells(world: World) -> None:
    """Whatever ended before a budget was seeded is in the sum that it was seeded with."""
    budget = await line(world)
    before = await world.keeper.admit(Ask("a", (), (budget,), 0, CALL))
    after = await world.keeper.admit(Ask("b", (), (budget,), 0, CALL))
    world.inner = world.store.inner = MemoryAdmissionStore(time.time)
    seeded = time.time()
    await world.inner.seed(budget, CALL, seeded)
    async with world.running() as keeper:
        before.settle(1, CALL, seeded - 0.001)
        after.settle(1, CALL, seeded + 0.001)
        await until(lambda: len(keeper.outbox) == 0)
    assert await spent(world, budget) == (2 * CALL, 0)


async def test_a_gateway_that_stops_is_no_longer_counted(world: World) -> None:
    async with world.running():
        await until(lambda: "beat" in world.store.calls)
        assert await world.inner.beat("gateway-2", 60) == 2
    assert await world.inner.beat("gateway-2", 60) == 1


async def test_a_cancelled_admission_gives_back(world: World) -> None:
    budget = await line(world)
    await world.inner.seed(budget, 0, time.time())
    hung = asyncio.Event()

    async def slow(ask: Ask) -> Any:
        verdict = await world.inner.admit(ask)
        hung.set()
        await asyncio.sleep(10)
        return verdict

    world.store.admit = slow  # type: ignore[method-assign]
    async with world.running() as keeper:
        task = asyncio.create_task(keeper.admit(Ask("a", (), (budget,), 0, CALL)))
        await hung.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: len(keeper.outbox) == 0)
    assert await spent(world, budget) == (0, 0)


class TestRefusals:
    """A question that fails in the store is the trouble of its chat alone."""

    async def test_a_refused_ask_is_503_for_this_chat_only(self, world: World) -> None:
        budget = await line(world)
        world.store.refuses = {"poison"}
        async with world.running() as keeper:
            with pytest.raises(Unavailable):
                await keeper.admit(Ask("poison", (places(1),), (budget,), 10**20, CALL))
            assert keeper.breaker.closed
            await keeper.admit(Ask("b", (places(1),), (budget,), 0, CALL))
            await until(lambda: len(keeper.outbox) == 0)
        assert await spent(world, budget) == (0, CALL)

    async def test_a_refused_extension_is_that_of_this_chat_only(self, world: World) -> None:
        budget = await line(world)
        one = await world.keeper.admit(Ask("a", (), (budget,), 0, CALL))
        two = await world.keeper.admit(Ask("b", (), (budget,), 0, CALL))

        async def refuse(ask_id: str, micro_usd: int) -> bool:
            if ask_id == "a":
                raise StoreRefused("ERR out of range")
            return True

        world.store.extend = refuse  # type: ignore[method-assign]
        with pytest.raises(BudgetsUnavailable):
            await one.extend(CALL)
        assert await two.extend(CALL)
