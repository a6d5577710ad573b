"""Which chats a question is about: the same filters for single records and for sums."""

from dataclasses import dataclass, fields
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, FromClause, func

from quarterdeck_contract.usage import Outcome
from quarterdeck_gateway.database.tables import usage_records
from quarterdeck_gateway.queries.answering import Word
from quarterdeck_gateway.queries.moments import From, Span, To


class UsageFilters(BaseModel):
    """Filters of ``/api/v1/usage`` and ``/api/v1/costs``; an empty value means that there is none,
    like ``team=`` for chats of no team."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    since: From | None = Field(default=None, alias="from")
    """First moment, or date (UTC); by default 30 days before ``to``."""
    until: To | None = Field(default=None, alias="to")
    """Up to this moment, or to the end of this date (UTC); by default now."""
    namespace: Annotated[Word, Field(min_length=1)] | None = None
    agent: Word | None = None
    """Bare name of the agent."""
    key: Word | None = None
    """Who asked: ``namespace/name`` of a key, ``issuer/subject`` of a token, or ``admin``."""
    team: Word | None = None
    model: Word | None = None
    """Name of the Model that answered."""
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Chosen:
    """The filters but for the time; None takes all."""

    namespace: str | None = None
    agent: str | None = None
    key: str | None = None
    team: str | None = None
    model: str | None = None
    outcome: str | None = None

    @classmethod
    def by(cls, filters: UsageFilters) -> "Chosen":
        """What ``filters`` choose."""
        return cls(**{field.name: getattr(filters, field.name) for field in fields(cls)})

    def conditions(self, table: FromClause) -> list[ColumnElement[bool]]:
        """For ``usage_records`` or ``usage_months``, whose columns have the same names."""
        wanted = {field.name: getattr(self, field.name) for field in fields(self)}
        return [
            _column(table, name, value) == value
            for name, value in wanted.items()
            if value is not None
        ]


def _column(table: FromClause, name: str, value: str) -> ColumnElement[Any]:
    # Only for the empty model, so that an index on the column stays of use for all others.
    return func.coalesce(table.c[name], "") if value == "" else table.c[name]


def within(span: Span) -> list[ColumnElement[bool]]:
    """Chats that began in ``span``."""
    since, until = span.milliseconds
    return [usage_records.c.started_at >= since, usage_records.c.started_at < until]
