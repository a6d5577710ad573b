"""A store that has forgotten: it is seeded from the ledger, and reminded of the chats that run."""

import asyncio
import time
from typing import Any

import pytest

from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.port import Ask
from quarterdeck_gateway.admission.seeding import NoHistory
from quarterdeck_gateway.errors import BudgetExceeded, LimitExceeded
from support.keeper_asks import CALL, line, places, spent
from support.keeping import World, until
from support.virtual_time import in_virtual_time


@pytest.fixture
def world() -> World:
    return World()


async def test_many_chats_wait_for_one_seeding(world: World) -> None:
    class Slow(NoHistory):
        sums = 0

        async def spent(self, **_: Any) -> int:
            self.sums += 1
            await asyncio.sleep(0.05)
            return 5 * CALL

    history = Slow()
    world = World(history=history)
    budget = await line(world)
    asks = [world.keeper.admit(Ask(f"{i}", (), (budget,), 0, CALL)) for i in range(50)]
    gone = asyncio.create_task(world.keeper.admit(Ask("gone", (), (budget,), 0, CALL)))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.02, gone.cancel)
    answers = await asyncio.gather(*asks, return_exceptions=True)
    assert history.sums == 1
    assert sum(not isinstance(answer, Exception) for answer in answers) == 5
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} == {BudgetExceeded}


async def test_a_store_that_forgot_is_reminded_of_running_chats_before_it_admits(
    world: World,
) -> None:
    budget = await line(world)
    running = await world.keeper.admit(Ask("a", (places(2),), (budget,), 0, 8 * CALL))
    assert await running.extend(CALL)
    ended = await world.keeper.admit(Ask("b", (), (budget,), 0, 0))
    ended.settle(0, 0)
    world.inner = world.store.inner = MemoryAdmissionStore(time.time)
    with pytest.raises(BudgetExceeded):
        await world.keeper.admit(Ask("c", (), (budget,), 0, 2 * CALL))
    assert await spent(world, budget) == (0, 9 * CALL)
    await world.keeper.admit(Ask("d", (places(2),)))
    with pytest.raises(LimitExceeded):
        await world.keeper.admit(Ask("e", (places(2),)))


async def test_what_was_forgotten_is_noticed_without_a_new_chat(world: World) -> None:
    """Another gateway has seeded the budget; this one only has a stream that goes on."""
    budget = await line(world)
    async with world.running() as keeper:
        await keeper.admit(Ask("a", (), (budget,), 0, CALL))
        await until(lambda: "claim" in world.store.calls)
        world.inner = world.store.inner = MemoryAdmissionStore(time.time)
        await world.inner.seed(budget, 0, time.time())
        calls = len(world.store.calls)
        await until(lambda: "admit" in world.store.calls[calls:])
        assert await spent(world, budget) == (0, CALL)


async def test_a_refused_reminder_does_not_stop_the_heart(world: World) -> None:
    budget = await line(world)
    for name in ("poison", "b"):
        await world.keeper.admit(Ask(name, (), (budget,), 0, CALL))
    world.inner = world.store.inner = MemoryAdmissionStore(time.time)
    world.store.refuses = {"poison"}
    await world.keeper.admit(Ask("c", (), (budget,), 0, CALL))
    assert await spent(world, budget) == (0, 2 * CALL)


async def test_a_running_chat_goes_on_over_a_store_that_forgot_it(world: World) -> None:
    budget = await line(world)
    grant = await world.keeper.admit(Ask("a", (places(2),), (budget,), 0, 8 * CALL))
    world.inner = world.store.inner = MemoryAdmissionStore(time.time)
    assert await grant.extend(CALL)
    assert await spent(world, budget) == (0, 9 * CALL)
    assert not await grant.extend(2 * CALL)


class TardyHistory(NoHistory):
    """A ledger to which another gateway brings its records a moment after it was flushed."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0

    async def flush(self) -> None:
        self.waited = -asyncio.get_running_loop().time()

    async def spent(self, **_scope: Any) -> int:
        self.waited += asyncio.get_running_loop().time()
        return 9 * CALL if self.waited > 0.3 else 0


@pytest.mark.parametrize("alone", [False, True])
@in_virtual_time
async def test_other_gateways_get_a_moment_to_write_their_spools(alone: bool) -> None:
    """Also those of which the store knows nothing: it may have lost its memory just now."""
    world = World(history=TardyHistory(), alone=alone)
    budget = await line(world)
    if alone:
        await world.keeper.admit(Ask("a", (), (budget,), 0, 2 * CALL))
        return
    with pytest.raises(BudgetExceeded):
        await world.keeper.admit(Ask("a", (), (budget,), 0, 2 * CALL))
