"""What was spent, for admission, in admission's own words for a database that is away."""

from quarterdeck_gateway.accounting.sql_ledger import SqlLedger
from quarterdeck_gateway.admission.seeding import HistoryAway
from quarterdeck_gateway.database.errors import DatabaseError


class LedgerHistory:
    """Implements SpendingHistory over the ledger."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger

    async def flush(self) -> None:
        """Raises HistoryAway."""
        try:
            await self._ledger.flush()
        except (DatabaseError, OSError) as exc:
            raise HistoryAway(str(exc)) from exc

    async def spent(
        self,
        *,
        namespace: str | None,
        agent: str | None = None,
        key: str | None = None,
        team: str | None = None,
        since: float | None,
        until: float,
    ) -> int:
        """Micro-USD; raises HistoryAway."""
        try:
            return await self._ledger.spent(
                namespace=namespace, agent=agent, key=key, team=team, since=since, until=until
            )
        except (DatabaseError, OSError) as exc:
            raise HistoryAway(str(exc)) from exc
