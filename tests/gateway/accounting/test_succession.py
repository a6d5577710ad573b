"""Records of a gateway that stops without its database: kept for the others, delivered by them."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from quarterdeck_gateway.accounting import succession as succession_module
from quarterdeck_gateway.accounting.drain import Drain
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.hand_over import (
    MOST_BYTES,
    HandOverAway,
    MemoryHandOver,
    pack,
    unpack,
)
from quarterdeck_gateway.accounting.spool import Batch, Spool
from quarterdeck_gateway.accounting.succession import LOOK_SECONDS, Succession
from quarterdeck_gateway.database.errors import DatabaseAway, DatabaseRefused

KIND = "usage"


class Database:
    """Takes all of a batch or nothing, and nothing that is "bad"."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.away = False

    async def deliver(self, batch: Batch) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise DatabaseAway("gone")
        if not all(record.isdigit() for record in batch.records):
            raise DatabaseRefused("bad")
        self.records += batch.records


class Gateway:
    """The spool and the drain of one, on a disk of its own."""

    def __init__(self, folder: Path, database: Database, hand_over: MemoryHandOver) -> None:
        self.registry = CollectorRegistry()
        self.spool = Spool(folder, KIND)
        metrics = DrainMetrics(self.registry)
        self.drain = Drain(self.spool, database.deliver, metrics, hand_over, batch=10, pause=0.001)
        self.told = 0
        self.drain.when_adopted = self._tell

    def _tell(self) -> None:
        self.told += 1

    def append(self, *records: bytes) -> None:
        for record in records:
            self.spool.append(record)
        self.drain.noticed()

    async def run_until(self, holds: Callable[[], bool]) -> None:
        running = asyncio.create_task(self.drain.run())
        async with asyncio.timeout(5):
            while not holds():
                await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    @property
    def taken_over(self) -> float | None:
        name = "quarterdeck_gateway_spool_taken_over_total"
        return self.registry.get_sample_value(name, {"kind": KIND})


class World:
    """Gateways that share a database and a hand-over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[Gateway] = []
        self.database = Database()
        self.hand_over = MemoryHandOver()

    def gateway(self) -> Gateway:
        made = Gateway(self._folder / str(len(self._made)), self.database, self.hand_over)
        self._made.append(made)
        return made

    def close(self) -> None:
        for made in self._made:
            made.spool.close()

    def on_disk(self, number: int) -> int:
        """Records that the next process on a gateway's disk finds."""
        spool = Spool(self._folder / str(number), KIND)
        found = spool.depth
        spool.close()
        return found

    async def waiting(self) -> list[Batch]:
        """What was handed over; it is gone after that."""
        found: list[Batch] = []
        while (packed := await self.hand_over.first(KIND)) is not None:
            found.append(unpack(packed))
            await self.hand_over.remove(KIND, packed)
        return found

    async def left(self, count: int) -> None:
        """So many records were handed over, in batches of ten."""
        gateway = self.gateway()
        gateway.append(*records(count))
        self.database.away = True
        await gateway.drain.close(1)
        self.database.away = False


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def records(count: int) -> list[bytes]:
    return [b"%03d" % number for number in range(count)]


async def test_what_the_database_did_not_take_is_handed_over_with_its_ids(world: World) -> None:
    gateway = world.gateway()
    gateway.append(*records(25))
    batch = gateway.spool.take(25)
    assert batch is not None
    world.database.away = True
    with capture_logs() as said:
        await gateway.drain.close(1)
    handed = await world.waiting()
    assert [len(each.records) for each in handed] == [10, 10, 5]
    assert tuple(record for each in handed for record in each.records) == batch.records
    assert tuple(record_id for each in handed for record_id in each.ids) == batch.ids
    assert not list(gateway.spool.directory.iterdir()), "nothing is left on disk"
    assert {
        "event": "records handed over",
        "kind": KIND,
        "records": 25,
        "log_level": "info",
    } in said


async def test_nothing_is_handed_over_that_the_database_took(world: World) -> None:
    gateway = world.gateway()
    gateway.append(*records(25))
    await gateway.drain.close(1)
    assert world.database.records == records(25)
    assert await world.waiting() == []


async def test_without_a_hand_over_records_stay_on_disk_and_the_log_counts_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(succession_module, "_RETRIES", (0.001, 0.001))
    world.hand_over.away = True
    with capture_logs() as said:
        await world.left(25)
    (error,) = [line for line in said if line["log_level"] == "error" and "records" in line]
    assert (error["records"], error["reason"]) == (25, "away")
    assert world.on_disk(0) == 25


async def test_what_finds_no_room_stays_on_disk(world: World) -> None:
    world.hand_over = MemoryHandOver(most_bytes=250)
    await world.left(100)
    handed = sum(len(each.records) for each in await world.waiting())
    assert 0 < handed < 100
    assert world.on_disk(0) == 100 - handed


async def test_a_broken_connection_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(succession_module, "_RETRIES", (0.001, 0.001))
    world.hand_over = Flaky()
    await world.left(25)
    assert sum(len(each.records) for each in await world.waiting()) == 25


class Flaky(MemoryHandOver):
    """Every other batch finds the connection closed."""

    def __init__(self) -> None:
        super().__init__(MOST_BYTES)
        self._puts = 0

    async def put(self, kind: str, packed: bytes) -> None:
        self._puts += 1
        if self._puts % 2:
            raise HandOverAway("closed")
        await super().put(kind, packed)


async def test_others_deliver_what_was_left_after_their_own(world: World) -> None:
    await world.left(25)
    heir = world.gateway()
    heir.append(b"999")
    with capture_logs() as said:
        await heir.run_until(lambda: heir.told > 0)
    assert world.database.records == [b"999", *records(25)]
    assert await world.waiting() == []
    assert (heir.told, heir.taken_over) == (1, 25)
    assert {"event": "records taken over", "kind": KIND, "records": 25, "log_level": "info"} in said


async def test_several_heirs_do_each_others_work_without_harm(world: World) -> None:
    await world.left(100)
    heirs = [world.gateway() for _ in range(3)]
    async with asyncio.TaskGroup() as group:
        for heir in heirs:
            group.create_task(heir.run_until(lambda: len(set(world.database.records)) == 100))
    assert set(world.database.records) == set(records(100))
    assert await world.hand_over.first(KIND) is None
    assert sum(heir.taken_over or 0 for heir in heirs) == 100, "each is counted once"


async def test_a_batch_stays_until_the_database_has_it(world: World) -> None:
    await world.left(5)
    heir, world.database.away = world.gateway(), True
    successor = Succession(heir.spool, world.hand_over, DrainMetrics(CollectorRegistry()))
    with pytest.raises(DatabaseAway):
        await successor.inherit(world.database.deliver, lambda: None)
    (batch,) = await world.waiting()
    assert list(batch.records) == records(5)


async def test_records_at_fault_are_set_aside_and_the_others_delivered(world: World) -> None:
    batch = Batch((b"1", b"bad", b"2"), ("a", "b", "c"), None)
    await world.hand_over.put(KIND, pack(batch))
    await world.hand_over.put(KIND, b"no batch at all")
    await world.left(1)
    heir = world.gateway()
    await heir.run_until(lambda: heir.told > 0)
    assert world.database.records == [b"1", b"2", b"000"]
    aside = (heir.spool.directory / f"rejected-{KIND}.jsonl").read_bytes().splitlines()
    assert aside == [b"bad", b"no batch at all".hex().encode()]
    assert await world.waiting() == []


async def test_looks_at_once_and_then_now_and_then(world: World) -> None:
    heir, now = world.gateway(), 1000.0
    metrics = DrainMetrics(CollectorRegistry())
    successor = Succession(heir.spool, world.hand_over, metrics, monotonic=lambda: now)
    looks: list[bool] = []

    async def look() -> None:
        looks.append(await successor.inherit(world.database.deliver, lambda: None))

    await look()
    await world.left(5)
    await look()
    assert (looks, world.database.records) == ([False, False], [])
    now += LOOK_SECONDS
    await look()
    assert (looks[-1], world.database.records) == (True, records(5))
    world.hand_over.away = True
    await look()
    world.hand_over.away = False
    await world.left(1)
    await look()
    assert looks[-2:] == [False, False], "nor is a hand-over that is away asked again and again"
