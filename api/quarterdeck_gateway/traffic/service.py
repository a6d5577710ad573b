"""Traffic over time as people see it, cut to the namespaces that are theirs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from quarterdeck_gateway.errors import InvalidRequest
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries.answering import Flush, answering, freshened
from quarterdeck_gateway.queries.moments import rfc3339_of
from quarterdeck_gateway.queries.tenancy import require_entry
from quarterdeck_gateway.traffic.schemas import (
    TrafficPoint,
    TrafficQuery,
    TrafficReport,
    TrafficSeries,
)
from quarterdeck_gateway.traffic.steps import Steps, steps_of
from quarterdeck_gateway.traffic.store import TrafficStore

MOST_TOGETHER: Final = 20_000
"""Points of all series: what an answer of a few megabytes holds."""

Row = Mapping[str, Any]


class TrafficService:
    """Answers over ``store``; ``flush`` is the ledger's."""

    def __init__(self, store: TrafficStore, flush: Flush, now: Callable[[], datetime]) -> None:
        self._store = store
        self._flush = flush
        self._now = now

    async def report(self, query: TrafficQuery, principal: Principal) -> TrafficReport:
        """Every agent over time. Raises NotFound, InvalidRequest, Unavailable."""
        require_entry(principal, query.namespace)
        steps = steps_of(query, self._now)
        async with answering():
            await freshened(self._flush)
            rows = await self._store.points(
                steps, query.namespace, query.agent, MOST_TOGETHER + 1, principal
            )
        agents = len({(row["namespace"], row["agent"]) for row in rows})
        if len(rows) > MOST_TOGETHER or agents * steps.count > MOST_TOGETHER:
            raise InvalidRequest(
                f"These are more than {MOST_TOGETHER} points of {agents} agents: ask for a longer "
                "step, a shorter time, one namespace or one agent.",
                param="step",
            )
        return TrafficReport(
            since=rfc3339_of(steps.since),
            until=rfc3339_of(steps.until),
            step_seconds=steps.length // 1000,
            series=list(series(rows, steps)),
        )


def series(rows: Iterable[Row], steps: Steps) -> Iterator[TrafficSeries]:
    """One series per agent of ``rows``, which are in order of agents; steps without a row are
    points of zeros."""
    for (namespace, agent), points in groupby(
        rows, key=lambda row: (row["namespace"], row["agent"])
    ):
        known = {row["step"]: row for row in points}
        yield TrafficSeries(
            namespace=namespace,
            agent=agent,
            points=[_point(steps, index, known.get(index)) for index in range(steps.count)],
        )


def _point(steps: Steps, index: int, row: Row | None) -> TrafficPoint:
    at = rfc3339_of(steps.beginning(index))
    if row is None:
        return TrafficPoint(at=at, **_NOTHING)
    return TrafficPoint(at=at, **{name: row[name] for name in _NOTHING})


_NOTHING: Final[dict[str, Any]] = {
    name: None if name.endswith("_seconds") else 0
    for name in TrafficPoint.model_fields
    if name != "at"
}
