"""Sums of usage: single records, and the monthly sums of those that retention has removed.

Each chat is in exactly one of the two tables, and moves in one transaction; so one statement
over both counts each exactly once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    cast,
    func,
    literal,
    select,
    union_all,
)

from quarterdeck_gateway.costs.schemas import Dimension
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import usage_months, usage_records
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries.moments import Span
from quarterdeck_gateway.queries.tenancy import visible
from quarterdeck_gateway.usage.selection import Chosen, within

SUMS: Final = ("calls", "input_tokens", "cached_tokens", "output_tokens", "cost_micro_usd")


@dataclass(frozen=True)
class Months:
    """Which monthly sums lie in a span: all from ``first`` to before ``end`` ("2026-11")."""

    first: str
    end: str

    @classmethod
    def whole(cls, span: Span) -> "Months":
        """The months that are in ``span`` from their first to their last moment."""
        begins = _month(span.since)
        if span.since > _midnight_of_first(span.since):
            begins = _next(begins)
        return cls(begins, _month(span.until))


class CostStore:
    """Questions to ``database``. All raise DatabaseAway."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sums(
        self,
        chosen: Chosen,
        span: Span,
        by: Sequence[Dimension],
        limit: int,
        principal: Principal,
    ) -> list[Mapping[str, Any]]:
        """One row per group, ordered by its names: ``by`` and ``SUMS``; at most ``limit``."""
        records = self._grouped(usage_records, by, principal).where(
            *within(span), *chosen.conditions(usage_records)
        )
        months = Months.whole(span)
        folded = self._grouped(usage_months, by, principal).where(
            usage_months.c.month >= months.first,
            usage_months.c.month < months.end,
            *chosen.conditions(usage_months),
        )
        both = union_all(records, folded).subquery()
        names = [both.c[dimension.value] for dimension in by]
        statement = (
            select(*names, *(_sum(both.c[name]).label(name) for name in SUMS))
            .group_by(*names)
            .order_by(*names)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [*(await connection.execute(statement)).mappings()]

    async def cut_months(self, chosen: Chosen, span: Span, principal: Principal) -> list[str]:
        """Months with sums that ``span`` contains a part of."""
        month = usage_months.c.month
        months = Months.whole(span)
        cut = {_month(span.since), _month(span.until)}
        statement = (
            select(month)
            .where(
                month.in_(sorted(m for m in cut if not months.first <= m < months.end)),
                self._visible(usage_months, principal),
                *chosen.conditions(usage_months),
            )
            .distinct()
            .order_by(month)
        )
        if span.until == _midnight_of_first(span.until):
            statement = statement.where(month != _month(span.until))
        async with self._database.read() as connection:
            return list((await connection.execute(statement)).scalars())

    def _grouped(
        self, table: FromClause, by: Sequence[Dimension], principal: Principal
    ) -> Select[Any]:
        names = [_name(table, dimension) for dimension in by]
        sums = [_sum(_summand(table, name)).label(name) for name in SUMS]
        labelled = [name.label(by[index].value) for index, name in enumerate(names)]
        condition = self._visible(table, principal)
        return select(*labelled, *sums).where(condition).group_by(*names)

    def _visible(self, table: FromClause, principal: Principal) -> ColumnElement[bool]:
        postgresql = self._database.is_postgresql
        return visible(table.c["namespace"], principal, is_postgresql=postgresql)


def _name(table: FromClause, dimension: Dimension) -> ColumnElement[Any]:
    if dimension is Dimension.DAY:
        return table.c["month" if table is usage_months else "day"]
    if dimension is Dimension.MODEL and table is usage_records:
        return func.coalesce(table.c["model"], "")
    return table.c[dimension.value]


def _summand(table: FromClause, name: str) -> ColumnElement[Any]:
    return literal(1) if table is usage_records and name == "calls" else table.c[name]


def _sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    # PostgreSQL's sums of big integers are decimals; nothing at all sums up to NULL.
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def _month(moment: datetime) -> str:
    return f"{moment.year:04d}-{moment.month:02d}"


def _midnight_of_first(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"
