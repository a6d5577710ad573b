"""Budgets are counted anew while a third gateway's records are in no ledger yet."""

import time
from pathlib import Path

import pytest

from quarterdeck_gateway.admission.lines import line_of, next_line, window_at
from quarterdeck_gateway.admission.port import Ask
from quarterdeck_gateway.admission.recount import Recount
from quarterdeck_gateway.admission.seeding import NoHistory
from quarterdeck_gateway.errors import BudgetExceeded
from support.budget_reports import ReportingGateway


class Heir(ReportingGateway):
    """A gateway that has delivered what another one left."""

    def __init__(self, folder: Path) -> None:
        self.ledger = NoHistory()
        super().__init__(history=self.ledger)
        keeper = self.keeper
        self.recount = Recount(self.store, keeper.breaker, keeper.outbox, self.catalogue, folder)

    async def count_anew(self) -> None:
        self.recount.due()
        await self.recount.turn()
        await self.reporter.round()


@pytest.fixture
def heir(tmp_path: Path) -> Heir:
    return Heir(tmp_path)


async def test_what_no_ledger_has_stays_spent(heir: Heir) -> None:
    line = await heir.line()
    await heir.reporter.round()
    await heir.spend(line, 900_000)
    heir.ledger.sum = 500_000
    await heir.count_anew()
    (state,) = await heir.inner.states([line])
    assert (state.spent, state.doubted) == (900_000, False)
    with pytest.raises(BudgetExceeded):
        await heir.keeper.admit(Ask("a", (), (line,), micro_usd=200_000))


async def test_chats_go_on_while_the_ledger_is_away(heir: Heir) -> None:
    """Until it answers, the budget goes by what is known."""
    line = await heir.line()
    await heir.reporter.round()
    heir.recount.due()
    await heir.recount.turn()
    await heir.keeper.admit(Ask("a", (), (line,), micro_usd=200_000))
    assert heir.store.calls.count("seed") == 1


async def test_nothing_of_a_period_comes_into_the_next(heir: Heir) -> None:
    entry, now = await heir.budget(period="hour"), time.time()
    following = next_line(entry, window_at(entry, now))
    assert following is not None
    await heir.reporter.round()
    await heir.spend(line_of(entry, now), 900_000)
    await heir.count_anew()
    await heir.keeper.seeding.seed([following])
    (state,) = await heir.inner.states([following])
    assert state.spent == 0
