"""What chats cost, summed up as asked, cut to the namespaces that are the caller's."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from quarterdeck_contract.v1alpha1.budget import usd
from quarterdeck_gateway.costs.schemas import CostQuery, CostReport, CostRow, CostSums, expanded
from quarterdeck_gateway.costs.store import SUMS, CostStore
from quarterdeck_gateway.errors import InvalidRequest
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries.answering import Flush, answering, freshened
from quarterdeck_gateway.queries.moments import rfc3339, span
from quarterdeck_gateway.queries.tenancy import require_entry
from quarterdeck_gateway.usage.selection import Chosen

MOST_ROWS: Final = 10_000


class CostService:
    """Answers over ``store``; ``flush`` is the ledger's."""

    def __init__(self, store: CostStore, flush: Flush, now: Callable[[], datetime]) -> None:
        self._store = store
        self._flush = flush
        self._now = now

    async def report(self, query: CostQuery, principal: Principal) -> CostReport:
        """Sums by group, and of all. Raises NotFound, InvalidRequest, Unavailable."""
        require_entry(principal, query.namespace)
        chosen, asked = Chosen.by(query), span(query.since, query.until, self._now)
        by = expanded(query.by)
        async with answering():
            await freshened(self._flush)
            rows = await self._store.sums(chosen, asked, by, MOST_ROWS + 1, principal)
            cut = await self._store.cut_months(chosen, asked, principal)
        if len(rows) > MOST_ROWS:
            raise InvalidRequest(
                f"These are more than {MOST_ROWS} rows: ask for a shorter time, or by less.",
                param="by",
            )
        return CostReport(
            since=rfc3339(asked.since),
            until=rfc3339(asked.until),
            by=by,
            items=[CostRow(**row, cost_usd=usd(row["cost_micro_usd"])) for row in rows],
            total=total(rows),
            left_out_months=cut,
        )


def total(rows: Iterable[Mapping[str, Any]]) -> CostSums:
    """All groups together."""
    sums = dict.fromkeys(SUMS, 0)
    for row in rows:
        for name in SUMS:
            sums[name] += row[name]
    return CostSums(**sums, cost_usd=usd(sums["cost_micro_usd"]))
