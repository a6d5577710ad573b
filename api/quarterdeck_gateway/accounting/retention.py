"""Single usage records go after a while; their monthly sums stay for ever.

A record is moved: in one transaction it is deleted and added to its month's sums. So a total is
at any moment the sum of both tables, nothing is counted twice or lost, and a run that was
interrupted, or two at once, do no harm. Records of the current month and week stay whatever
the setting says: budgets are seeded from them.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from quarterdeck_gateway.accounting.sweeping import PAUSE_SECONDS, Claim, HourlySweep
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import usage_months, usage_records

log = structlog.get_logger(__name__)

CHUNK: Final = 1000
"""Records moved in one transaction."""
ZONES: Final = timedelta(hours=26)
"""A budget's month may begin so much before the month of UTC does, with room to spare."""
LEAST_DAYS: Final = 9
"""A week, in whatever time zone it began, with room to spare."""
_LOCK: Final = 0x7164_7265_7465
_SUMS: Final = ("input_tokens", "cached_tokens", "output_tokens", "cost_micro_usd")
_KEY: Final = ("namespace", "agent", "key", "team", "model", "outcome")


class Retention(HourlySweep):
    """Moves old records; one gateway does it at a time."""

    name = "retention"

    def __init__(
        self,
        database: Database,
        claim: Claim,
        *,
        gateway: str,
        retention_days: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(claim, gateway)
        self._database = database
        self._days = retention_days
        self._now = now

    async def sweep(self) -> int:
        """Move all records that are old enough now; how many. Raises DatabaseAway."""
        before = cutoff(self._now(), self._days)
        moved = 0
        while (some := await self._move_chunk(round(before.timestamp() * 1000))) > 0:
            moved += some
            await asyncio.sleep(PAUSE_SECONDS)
        if moved:
            log.info("usage records rolled up", records=moved, before=before.isoformat())
        return moved

    async def _move_chunk(self, before: int) -> int:
        async with self._database.write() as connection:
            if self._database.is_postgresql:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            old = select(usage_records.c.id).where(usage_records.c.started_at < before)
            chosen = old.order_by(usage_records.c.started_at, usage_records.c.id).limit(CHUNK)
            gone = await connection.execute(
                delete(usage_records)
                .where(usage_records.c.id.in_(chosen.scalar_subquery()))
                .returning(*usage_records.c)
            )
            months = rolled_up([dict(row) for row in gone.mappings()])
            await _add(connection, self._database, months)
            return sum(month["calls"] for month in months)


async def _add(
    connection: AsyncConnection, database: Database, months: list[dict[str, Any]]
) -> None:
    if not months:
        return
    insert = database.insert(usage_months)
    sums = ("calls", *_SUMS)
    added = insert.on_conflict_do_update(
        index_elements=list(usage_months.primary_key.columns),
        set_={name: usage_months.c[name] + insert.excluded[name] for name in sums},
    )
    await connection.execute(added, months)


def cutoff(now: datetime, days: int) -> datetime:
    """Records that began before this may go."""
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return min(now - timedelta(days=max(days, LEAST_DAYS)), month - ZONES)


def rolled_up(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of ``usage_months`` that are the sums of these rows of ``usage_records``."""
    months: dict[tuple[str, ...], dict[str, Any]] = {}
    for record in records:
        key = (record["day"][:7], *(record[name] or "" for name in _KEY))
        if key not in months:
            months[key] = dict(zip(("month", *_KEY), key, strict=True))
            months[key] |= dict.fromkeys(("calls", *_SUMS), 0)
        months[key]["calls"] += 1
        for name in _SUMS:
            months[key][name] += record[name] or 0
    return list(months.values())
