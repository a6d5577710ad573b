"""Disks, databases and hand-overs at fault: records get to others, or the log counts them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from quarterdeck_gateway.accounting import drain as drain_module
from quarterdeck_gateway.accounting.segments import ACKED
from support.successions import WORTH, World, records


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


async def test_a_disk_that_cannot_be_written_does_not_keep_records_from_others(
    world: World,
) -> None:
    gateway = world.gateway(segment_bytes=40)
    gateway.append(*records(25))
    own = gateway.spool._own
    read_only = os.open(own.path / ACKED, os.O_RDONLY)
    os.dup2(read_only, own._acked)
    os.close(read_only)
    world.database.away = True
    with capture_logs() as said:
        await gateway.drain.close(1)
    handed = await world.waiting()
    assert [record for each in handed for record in each.records] == records(25)
    assert not [line for line in said if "at risk" in line["event"]]


@pytest.mark.parametrize("fault", [RuntimeError("a fault of ours"), OSError("the disk")])
async def test_whatever_keeps_records_from_the_database_they_are_handed_over(
    world: World, fault: Exception
) -> None:
    gateway = world.gateway()
    gateway.append(*records(25))
    world.database.fault = fault
    await gateway.drain.close(1)
    assert sum(len(each.records) for each in await world.waiting()) == 25


async def test_a_hand_over_at_fault_is_told_with_what_is_at_risk(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(world.hand_over, "put", fail)
    with capture_logs() as said:
        await world.left(25)
    (error,) = [line for line in said if "at risk" in line["event"]]
    assert (error["records"], error["micro_usd"]) == (25, 25 * WORTH)
    assert world.on_disk(0) == 25


async def test_a_database_that_is_away_for_what_was_left_is_told_until_it_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain_module, "FIRST_BACKOFF_SECONDS", 0.002)
    await world.left(5)
    heir, world.database.away = world.gateway(), True
    await heir.run_until(lambda: heir.sample("delivery_failures_total") == 3)
    assert heir.drain.away
    assert heir.sample("database_up") == 0
    world.database.away = False
    await heir.run_until(lambda: heir.told > 0)
    assert not heir.drain.away
    assert heir.sample("database_up") == 1


async def test_a_fault_of_ours_is_not_taken_for_a_database_that_is_away(world: World) -> None:
    await world.left(5)
    heir, world.database.fault = world.gateway(), RuntimeError("a fault of ours")
    before = world.database.attempts
    await heir.run_until(lambda: heir.drain.away)
    await heir.run_until(lambda: not heir.drain.away)
    assert world.database.attempts == before + 1, "nor is it tried again at once"
