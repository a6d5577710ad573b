"""The ledger behind the spool: every chat's record in the database, once.

``record`` writes one line to disk and returns; ``run`` brings the lines to the database in
batches. The row's primary key is the record's own id, so delivering twice changes nothing.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import ColumnElement, func, select

from quarterdeck_contract.usage import UsageRecord
from quarterdeck_gateway.accounting.drain import DeliveryState, Drain
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.rows import Row, cost_of, line_of, row_of
from quarterdeck_gateway.accounting.sealing import SealedHandOver
from quarterdeck_gateway.accounting.spool import Batch, Spool
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import DatabaseRefused
from quarterdeck_gateway.database.tables import usage_months, usage_records

SPOOL_KIND: Final = "usage"
CLOSE_SECONDS: Final = 5.0
"""How long a gateway that stops waits for the database."""


class SqlLedger:
    """Implements Ledger and SpendingHistory."""

    def __init__(
        self,
        database: Database,
        spool: Spool,
        metrics: DrainMetrics,
        hand_over: SealedHandOver | None = None,
    ) -> None:
        """``spool`` is one of kind ``SPOOL_KIND``; ``close`` closes it, not the database. With a
        ``hand_over`` what is not delivered at the end goes there, not to the next process."""
        self._database = database
        self._spool = spool
        self._drain = Drain(spool, self._deliver, metrics, hand_over, worth=cost_of)

    @property
    def accepts(self) -> bool:
        """False when no room is left for the records of new chats: begin none."""
        return not self._spool.full

    @property
    def away(self) -> bool:
        """Whether the last delivery found the database away."""
        return self._drain.away

    def delivery(self) -> DeliveryState:
        """How records stand on their way to the database."""
        return self._drain.state

    def record(self, record: UsageRecord) -> None:
        """Take one record; when this returns it survives ``kill -9``.

        Raises SpoolFull when neither disk nor memory has room for it.
        """
        self._spool.append(line_of(record))
        self._drain.noticed()

    def when_adopted(self, call: Callable[[], None]) -> None:
        """Have ``call`` called once all that a process left which is gone is in the database."""
        self._drain.when_adopted = call

    async def run(self) -> None:
        """Bring records to the database until cancelled."""
        await self._drain.run()

    async def flush(self) -> None:
        """Have all that was recorded before in the database. Raises DatabaseAway."""
        await self._drain.flush()

    async def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Deliver what can be delivered in that time; the rest is for other processes. Call it
        when ``run`` has ended and nothing records any more."""
        await self._drain.close(seconds)

    async def spent(
        self,
        *,
        namespace: str | None = None,
        agent: str | None = None,
        key: str | None = None,
        team: str | None = None,
        since: float | None,
        until: float,
    ) -> int:
        """Micro-USD of chats that began at ``since`` or later and ended before ``until``, seconds
        since the epoch: a chat that ends later is charged by its settlement, not by this sum.

        ``since`` None is from the beginning, with what retention has removed. Otherwise it must
        lie in the current month or week, or later: up to there retention keeps every single record.
        Raises DatabaseAway.
        """
        scope = {"namespace": namespace, "agent": agent, "key": key, "team": team}
        wanted = {name: value for name, value in scope.items() if value is not None}
        records = [usage_records.c[name] == value for name, value in wanted.items()]
        ended_at = usage_records.c.started_at + usage_records.c.seconds * 1000
        records.append(ended_at < until * 1000)
        if since is not None:
            records.append(usage_records.c.started_at >= round(since * 1000))
            return await self._total(usage_records.c.cost_micro_usd, records)
        months = [usage_months.c[name] == value for name, value in wanted.items()]
        return await self._both(records, months)

    async def _total(self, cost: ColumnElement[int], conditions: list[ColumnElement[bool]]) -> int:
        async with self._database.read() as connection:
            found = await connection.execute(select(func.sum(cost)).where(*conditions))
            return int(found.scalar_one() or 0)

    async def _both(
        self, records: list[ColumnElement[bool]], months: list[ColumnElement[bool]]
    ) -> int:
        # One statement, one snapshot: retention moves sums from one table to the other.
        of_records = select(func.sum(usage_records.c.cost_micro_usd)).where(*records)
        of_months = select(func.sum(usage_months.c.cost_micro_usd)).where(*months)
        both = select(of_records.scalar_subquery(), of_months.scalar_subquery())
        async with self._database.read() as connection:
            single, folded = (await connection.execute(both)).one()
            return int(single or 0) + int(folded or 0)

    async def _deliver(self, batch: Batch) -> None:
        rows = _rows(batch)
        async with self._database.write() as connection:
            await self._database.add_new(connection, usage_records, "id", rows)


def _rows(batch: Batch) -> list[Row]:
    try:
        return [row_of(line) for line in batch.records]
    except ValueError as exc:
        raise DatabaseRefused(str(exc)) from exc
