"""The ledger over both databases: once each, whole, and summed up right."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.rows import MOST, milliseconds, record_of
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.accounting.sql_ledger import SPOOL_KIND, SqlLedger
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.migrate import migrate
from quarterdeck_gateway.database.tables import usage_records
from support.usage import usage_record


async def stored(database: Database) -> list[UsageRecord]:
    async with database.read() as connection:
        rows = await connection.execute(select(usage_records).order_by(usage_records.c.id))
        return [record_of(dict(row)) for row in rows.mappings()]


def seconds(moment: str) -> float:
    return milliseconds(moment) / 1000


async def test_records_are_stored_as_they_were(ledger: SqlLedger, database: Database) -> None:
    records = [
        usage_record(id="1"),
        usage_record(id="2", model=None, code="budget_exceeded", outcome=Outcome.DENIED),
        usage_record(id="3", input_tokens=None, cached_tokens=None, output_tokens=None),
        usage_record(id="4", agent="ä\u2028\n\t'\"", stream=True, counted=True, seconds=0),
    ]
    for record in records:
        ledger.record(record)
    await ledger.flush()
    assert await stored(database) == records


async def test_the_same_record_counts_once(ledger: SqlLedger, database: Database) -> None:
    record = usage_record()
    for _ in range(3):
        ledger.record(record)
        await ledger.flush()
    ledger.record(record)
    ledger.record(record)
    await ledger.flush()
    assert await stored(database) == [record]


async def test_run_brings_records_by_itself(ledger: SqlLedger, database: Database) -> None:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(ledger.run())
        for number in range(1200):
            ledger.record(usage_record(id=f"{number:05}"))
            if number % 100 == 0:
                await asyncio.sleep(0)
        async with asyncio.timeout(60):
            while len(await stored(database)) < 1200:
                await asyncio.sleep(0.02)
        running.cancel()


async def test_close_writes_what_is_left(
    database: Database, spool_directory: Path, metrics: DrainMetrics
) -> None:
    ledger = SqlLedger(database, Spool(spool_directory, SPOOL_KIND), metrics)
    ledger.record(usage_record())
    await ledger.close()
    assert len(await stored(database)) == 1
    assert list(spool_directory.iterdir()) == []


async def test_lines_that_are_no_records_are_set_aside(
    database: Database, spool_directory: Path
) -> None:
    registry = CollectorRegistry()
    spool = Spool(spool_directory, SPOOL_KIND)
    ledger = SqlLedger(database, spool, DrainMetrics(registry))
    ledger.record(usage_record(id="1"))
    spool.append(b'{"not": "a record"}')
    ledger.record(usage_record(id="2"))
    await ledger.flush()
    assert [record.id for record in await stored(database)] == ["1", "2"]
    rejected = (spool_directory / "rejected-usage.jsonl").read_text()
    assert json.loads(rejected) == {"not": "a record"}
    sample = registry.get_sample_value("quarterdeck_gateway_spool_rejected_total", KIND)
    assert sample == 1
    await ledger.close()


KIND = {"kind": SPOOL_KIND}


async def test_a_database_that_comes_late_gets_everything(
    tmp_path: Path, spool_directory: Path
) -> None:
    registry = CollectorRegistry()
    database = Database.open(f"sqlite:///{tmp_path}/late.db")
    ledger = SqlLedger(database, Spool(spool_directory, SPOOL_KIND), DrainMetrics(registry))

    def sample(name: str) -> float | None:
        return registry.get_sample_value(f"quarterdeck_gateway_spool_{name}", KIND)

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(ledger.run())
        for number in range(50):
            ledger.record(usage_record(id=f"{number:05}"))
        async with asyncio.timeout(60):
            while sample("database_up") != 0:
                await asyncio.sleep(0.02)
        assert sample("records") == 50
        assert (sample("lag_seconds") or 0) > 0
        await migrate(database)
        async with asyncio.timeout(60):
            while sample("records") != 0:
                await asyncio.sleep(0.02)
        assert sample("database_up") == 1
        running.cancel()
    assert len(await stored(database)) == 50
    await ledger.close()
    await database.close()


SCOPES: list[tuple[dict[str, Any], int]] = [
    ({"namespace": "team-a"}, 1 + 2 + 4 + 8),
    ({"namespace": "team-a", "agent": "helper"}, 1 + 4 + 8),
    ({"namespace": None, "key": "team-a/ci"}, 1 + 2 + 16),
    ({"namespace": "team-a", "team": "blue"}, 1 + 2 + 8),
    ({"namespace": None}, 31),
    ({"namespace": "nobody"}, 0),
]


@pytest.mark.parametrize(("scope", "expected"), SCOPES)
async def test_spending_by_scope(ledger: SqlLedger, scope: dict[str, Any], expected: int) -> None:
    ledger.record(usage_record(cost_micro_usd=1))
    ledger.record(usage_record(cost_micro_usd=2, agent="other"))
    ledger.record(usage_record(cost_micro_usd=4, key="team-a/b", team="red"))
    ledger.record(usage_record(cost_micro_usd=8, key="team-a/b"))
    ledger.record(usage_record(cost_micro_usd=16, namespace="team-b"))
    await ledger.flush()
    until = seconds("2026-12-01T00:00:00Z")
    assert await ledger.spent(**scope, since=None, until=until) == expected
    assert await ledger.spent(**scope, since=0, until=until) == expected


async def test_spending_counts_by_begin_and_end(ledger: SqlLedger) -> None:
    since, until = "2026-11-23T10:00:00.000Z", "2026-11-23T11:00:00.000Z"
    chats = {
        1: ("2026-11-23T09:59:59.999Z", 5.0),  # began before, ended within
        2: ("2026-11-23T10:00:00.000Z", 0.0),  # the first instant
        4: ("2026-11-23T10:59:00.000Z", 59.999),  # ended just in time
        8: ("2026-11-23T10:59:00.000Z", 60.0),  # ended at the end itself
        16: ("2026-11-23T10:59:59.000Z", 30.0),  # ended later
    }
    for cost, (started_at, lasted) in chats.items():
        ledger.record(usage_record(cost_micro_usd=cost, started_at=started_at, seconds=lasted))
    await ledger.flush()
    spent = await ledger.spent(namespace=None, since=seconds(since), until=seconds(until))
    assert spent == 2 + 4


async def test_absurd_costs_do_not_break_the_sum(ledger: SqlLedger) -> None:
    # Two of them would be more than 64 bits hold: SQLite would refuse to answer ever after.
    for _ in range(3):
        ledger.record(usage_record(cost_micro_usd=2**63 - 1))
    await ledger.flush()
    for since in (None, 0):
        assert await ledger.spent(namespace=None, since=since, until=4e9) == 3 * MOST


def test_accepts_until_the_spool_is_full(
    tmp_path: Path, make_spool: Callable[..., Spool], metrics: DrainMetrics
) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/never-opened.db")
    ledger = SqlLedger(database, make_spool(max_bytes=2000), metrics)
    assert ledger.accepts
    for _ in range(5):
        ledger.record(usage_record())
    assert not ledger.accepts
