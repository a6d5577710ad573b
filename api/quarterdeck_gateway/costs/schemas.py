"""Shapes of ``/api/v1/costs``."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from quarterdeck_gateway.usage.selection import UsageFilters


class Dimension(StrEnum):
    """What costs are summed up by."""

    NAMESPACE = "namespace"
    AGENT = "agent"
    """By namespace and name: agents of one name in two namespaces are two agents."""
    MODEL = "model"
    """By namespace and name, likewise."""
    KEY = "key"
    TEAM = "team"
    DAY = "day"
    """UTC."""


class CostQuery(UsageFilters):
    """Query of ``GET /api/v1/costs``."""

    by: Annotated[list[Dimension], Field(min_length=1, max_length=6)] = Field(
        default_factory=lambda: [Dimension.AGENT]
    )
    """Repeat it for sums by several: ``by=agent&by=day``."""
    format: Literal["json", "csv"] = "json"


class CostSums(BaseModel):
    """What chats used and cost together."""

    calls: int
    input_tokens: int
    """Cached ones included."""
    cached_tokens: int
    output_tokens: int
    cost_micro_usd: int
    cost_usd: str


class CostRow(CostSums):
    """One group; only what was asked for ``by`` is there. Empty means that there was none, like the
    model of a chat that was refused."""

    namespace: str | None = None
    agent: str | None = None
    model: str | None = None
    key: str | None = None
    team: str | None = None
    day: str | None = None
    """Like 2026-11-23; like 2025-10 for a month of which only sums are kept."""


class CostReport(BaseModel):
    """Sums of the chats that began from ``since`` to just before ``until``."""

    since: str
    until: str
    by: list[Dimension]
    items: list[CostRow]
    total: CostSums
    left_out_months: list[str]
    """Months that begin or end outside of the time asked for, and of which only sums are kept:
    not counted."""


def expanded(by: list[Dimension]) -> list[Dimension]:
    """Without repetitions, and with the namespace before names that are only unique in one."""
    wanted = list(dict.fromkeys(by))
    if {Dimension.AGENT, Dimension.MODEL}.isdisjoint(wanted) or Dimension.NAMESPACE in wanted:
        return wanted
    first = min(wanted.index(d) for d in (Dimension.AGENT, Dimension.MODEL) if d in wanted)
    return [*wanted[:first], Dimension.NAMESPACE, *wanted[first:]]
