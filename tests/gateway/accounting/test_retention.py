"""Old records become monthly sums: exactly, whatever happens on the way."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from quarterdeck_contract.usage import Outcome
from quarterdeck_gateway.accounting import retention as retention_module
from quarterdeck_gateway.accounting.retention import Retention, cutoff
from quarterdeck_gateway.accounting.sql_ledger import SqlLedger
from quarterdeck_gateway.admission.port import StoreAway
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import DatabaseAway
from quarterdeck_gateway.database.tables import usage_months, usage_records
from support.usage import usage_record

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FOREVER = 4e9


async def granted(name: str, owner: str, seconds: float) -> bool:
    return True


def retention(database: Database, days: int = 100) -> Retention:
    return Retention(database, granted, gateway="g", retention_days=days, now=lambda: NOW)


async def months(database: Database) -> Sequence[dict[str, Any]]:
    async with database.read() as connection:
        rows = await connection.execute(select(usage_months).order_by(*usage_months.primary_key))
        return [dict(row) for row in rows.mappings()]


async def remaining(database: Database) -> int:
    async with database.read() as connection:
        found = await connection.execute(select(func.count()).select_from(usage_records))
        return found.scalar_one()


@pytest.mark.parametrize(
    ("now", "days", "expected"),
    [
        (NOW, 100, datetime(2026, 8, 15, 12, tzinfo=UTC)),
        (NOW, 1, datetime(2026, 10, 30, 22, tzinfo=UTC)),
        (datetime(2026, 1, 1, tzinfo=UTC), 1, datetime(2025, 12, 23, tzinfo=UTC)),
        (datetime(2026, 3, 12, tzinfo=UTC), 1, datetime(2026, 2, 27, 22, tzinfo=UTC)),
    ],
)
def test_the_current_month_and_week_stay(now: datetime, days: int, expected: datetime) -> None:
    assert cutoff(now, days) == expected


async def test_old_records_become_sums(ledger: SqlLedger, database: Database) -> None:
    for moment in ("2026-05-31T23:59:59.999Z", "2026-06-01T00:00:00.000Z"):
        ledger.record(usage_record(started_at=moment, cost_micro_usd=7))
        ledger.record(usage_record(started_at=moment, cost_micro_usd=5))
    denied = usage_record(
        started_at="2026-06-02T00:00:00.000Z",
        model=None,
        outcome=Outcome.DENIED,
        cost_micro_usd=0,
        input_tokens=None,
        cached_tokens=None,
        output_tokens=None,
    )
    ledger.record(denied)
    ledger.record(usage_record(started_at="2026-11-01T00:00:00.000Z"))
    await ledger.flush()
    assert await retention(database).sweep() == 5
    assert await remaining(database) == 1
    who = {"namespace": "team-a", "agent": "helper", "key": "team-a/ci", "team": "blue"}
    sums = {"calls": 2, "input_tokens": 20, "cached_tokens": 4, "output_tokens": 10}
    answered = who | sums | {"model": "gpt", "outcome": "completed", "cost_micro_usd": 12}
    nothing = {"input_tokens": 0, "cached_tokens": 0, "output_tokens": 0, "cost_micro_usd": 0}
    assert await months(database) == [
        answered | {"month": "2026-05"},
        who | nothing | {"month": "2026-06", "model": "", "outcome": "denied", "calls": 1},
        answered | {"month": "2026-06"},
    ]


async def test_the_total_never_changes(
    ledger: SqlLedger, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_module, "CHUNK", 7)
    for number in range(60):
        moment = f"2026-0{number % 3 + 1}-{number % 28 + 1:02}T00:00:00.000Z"
        ledger.record(usage_record(started_at=moment, cost_micro_usd=number))
    await ledger.flush()
    seen: list[int] = []

    async def watch() -> None:
        while True:
            seen.append(await ledger.spent(namespace="team-a", since=None, until=FOREVER))

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch())
        moved = await asyncio.gather(*(retention(database).sweep() for _ in range(2)))
        watching.cancel()
    assert sum(moved) == 60
    assert await remaining(database) == 0
    assert set(seen) == {sum(range(60))}
    assert sum(month["calls"] for month in await months(database)) == 60


async def test_late_records_are_added(ledger: SqlLedger, database: Database) -> None:
    for cost in (3, 4):
        ledger.record(usage_record(started_at="2026-01-05T00:00:00.000Z", cost_micro_usd=cost))
        await ledger.flush()
        await retention(database).sweep()
    assert [month["cost_micro_usd"] for month in await months(database)] == [7]


async def test_only_who_has_the_claim_works(ledger: SqlLedger, database: Database) -> None:
    ledger.record(usage_record(started_at="2026-01-05T00:00:00.000Z"))
    await ledger.flush()
    asked: list[tuple[str, str]] = []
    answers: list[bool | Exception] = [StoreAway("no answer"), False, True]

    async def claim(name: str, owner: str, seconds: float) -> bool:
        asked.append((name, owner))
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    for left in (1, 1, 0):
        worker = Retention(database, claim, gateway="g-1", retention_days=9, now=lambda: NOW)
        await worker.turn()
        assert await remaining(database) == left
    assert asked == [("retention", "g-1")] * 3


async def test_a_database_that_is_away_is_for_the_next_turn(database: Database) -> None:
    async def claim(name: str, owner: str, seconds: float) -> bool:
        raise DatabaseAway("gone")

    await Retention(database, claim, gateway="g", retention_days=9).turn()
