"""Single chats as people see them, cut to the namespaces that are theirs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from quarterdeck_contract.v1alpha1.budget import usd
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries.answering import Flush, answering, freshened
from quarterdeck_gateway.queries.moments import rfc3339_of, span
from quarterdeck_gateway.queries.tenancy import require_entry
from quarterdeck_gateway.usage.schemas import UsagePage, UsageQuery, UsageView
from quarterdeck_gateway.usage.selection import Chosen
from quarterdeck_gateway.usage.store import Cursor, UsageStore


class UsageService:
    """Answers over ``store``; ``flush`` is the ledger's."""

    def __init__(self, store: UsageStore, flush: Flush, now: Callable[[], datetime]) -> None:
        self._store = store
        self._flush = flush
        self._now = now

    async def page(self, query: UsageQuery, principal: Principal) -> UsagePage:
        """One page. Raises NotFound, Unavailable."""
        require_entry(principal, query.namespace)
        after = None if query.cursor is None else Cursor.parse(query.cursor)
        async with answering():
            await freshened(self._flush)
            rows = await self._store.page(
                Chosen.by(query),
                span(query.since, query.until, self._now),
                after,
                # One more tells whether there is a next page.
                query.limit + 1,
                principal,
            )
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        cursor = str(Cursor(shown[-1]["started_at"], shown[-1]["id"])) if more else None
        return UsagePage(items=[view(row) for row in shown], next_cursor=cursor)


def view(row: Mapping[str, Any]) -> UsageView:
    """One row of ``usage_records``."""
    fields = {name: row[name] for name in UsageView.model_fields if name in row}
    fields["started_at"] = rfc3339_of(row["started_at"])
    return UsageView(**fields, cost_usd=usd(row["cost_micro_usd"]))
