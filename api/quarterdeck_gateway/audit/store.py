"""Reads audit events: pages for people, the whole chain for verification."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select

from quarterdeck_gateway.audit.chain import Head, Row
from quarterdeck_gateway.audit.chain_writer import HEAD_ID
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import audit_events, audit_head
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries.moments import rfc3339
from quarterdeck_gateway.queries.tenancy import visible

CHUNK: Final = 200
"""Rows of one step of verification: hashing more would keep chats waiting."""
_EVENTS: Final = audit_events.c
_COLUMNS: Final = tuple(_EVENTS[field.name] for field in fields(Row))


@dataclass(frozen=True)
class AuditQuery:
    """Which events; None takes all. ``before`` is the ``seq`` that a page begins below."""

    since: datetime | None = None
    until: datetime | None = None
    namespace: str | None = None
    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True)
class End:
    """What is stored of the end of the chain at one moment: ``seq`` of the last row, the head."""

    seq: int
    head: Head | None


class AuditStore:
    """Questions to ``database``. All raise DatabaseAway."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, query: AuditQuery, principal: Principal) -> list[Row]:
        """The newest events that fit and that ``principal`` may see."""
        conditions = _conditions(query)
        conditions.append(
            visible(_EVENTS.namespace, principal, is_postgresql=self._database.is_postgresql)
        )
        statement = select(*_COLUMNS).where(*conditions).order_by(_EVENTS.seq.desc())
        async with self._database.read() as connection:
            found = await connection.execute(statement.limit(query.limit))
            return [Row(*row) for row in found]

    async def end(self) -> End:
        """Last row and head, as they stand at the same moment."""
        # One statement, hence one snapshot, however many gateways write.
        last = select(func.max(_EVENTS.seq)).scalar_subquery()
        seq, hash_ = (
            select(column).where(audit_head.c.id == HEAD_ID).scalar_subquery()
            for column in (audit_head.c.seq, audit_head.c.hash)
        )
        async with self._database.read() as connection:
            last_seq, head_seq, head_hash = (
                await connection.execute(select(last, seq, hash_))
            ).one()
        return End(last_seq or 0, None if head_hash is None else Head(head_seq, head_hash))

    async def rows(self, until: int) -> AsyncIterator[Sequence[Row]]:
        """All rows up to ``seq`` ``until``, in order, in chunks."""
        after: int | None = None
        while True:
            chunk = await self._chunk(after, until)
            if not chunk:
                return
            yield chunk
            after = chunk[-1].seq

    async def _chunk(self, after: int | None, until: int) -> list[Row]:
        conditions = [_EVENTS.seq <= until]
        if after is not None:
            conditions.append(_EVENTS.seq > after)
        statement = select(*_COLUMNS).where(*conditions).order_by(_EVENTS.seq).limit(CHUNK)
        async with self._database.read() as connection:
            return [Row(*row) for row in await connection.execute(statement)]


def _conditions(query: AuditQuery) -> list[ColumnElement[bool]]:
    equal = {
        _EVENTS.namespace: query.namespace,
        _EVENTS.actor: query.actor,
        _EVENTS.action: query.action,
        _EVENTS.subject: query.subject,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if query.since is not None:
        conditions.append(_EVENTS.at >= rfc3339(query.since))
    if query.until is not None:
        conditions.append(_EVENTS.at < rfc3339(query.until))
    if query.before is not None:
        conditions.append(_EVENTS.seq < query.before)
    return conditions
