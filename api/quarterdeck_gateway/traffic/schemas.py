"""Shapes of ``/api/v1/metrics``."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from quarterdeck_gateway.queries.answering import Word
from quarterdeck_gateway.queries.moments import From, To

MOST_POINTS: Final = 1000
"""Points of one series."""
SHORTEST_STEP: Final = 1
LONGEST_STEP: Final = 31 * 86_400
LONGEST_DAYS: Final = 93
"""A whole quarter of a year: percentiles are sorted out of every single record of it."""


class TrafficQuery(BaseModel):
    """Query of ``GET /api/v1/metrics``."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    since: From | None = Field(default=None, alias="from")
    """First moment, or date (UTC); by default an hour before ``to``, at most 93 days."""
    until: To | None = Field(default=None, alias="to")
    """Up to this moment, or to the end of this date (UTC); by default now."""
    step: Annotated[int, Field(ge=SHORTEST_STEP, le=LONGEST_STEP)] | None = None
    """Seconds between two points; by default from 60 to 86400, so that there are at most 200. With
    more than 1000 points a shorter time or a longer step is asked for."""
    namespace: Annotated[Word, Field(min_length=1)] | None = None
    """Only agents of this namespace."""
    agent: Annotated[Word, Field(min_length=1)] | None = None
    """Only agents of this name."""


class TrafficPoint(BaseModel):
    """The chats that began in one step of time."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    at: str
    """RFC 3339, UTC: where the step begins."""
    requests: int
    """Chats, however they ended."""
    errors: int
    """Chats that failed: the worker, its provider or the gateway."""
    denied: int
    """Chats that were refused or cut by a limit or a budget, or that found no worker ready."""
    input_tokens: int
    """Cached ones included."""
    output_tokens: int
    """Tokens that were generated."""
    cost_micro_usd: int
    """Millionths of a USD."""
    p50_seconds: float | None
    """Half of the completed chats took at most so long; null where none was completed."""
    p95_seconds: float | None
    """The same for 95 of 100."""
    p99_seconds: float | None
    """The same for 99 of 100."""


class TrafficSeries(BaseModel):
    """One agent over time, without gaps: a step without chats is a point of zeros."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    namespace: str
    """Namespace of the agent."""
    agent: str
    """Name of the agent; it may be deleted by now."""
    points: list[TrafficPoint]
    """In order of time."""


class TrafficReport(BaseModel):
    """Agents with chats in the time from ``from`` to just before ``to``."""

    model_config = ConfigDict(use_attribute_docstrings=True, populate_by_name=True)

    since: str = Field(alias="from")
    """RFC 3339, UTC: what was asked for, set back to a multiple of the step."""
    until: str = Field(alias="to")
    """RFC 3339, UTC. The last step may be cut short by it."""
    step_seconds: int
    """Seconds between two points."""
    series: list[TrafficSeries]
    """By namespace and name."""
