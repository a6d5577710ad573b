"""What is queued while the store is away neither grows without need nor loses money."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from prometheus_client import CollectorRegistry

from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.outbox import BATCH, Outbox
from quarterdeck_gateway.admission.port import BudgetLine, Settlement, StoreAway
from support.keeping import FaultyStore, until

LINE = BudgetLine("u1:month:0", "team-a/monthly", 10**9, None)
SET_ASIDE = "quarterdeck_gateway_settlements_set_aside_total"


class World:
    def __init__(self) -> None:
        self.at = 1000.0
        self.store = FaultyStore(MemoryAdmissionStore(lambda: self.at))
        self.registry = CollectorRegistry()
        metrics = AdmissionMetrics(self.registry)
        self.breaker = Breaker(self.store.ping, metrics)
        self.outbox = Outbox(
            self.store, self.breaker, metrics, reservation_seconds=30, now=lambda: self.at
        )

    def put(self, name: str, micro_usd: int = 1, *, charged: bool = True) -> None:
        budgets = (LINE,) if charged else ()
        self.outbox.put(Settlement(name, 0, micro_usd, self.at, budgets))

    async def spent(self) -> int:
        return (await self.store.inner.states([LINE]))[0].spent


async def test_settlements_travel_in_batches() -> None:
    world = World()
    await world.store.seed(LINE, 0, 0)
    for i in range(BATCH * 2 + 1):
        world.put(f"{i}")
    task = asyncio.create_task(world.outbox.run())
    await until(lambda: len(world.outbox) == 0)
    task.cancel()
    assert await world.spent() == BATCH * 2 + 1
    assert world.store.calls.count("settle") == 3


async def test_nothing_owed_is_nothing_to_wait_for() -> None:
    assert not await World().outbox.settled(1.0)


async def test_waiting_ends_when_what_is_on_its_way_has_arrived() -> None:
    world = World()
    settle, begun = world.store.settle, asyncio.Event()

    async def slow(settlements: Sequence[Settlement]) -> None:
        begun.set()
        await asyncio.sleep(0.02)
        await settle(settlements)

    world.store.settle = slow  # type: ignore[method-assign]
    task = asyncio.create_task(world.outbox.run())
    world.put("a")
    await begun.wait()
    assert await world.outbox.settled(60)
    assert "settle" in world.store.calls
    task.cancel()


async def test_waiting_ends_in_time_when_nobody_sends() -> None:
    world = World()
    world.put("a")
    assert not await world.outbox.settled(0.01)


async def test_what_only_gives_back_is_forgotten_when_it_has_expired() -> None:
    world = World()
    world.breaker.trip(StoreAway("gone"))
    for i in range(BATCH):
        world.put(f"{i}", charged=False)
        world.at += 1
    world.put("money")
    assert len(world.outbox) < BATCH / 2
    world.at += 10_000
    for i in range(BATCH):
        world.put(f"more-{i}")
    assert len(world.outbox) == BATCH + 1


async def test_a_cancelled_sender_leaves_its_batch_to_be_drained() -> None:
    world = World()
    await world.store.seed(LINE, 0, 0)
    settle, begun = world.store.settle, asyncio.Event()

    async def hang(settlements: object) -> None:
        begun.set()
        await asyncio.sleep(10)

    world.store.settle = hang  # type: ignore[method-assign]
    world.put("a", 5)
    task = asyncio.create_task(world.outbox.run())
    await begun.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    world.store.settle = settle  # type: ignore[method-assign]
    await world.outbox.drain(60)
    assert len(world.outbox) == 0
    assert await world.spent() == 5


async def test_draining_is_bounded() -> None:
    world = World()

    async def hang(settlements: object) -> None:
        await asyncio.Event().wait()

    world.store.settle = hang  # type: ignore[method-assign]
    world.put("a", 5)
    async with asyncio.timeout(60):
        await world.outbox.drain(0.05)
    assert len(world.outbox) == 1


async def test_a_settlement_that_the_store_refuses_harms_no_other() -> None:
    world = World()
    other = BudgetLine("u2:month:0", "team-a/other", 10**9, None)
    await world.store.seed(LINE, 0, 0)
    await world.store.seed(other, 0, 0)
    world.store.refuses = {"poison"}
    world.put("before")
    world.outbox.put(Settlement("poison", 0, 10**19, world.at, (other,)))
    world.put("after")
    task = asyncio.create_task(world.outbox.run())
    await until(lambda: len(world.outbox) == 0)
    world.put("later")
    await until(lambda: len(world.outbox) == 0)
    task.cancel()
    assert world.breaker.closed
    assert await world.spent() == 3
    (state,) = await world.store.inner.states([other])
    assert state.doubted, "the ledger is asked"
    assert world.registry.get_sample_value(SET_ASIDE) == 1


async def test_all_owed_has_arrived_only_after_the_last_batch() -> None:
    world = World()
    await world.store.seed(LINE, 0, 0)
    for i in range(BATCH * 2 + 1):
        world.put(f"{i}")
    task = asyncio.create_task(world.outbox.run())
    assert await world.outbox.settled(60)
    assert await world.spent() == BATCH * 2 + 1
    task.cancel()
