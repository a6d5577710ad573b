"""Whatever keeps the ledger from being read, admission hears of it in its own words."""

import pytest

from quarterdeck_gateway.accounting.history import LedgerHistory
from quarterdeck_gateway.accounting.sql_ledger import SqlLedger
from quarterdeck_gateway.admission.seeding import HistoryAway
from quarterdeck_gateway.database.errors import DatabaseAway


@pytest.mark.parametrize(
    "failure", [OSError(24, "Too many open files"), DatabaseAway("nobody listens")]
)
async def test_a_ledger_that_cannot_be_read_is_away(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async def fail(**_: object) -> None:
        raise failure

    monkeypatch.setattr(ledger, "flush", fail)
    monkeypatch.setattr(ledger, "spent", fail)
    history = LedgerHistory(ledger)
    with pytest.raises(HistoryAway):
        await history.flush()
    with pytest.raises(HistoryAway):
        await history.spent(namespace="team-a", since=None, until=1.0)
