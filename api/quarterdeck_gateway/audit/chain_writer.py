"""Adds events to the chain in the database: one transaction at a time, whoever writes.

Before it adds to the end it checks it. Otherwise whoever cuts off the last rows would only have to
wait: the next honest row would follow what is left, and the new head would prove the whole.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import structlog
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from quarterdeck_gateway.audit.chain import BROKEN, GENESIS, ChainKey, Checkpoint, Head
from quarterdeck_gateway.audit.entry import Entry
from quarterdeck_gateway.audit.metrics import AuditMetrics
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import audit_events, audit_head

_LOCK: Final = 0x7164_6175_6469_74
"""Key of PostgreSQL's advisory lock: the letters "qdaudit"."""
HEAD_ID: Final = 1
WRITE_SECONDS: Final = 30.0

log = structlog.get_logger(__name__)


class ChainWriter:
    """Writes with ``key``; many gateways may write to one database at once."""

    def __init__(self, database: Database, key: ChainKey, metrics: AuditMetrics) -> None:
        self._database = database
        self._key = key
        self._metrics = metrics
        self._seen: Checkpoint | None = None

    @property
    def seen(self) -> Checkpoint | None:
        """The last row that this process has written; None before the first."""
        return self._seen

    async def write(self, entries: Sequence[Entry]) -> None:
        """Add those that are not in the log yet, in order. Raises DatabaseError, then none is."""
        # The timeout inside, so that it means what any other silence of the database means.
        async with self._database.write() as connection, asyncio.timeout(WRITE_SECONDS):
            if self._database.is_postgresql:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            fresh = await _fresh(connection, entries)
            if not fresh:
                return
            last, head = await _end(connection)
            rows, end = self._chained(fresh, last, head)
            await connection.execute(insert(audit_events), rows)
            await self._move_head(connection, end, is_first=head is None)
        self._seen = end

    def _chained(
        self, entries: Sequence[Entry], last: Checkpoint | None, head: Head | None
    ) -> tuple[list[dict[str, Any]], Checkpoint]:
        """The rows that follow ``last``, and the last of them."""
        seq, previous = (0, GENESIS) if last is None else (last.seq, last.hash)
        if not self._holds(last, head):
            self._metrics.breaks.inc()
            log.error("audit chain is broken: run `quarterdeck audit verify`", last_row=seq)
            previous = BROKEN
        rows: list[dict[str, Any]] = []
        for entry in entries:
            seq += 1
            row = entry.columns | {"seq": seq, "previous": previous}
            row["hash"] = previous = self._key.hash_of(row)
            rows.append(row)
        return rows, Checkpoint(seq, previous)

    def _holds(self, last: Checkpoint | None, head: Head | None) -> bool:
        """Whether the end of the chain is the one that was last written, by anybody."""
        if self._seen is not None:
            if last is None or last.seq < self._seen.seq:
                return False
            if last.seq == self._seen.seq and last.hash != self._seen.hash:
                return False
        if last is None or head is None:
            return last is None and head is None
        return head.seq == last.seq and self._key.proves(head, last.hash)

    async def _move_head(
        self, connection: AsyncConnection, end: Checkpoint, *, is_first: bool
    ) -> None:
        values = vars(self._key.head(end.seq, end.hash))
        if is_first:
            await connection.execute(insert(audit_head).values(id=HEAD_ID, **values))
        else:
            await connection.execute(
                update(audit_head).where(audit_head.c.id == HEAD_ID).values(**values)
            )


async def _fresh(connection: AsyncConnection, entries: Sequence[Entry]) -> list[Entry]:
    """Those whose id and ``once`` are neither stored nor among those before them."""
    events = audit_events.c
    ids = await _known(connection, events.id, [entry.id for entry in entries])
    onces = await _known(
        connection, events.once, [entry.once for entry in entries if entry.once is not None]
    )
    fresh: list[Entry] = []
    for entry in entries:
        if entry.id in ids or (entry.once is not None and entry.once in onces):
            continue
        ids.add(entry.id)
        if entry.once is not None:
            onces.add(entry.once)
        fresh.append(entry)
    return fresh


async def _known(connection: AsyncConnection, column: Any, values: Sequence[str]) -> set[str]:
    if not values:
        return set()
    found = await connection.execute(select(column).where(column.in_(values)))
    return set(found.scalars())


async def _end(connection: AsyncConnection) -> tuple[Checkpoint | None, Head | None]:
    events = audit_events.c
    last = (
        await connection.execute(
            select(events.seq, events.hash).order_by(events.seq.desc()).limit(1)
        )
    ).one_or_none()
    head = (
        await connection.execute(
            select(audit_head.c.seq, audit_head.c.hash).where(audit_head.c.id == HEAD_ID)
        )
    ).one_or_none()
    return (
        None if last is None else Checkpoint(last.seq, last.hash),
        None if head is None else Head(head.seq, head.hash),
    )
