"""Sums and percentiles of usage records by agent and step of time, in one statement.

Percentiles are exact (nearest rank): the database numbers the completed chats of each step by
duration, which both databases do alike, and the least duration whose number reaches the share is
the percentile.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
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
        async with self.room.enter(), self._database.read() as connection:
            if self._database.is_postgresql:
                # Nobody waits for the answer any longer, so the server need not go on either.
                await connection.execute(text(f"SET LOCAL statement_timeout = {LONGEST_MS}"))
            return [*(await connection.execute(statement)).mappings()]

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
        return _summed(_numbered(steps).where(*conditions)).limit(limit)


def _numbered(steps: Steps) -> Select[Any]:
    """Each chat with its step, and its place among the completed ones of its agent and step."""
    # Literals, not parameters: PostgreSQL must see that what it groups and orders by is the same.
    # Their type makes the division one of integers, with which the sorting takes half the time.
    since: ColumnElement[int] = literal_column(str(int(steps.since)), BigInteger)
    length: ColumnElement[int] = literal_column(str(int(steps.length)), BigInteger)
    step = (_RECORDS.started_at - since) // length
    completed = case((_RECORDS.outcome == Outcome.COMPLETED.value, 1), else_=0)
    group = (_RECORDS.namespace, _RECORDS.agent, step, completed)
    return select(
        _RECORDS.namespace,
        _RECORDS.agent,
        step.label("step"),
        completed.label("completed"),
        _RECORDS.outcome,
        _RECORDS.input_tokens,
        _RECORDS.output_tokens,
        _RECORDS.cost_micro_usd,
        _RECORDS.seconds,
        func.row_number().over(partition_by=group, order_by=_RECORDS.seconds).label("place"),
        func.count().over(partition_by=group).label("chats"),
    )


def _summed(numbered: Select[Any]) -> Select[Any]:
    chat = numbered.subquery().c
    names = chat.namespace, chat.agent, chat.step

    def percentile(share: int) -> ColumnElement[Any]:
        reached = (chat.completed == 1) & (chat.place * 100 >= chat.chats * share)
        return func.min(case((reached, chat.seconds))).label(f"p{share}_seconds")

    return (
        select(
            *names,
            func.count().label("requests"),
            _sum(case((chat.outcome == Outcome.UPSTREAM_ERROR.value, 1), else_=0), "errors"),
            _sum(case((chat.outcome.in_(_DENIED), 1), else_=0), "denied"),
            _sum(chat.input_tokens, "input_tokens"),
            _sum(chat.output_tokens, "output_tokens"),
            _sum(chat.cost_micro_usd, "cost_micro_usd"),
            *(percentile(share) for share in PERCENTILES),
        )
        .group_by(*names)
        .order_by(*names)
    )


def _sum(column: ColumnElement[Any], name: str) -> ColumnElement[int]:
    # PostgreSQL's sums of big integers are decimals; nothing at all sums up to NULL.
    return cast(func.coalesce(func.sum(column), 0), BigInteger).label(name)
