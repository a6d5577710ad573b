"""Records of a gateway that stops without its database: kept for the others, delivered by them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from quarterdeck_gateway.accounting import succession as succession_module
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.hand_over import MOST_BYTES, HandOverAway, MemoryHandOver
from quarterdeck_gateway.accounting.spool import Batch
from quarterdeck_gateway.accounting.succession import LOOK_SECONDS, Succession
from quarterdeck_gateway.database.errors import DatabaseAway
from support.successions import KIND, WORTH, World, records


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


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
    assert (error["records"], error["micro_usd"], error["reason"]) == (25, 25 * WORTH, "away")
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
    assert await world.sealed.first(KIND) is None
    assert sum(heir.taken_over or 0 for heir in heirs) == 100, "each is counted once"


async def test_a_batch_stays_until_the_database_has_it(world: World) -> None:
    await world.left(5)
    heir, world.database.away = world.gateway(), True
    successor = Succession(heir.spool, world.sealed, DrainMetrics(CollectorRegistry()))
    with pytest.raises(DatabaseAway):
        await successor.inherit(world.database.deliver, lambda: None)
    (batch,) = await world.waiting()
    assert list(batch.records) == records(5)


async def test_records_at_fault_are_set_aside_and_the_others_delivered(world: World) -> None:
    await world.sealed.put(KIND, Batch((b"1", b"bad", b"2"), ("a", "b", "c"), None))
    await world.hand_over.put(world.sealed.list_of(KIND), b"no batch at all")
    await world.left(1)
    heir = world.gateway()
    await heir.run_until(lambda: heir.told > 0)
    assert world.database.records == [b"1", b"2", b"000"]
    aside = (heir.spool.directory / f"rejected-{KIND}.jsonl").read_bytes().splitlines()
    assert aside == [b"bad"]
    assert list(world.hand_over.aside[world.sealed.list_of(KIND)]) == [b"no batch at all"]
    assert heir.sample("rejected_total") == 2
    assert await world.waiting() == []


async def test_looks_at_once_and_then_now_and_then(world: World) -> None:
    heir, now = world.gateway(), 1000.0
    metrics = DrainMetrics(CollectorRegistry())
    successor = Succession(heir.spool, world.sealed, metrics, monotonic=lambda: now)
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
