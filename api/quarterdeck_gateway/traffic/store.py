"""Sums and percentiles of usage records by agent and step of time, in one pass over the records.

Percentiles are exact (nearest rank). PostgreSQL has them as an aggregate. SQLite, whose windows
would sort whole records, hands out the durations of a group as one text, to 15 digits: to choose
from them here takes less than half of the time.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    RowMapping,
    Select,
    case,
    cast,
    func,
    literal_column,
    select,
    text,
)

from quarterdeck_contract.usage import Outcome
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import usage_records
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries.room import Room
from quarterdeck_gateway.queries.tenancy import visible
from quarterdeck_gateway.traffic.steps import Steps

MOST_AT_ONCE: Final = 2
LONGEST_MS: Final = 20_000
"""How long PostgreSQL may take: less than a request may (``request_timeout_seconds``)."""
PERCENTILES: Final = (50, 95, 99)
_RECORDS: Final = usage_records.c
_DURATIONS: Final = "durations"
_COMPLETED: Final = _RECORDS.outcome == Outcome.COMPLETED.value
_DENIED: Final = (Outcome.DENIED.value, Outcome.CUT.value)


class TrafficStore:
    """Questions to ``database``, few at once. All raise DatabaseAway, or Unavailable while there
    are too many."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.room = Room(MOST_AT_ONCE, "Too many questions about traffic are being answered")

    async def points(
        self,
        steps: Steps,
        namespace: str | None,
        agent: str | None,
        limit: int,
        principal: Principal,
    ) -> Sequence[Mapping[str, Any]]:
        """One row per agent and step with chats, in this order; at most ``limit``."""
        statement = self.statement(steps, namespace, agent, limit, principal)
        async with self.room.enter():
            rows = await self._rows(statement)
            return await asyncio.to_thread(_with_percentiles, rows)

    async def _rows(self, statement: Select[Any]) -> Sequence[RowMapping]:
        async with self._database.read() as connection:
            if self._database.is_postgresql:
                # Nobody waits for the answer any longer, so the server need not go on either.
                await connection.execute(text(f"SET LOCAL statement_timeout = {LONGEST_MS}"))
            rows: Sequence[RowMapping] = (await connection.execute(statement)).mappings().all()
            return rows

    def statement(
        self,
        steps: Steps,
        namespace: str | None,
        agent: str | None,
        limit: int,
        principal: Principal,
    ) -> Select[Any]:
        """The one statement."""
        conditions = [
            _RECORDS.started_at >= steps.since,
            _RECORDS.started_at < steps.until,
            visible(_RECORDS.namespace, principal, is_postgresql=self._database.is_postgresql),
        ]
        if namespace is not None:
            conditions.append(_RECORDS.namespace == namespace)
        if agent is not None:
            conditions.append(_RECORDS.agent == agent)
        is_postgresql = self._database.is_postgresql
        return _summed(steps, is_postgresql=is_postgresql).where(*conditions).limit(limit)


def _summed(steps: Steps, *, is_postgresql: bool) -> Select[Any]:
    # Literals, not parameters: PostgreSQL must see that what it groups and orders by is the same.
    # Their type makes the division one of integers.
    since: ColumnElement[int] = literal_column(str(int(steps.since)), BigInteger)
    length: ColumnElement[int] = literal_column(str(int(steps.length)), BigInteger)
    step = (_RECORDS.started_at - since) // length
    names = _RECORDS.namespace, _RECORDS.agent, step
    return (
        select(
            _RECORDS.namespace,
            _RECORDS.agent,
            step.label("step"),
            func.count().label("requests"),
            _sum(case((_RECORDS.outcome == Outcome.UPSTREAM_ERROR.value, 1), else_=0), "errors"),
            _sum(case((_RECORDS.outcome.in_(_DENIED), 1), else_=0), "denied"),
            _sum(_RECORDS.input_tokens, "input_tokens"),
            _sum(_RECORDS.output_tokens, "output_tokens"),
            _sum(_RECORDS.cost_micro_usd, "cost_micro_usd"),
            (_chosen() if is_postgresql else _joined()).label(_DURATIONS),
        )
        .group_by(*names)
        .order_by(*names)
    )


def _chosen() -> ColumnElement[Any]:
    """The percentiles themselves, in a list."""
    # Only a gateway on PostgreSQL comes here, and only it has the dialect in memory.
    from sqlalchemy.dialects.postgresql import array

    shares = array([share / 100 for share in PERCENTILES], type_=Double)
    chosen = func.percentile_disc(shares).within_group(_RECORDS.seconds)
    return chosen.filter(_COMPLETED)


def _joined() -> ColumnElement[Any]:
    """All durations, in one text."""
    return func.group_concat(case((_COMPLETED, _RECORDS.seconds)))


def _with_percentiles(rows: Sequence[RowMapping]) -> list[Mapping[str, Any]]:
    return [{**row, **_percentiles(row[_DURATIONS])} for row in rows]


def _percentiles(durations: Sequence[float | None] | str | None) -> dict[str, float | None]:
    """Of PostgreSQL's list, or SQLite's text; None where no chat was completed."""
    if isinstance(durations, str):
        ordered = sorted(map(float, durations.split(",")))
        durations = [ordered[nearest_rank(len(ordered), share) - 1] for share in PERCENTILES]
    found = durations or [None] * len(PERCENTILES)
    return {f"p{share}_seconds": seconds for share, seconds in zip(PERCENTILES, found, strict=True)}


def nearest_rank(count: int, share: int) -> int:
    """The least place, from 1, up to which ``share`` percent of ``count`` values lie."""
    return -(-count * share // 100)


def _sum(column: ColumnElement[Any], name: str) -> ColumnElement[int]:
    # PostgreSQL's sums of big integers are decimals; nothing at all sums up to NULL.
    return cast(func.coalesce(func.sum(column), 0), BigInteger).label(name)
