"""The keeper without its store, or without the ledger: careful, and nothing lost."""

import asyncio
import time

import pytest

from quarterdeck_gateway.admission.port import Ask
from quarterdeck_gateway.admission.seeding import HistoryAway, NoHistory
from quarterdeck_gateway.errors import (
    BudgetsUnavailable,
    LimitExceeded,
)
from support.keeper_asks import CALL, line, places, requests, spent, tokens
from support.keeping import World, until


class LostHistory(NoHistory):
    """A ledger whose database is away."""

    async def flush(self) -> None:
        raise HistoryAway("nobody listens")


@pytest.fixture
def world() -> World:
    return World()


class TestWithoutStore:
    async def test_budgets_fail_closed_and_fast(self, world: World) -> None:
        budget = await line(world)
        world.store.away = True
        for _ in range(3):
            with pytest.raises(BudgetsUnavailable, match="'team-a/monthly'") as refused:
                await world.keeper.admit(Ask("a", (), (budget,), 0, CALL))
            assert refused.value.status == 503
            assert refused.value.retry_after
        assert world.store.calls == ["admit"]
        assert world.metric("quarterdeck_gateway_admission_store_up") == 0
        verdict = "budgets_unavailable"
        assert world.metric("quarterdeck_gateway_admissions_total", verdict=verdict) == 3

    async def test_fail_open_and_unenforced_budgets_let_chats_through(self, world: World) -> None:
        lines = (await line(world, "open", failOpen=True), await line(world, "off", enforce=False))
        world.store.away = True
        grant = await world.keeper.admit(Ask("a", (), lines, 0, CALL))
        assert await grant.extend(CALL)
        closed = await line(world, "closed")
        with pytest.raises(BudgetsUnavailable):
            await world.keeper.admit(Ask("b", (), (*lines, closed), 0, CALL))

    async def test_running_chats_of_closed_budgets_get_no_more(self, world: World) -> None:
        grant = await world.keeper.admit(Ask("a", (), (await line(world),), 0, CALL))
        world.store.away = True
        with pytest.raises(BudgetsUnavailable, match="'team-a/monthly'"):
            await grant.extend(CALL)
        assert not world.keeper.breaker.closed
        with pytest.raises(BudgetsUnavailable):
            await grant.extend(CALL)
        assert grant.reserved == CALL

    async def test_limits_fall_to_this_gateways_share(self, world: World) -> None:
        await world.inner.beat("gateway-2", 60)
        async with world.running() as keeper:
            await until(lambda: keeper.heartbeat.gateways == 2)
            world.store.away = True
            asks = (Ask(f"{i}", (requests(10), tokens(1000)), (), 100, 0) for i in range(20))
            answers = await asyncio.gather(*map(keeper.admit, asks), return_exceptions=True)
            refusals = [answer for answer in answers if isinstance(answer, LimitExceeded)]
            admitted = len(answers) - len(refusals)
            assert all("x-ratelimit-remaining-requests" in r.headers() for r in refusals)
            assert admitted == 5
        degraded = world.metric("quarterdeck_gateway_admissions_degraded_total")
        assert degraded == 20

    async def test_places_taken_before_it_went_are_counted(self, world: World) -> None:
        ask = [Ask(f"{i}", (places(3),)) for i in range(4)]
        grants = [await world.keeper.admit(ask[i]) for i in range(2)]
        world.store.away = True
        grants.append(await world.keeper.admit(ask[2]))
        with pytest.raises(LimitExceeded):
            await world.keeper.admit(ask[3])
        grants[0].settle(0, 0)
        await world.keeper.admit(ask[3])

    async def test_it_is_used_again_after_its_return(self, world: World) -> None:
        budget = await line(world)
        async with world.running() as keeper:
            world.store.away = True
            with pytest.raises(BudgetsUnavailable):
                await keeper.admit(Ask("a", (), (budget,), 0, CALL))
            await asyncio.sleep(0.3)
            world.store.away = False
            await until(lambda: keeper.breaker.closed)
            await keeper.admit(Ask("b", (), (budget,), 0, CALL))
        assert world.metric("quarterdeck_gateway_admission_store_up") == 1

    async def test_settlements_are_kept_and_sent_when_it_is_back(self, world: World) -> None:
        budget = await line(world, failOpen=True)
        async with world.running() as keeper:
            grant = await keeper.admit(Ask("a", (), (budget,), 0, CALL))
            world.store.away = True
            alone = await keeper.admit(Ask("b", (), (budget,), 0, CALL))
            grant.settle(1, CALL)
            alone.settle(1, 2 * CALL)
            await until(lambda: world.metric("quarterdeck_gateway_settlements_unsent") == 2)
            world.store.away = False
            await until(lambda: len(keeper.outbox) == 0)
        assert await spent(world, budget) == (3 * CALL, 0)

    async def test_a_lost_answer_is_sent_again_and_counted_once(self, world: World) -> None:
        budget = await line(world)
        async with world.running() as keeper:
            grant = await keeper.admit(Ask("a", (), (budget,), 0, CALL))
            world.store.deaf = True
            grant.settle(1, CALL)
            await until(lambda: "settle" in world.store.calls)
            world.store.deaf = False
            await until(lambda: len(keeper.outbox) == 0)
        assert world.store.calls.count("settle") == 2
        assert await spent(world, budget) == (CALL, 0)

    async def test_what_an_unheard_admission_took_is_given_back(self, world: World) -> None:
        budget = await line(world)
        await world.inner.seed(budget, 0, time.time())
        async with world.running() as keeper:
            world.store.deaf = True
            with pytest.raises(BudgetsUnavailable):
                await keeper.admit(Ask("a", (), (budget,), 0, CALL))
            assert await spent(world, budget) == (0, CALL)
            world.store.deaf = False
            await until(lambda: len(keeper.outbox) == 0)
        assert await spent(world, budget) == (0, 0)

    async def test_stopping_sends_what_is_owed(self, world: World) -> None:
        budget = await line(world)
        async with world.running() as keeper:
            await asyncio.sleep(0)
            (await keeper.admit(Ask("a", (), (budget,), 0, CALL))).settle(1, CALL)
        assert await spent(world, budget) == (CALL, 0)


class TestWithoutLedger:
    async def test_a_budget_that_nobody_knows_fails_closed(self) -> None:
        world = World(history=LostHistory())
        budget = await line(world)
        with pytest.raises(BudgetsUnavailable):
            await world.keeper.admit(Ask("a", (requests(1),), (budget,), 0, CALL))
        assert world.keeper.breaker.closed
        await world.keeper.admit(Ask("b", (requests(1),)))

    async def test_others_pass_and_are_charged_once_it_is_known(self) -> None:
        history = LostHistory()
        world = World(history=history)
        lost, known = await line(world, "lost", failOpen=True), await line(world, "known")
        await world.inner.seed(known, 0, time.time())
        async with world.running() as keeper:
            grant = await keeper.admit(Ask("a", (requests(1),), (lost, known), 0, CALL))
            assert await spent(world, known) == (0, CALL)
            await world.inner.seed(lost, 7 * CALL, time.time())
            grant.settle(1, CALL)
            await until(lambda: len(keeper.outbox) == 0)
        assert await spent(world, known) == (CALL, 0)
        assert await spent(world, lost) == (8 * CALL, 0)
