"""Reads single usage records, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import usage_records
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries.moments import Span
from quarterdeck_gateway.queries.tenancy import visible
from quarterdeck_gateway.usage.selection import Chosen, within

_RECORDS = usage_records.c


@dataclass(frozen=True)
class Cursor:
    """Where a page ends: its last record."""

    started_at: int
    id: str

    def __str__(self) -> str:
        return f"{self.started_at}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The opposite of ``str``. Raises ValueError."""
        started_at, _, record_id = text.partition(".")
        return cls(int(started_at), record_id)


class UsageStore:
    """Questions to ``database``. All raise DatabaseAway."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, chosen: Chosen, span: Span, after: Cursor | None, limit: int, principal: Principal
    ) -> list[Mapping[str, Any]]:
        """Rows of ``usage_records`` that ``principal`` may see, newest first."""
        is_postgresql = self._database.is_postgresql
        conditions = [
            *within(span),
            *chosen.conditions(usage_records),
            visible(_RECORDS.namespace, principal, is_postgresql=is_postgresql),
        ]
        if after is not None:
            conditions.append(_older_than(after))
        statement = (
            select(usage_records)
            .where(*conditions)
            .order_by(_RECORDS.started_at.desc(), _RECORDS.id.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [*(await connection.execute(statement)).mappings()]


def _older_than(cursor: Cursor) -> ColumnElement[bool]:
    # The first half says nothing new, but is what an index can begin with.
    return and_(
        _RECORDS.started_at <= cursor.started_at,
        or_(_RECORDS.started_at < cursor.started_at, _RECORDS.id < cursor.id),
    )
