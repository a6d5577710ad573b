"""When batches are delivered, and what becomes of those that are not."""

import asyncio
from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry

from quarterdeck_gateway.accounting import drain as drain_module
from quarterdeck_gateway.accounting.drain import Drain
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.spool import Batch, Spool
from quarterdeck_gateway.database.errors import DatabaseAway, DatabaseRefused

MakeSpool = Callable[..., Spool]


class Shelf:
    """Where batches go: all of a batch or nothing, and nothing that starts with "bad"."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.attempts = 0
        self.fails_with: Exception | None = None
        self.waits = 0.0

    async def deliver(self, batch: Batch) -> None:
        self.attempts += 1
        await asyncio.sleep(self.waits)
        if self.fails_with is not None:
            raise self.fails_with
        if any(record.startswith(b"bad") for record in batch.records):
            raise DatabaseRefused("bad")
        self.records += batch.records


class Delivery:
    """A drain between a spool and a shelf."""

    def __init__(self, spool: Spool, registry: CollectorRegistry) -> None:
        self.spool = spool
        self.shelf = Shelf()
        self.registry = registry
        metrics = DrainMetrics(registry)
        self.drain = Drain(spool, self.shelf.deliver, metrics, batch=10, pause=0.01)

    def append(self, *records: bytes) -> None:
        for record in records:
            self.spool.append(record)
            self.drain.noticed()

    def sample(self, name: str) -> float | None:
        return self.registry.get_sample_value(f"quarterdeck_gateway_spool_{name}", KIND)


KIND = {"kind": "usage"}


@pytest.fixture
def delivery(make_spool: MakeSpool) -> Delivery:
    return Delivery(make_spool(), CollectorRegistry())


def records(count: int) -> list[bytes]:
    return [b"%03d" % number for number in range(count)]


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def test_flush_delivers_all_in_batches(delivery: Delivery) -> None:
    delivery.append(*records(35))
    await delivery.drain.flush()
    assert delivery.shelf.records == records(35)
    assert delivery.shelf.attempts == 4
    assert delivery.sample("delivered_total") == 35


async def test_flush_ends_though_more_keeps_coming(delivery: Delivery) -> None:
    delivery.append(*records(20))
    delivery.shelf.waits = 0.005

    async def more() -> None:
        while True:
            delivery.append(b"more")
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        pouring = tasks.create_task(more())
        async with asyncio.timeout(60):
            await delivery.drain.flush()
        pouring.cancel()
    assert delivery.shelf.records[:20] == records(20)


async def test_a_database_that_is_away_is_told_and_loses_nothing(delivery: Delivery) -> None:
    delivery.append(*records(3))
    delivery.shelf.fails_with = DatabaseAway("gone")
    with pytest.raises(DatabaseAway):
        await delivery.drain.flush()
    assert delivery.drain.away
    assert (delivery.sample("database_up"), delivery.sample("records")) == (0, 3)
    delivery.shelf.fails_with = None
    await delivery.drain.flush()
    assert not delivery.drain.away
    assert (delivery.sample("database_up"), delivery.sample("records")) == (1, 0)
    assert delivery.shelf.records == records(3)


@pytest.mark.parametrize("failure", [DatabaseAway("gone"), RuntimeError("a fault of ours")])
async def test_run_survives_every_failure(
    delivery: Delivery, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain_module, "FIRST_BACKOFF_SECONDS", 0.005)
    delivery.shelf.fails_with = failure
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(delivery.drain.run())
        delivery.append(*records(3))
        await eventually(lambda: delivery.shelf.attempts >= 3)
        delivery.shelf.fails_with = None
        await eventually(lambda: delivery.shelf.records == records(3))
        running.cancel()


async def test_a_database_that_does_not_answer_is_away(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain_module, "DELIVER_SECONDS", 0.02)
    delivery.append(b"one")
    delivery.shelf.waits = 60
    with pytest.raises(DatabaseAway, match="no answer"):
        await delivery.drain.flush()


async def test_only_the_records_at_fault_are_set_aside(delivery: Delivery) -> None:
    delivery.append(b"1", b"bad 2", b"3", b"bad 4", b"5")
    await delivery.drain.flush()
    assert delivery.shelf.records == [b"1", b"3", b"5"]
    rejected = delivery.spool.directory / "rejected-usage.jsonl"
    assert rejected.read_bytes() == b"bad 2\nbad 4\n"
    assert delivery.sample("rejected_total") == 2
    assert delivery.spool.depth == 0


async def test_run_adopts_what_others_leave(
    delivery: Delivery, make_spool: MakeSpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain_module, "ADOPT_SECONDS", 0.02)
    other = make_spool()
    other.append(b"left behind")
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(delivery.drain.run())
        await asyncio.sleep(0.05)
        assert delivery.shelf.records == []
        other.close()
        await eventually(lambda: delivery.shelf.records == [b"left behind"])
        running.cancel()


async def test_closing_takes_its_time_and_no_more(
    delivery: Delivery, make_spool: MakeSpool
) -> None:
    delivery.append(*records(3))
    delivery.shelf.waits = 60
    async with asyncio.timeout(60):
        await delivery.drain.close(0.05)
    assert delivery.sample("records") is None
    assert make_spool().depth == 3


async def test_tells_when_all_that_a_dead_process_left_is_delivered(
    delivery: Delivery, make_spool: MakeSpool
) -> None:
    told: list[int] = []
    delivery.drain.when_adopted = lambda: told.append(len(delivery.shelf.records))
    delivery.append(*records(3))
    await delivery.drain.flush()
    assert told == []
    other = make_spool()
    for record in records(12):
        other.append(record)
    other.close()
    delivery.spool.adopt()
    await delivery.drain.flush()
    assert told == [15]
