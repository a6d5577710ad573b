"""Budgets, as every admission store keeps them: seeds, reservations of money, charges."""

import asyncio
import time

from quarterdeck_gateway.admission.port import (
    AdmissionStore,
    Ask,
    BudgetState,
    Verdict,
)
from support.admission_stores import (
    budget,
    seeded,
    settlement,
    standing,
)

LARGEST_BUDGET = 10**15


async def test_reserves_and_charges(store: AdmissionStore) -> None:
    line = await seeded(store, budget(1000), spent=100)
    ask = Ask("a", budgets=(line,), micro_usd=300)
    assert await store.admit(ask) == Verdict(True, (), (BudgetState(line.id, 100, 300),))
    await store.settle([settlement(ask, micro_usd=120)])
    assert await standing(store, line) == (220, 0)


async def test_a_budget_holds_exactly_its_amount(store: AdmissionStore) -> None:
    line = await seeded(store, budget(100))
    verdicts = await asyncio.gather(
        *(store.admit(Ask(str(i), budgets=(line,), micro_usd=10)) for i in range(50))
    )
    assert sum(verdict.admitted for verdict in verdicts) == 10
    assert {verdict.refused_budget for verdict in verdicts} == {None, line.id}
    assert await standing(store, line) == (0, 100)


async def test_the_largest_budget_is_exact(store: AdmissionStore) -> None:
    line = await seeded(store, budget(LARGEST_BUDGET), spent=LARGEST_BUDGET - 3)
    ask = Ask("a", budgets=(line,), micro_usd=3)
    assert (await store.admit(ask)).admitted
    assert not (await store.admit(Ask("b", budgets=(line,), micro_usd=1))).admitted
    await store.settle([settlement(ask, micro_usd=2)])
    assert await standing(store, line) == (LARGEST_BUDGET - 1, 0)


async def test_a_spent_budget_refuses_even_what_is_free(store: AdmissionStore) -> None:
    line = await seeded(store, budget(100), spent=100)
    assert (await store.admit(Ask("a", budgets=(line,)))).refused_budget == line.id


async def test_a_budget_that_is_not_enforced_only_counts(store: AdmissionStore) -> None:
    line = await seeded(store, budget(100, enforced=False), spent=500)
    ask = Ask("a", budgets=(line,), micro_usd=70)
    assert (await store.admit(ask)).admitted
    assert await store.extend("a", 1000)
    assert await standing(store, line) == (500, 1070)


async def test_no_memory_asks_for_a_seed(store: AdmissionStore) -> None:
    known, unknown = await seeded(store, budget(100, "a/known")), budget(100, "a/unknown")
    ask = Ask("a", budgets=(known, unknown), micro_usd=10)
    assert await store.admit(ask) == Verdict(
        False, (), (BudgetState(known.id, 0, 0),), unseeded=(unknown.id,)
    )
    assert await store.states((unknown, known)) == (BudgetState(known.id, 0, 0),)
    await store.seed(unknown, 30, time.time())
    await store.seed(unknown, 99, time.time())
    assert (await store.admit(ask)).admitted
    assert await standing(store, unknown) == (30, 10)


async def test_what_the_seed_holds_is_not_charged_again(store: AdmissionStore) -> None:
    line, now = budget(1000), time.time()
    await store.seed(line, 500, now)
    before, after = Ask("before", budgets=(line,)), Ask("after", budgets=(line,))
    await store.settle([settlement(before, micro_usd=5, at=now - 0.001)])
    await store.settle([settlement(after, micro_usd=7, at=now)])
    assert await standing(store, line) == (507, 0)


async def test_what_ends_while_the_seed_is_counted_is_not_lost(store: AdmissionStore) -> None:
    line, counted = budget(1000), time.time()
    early, late = Ask("early", budgets=(line,)), Ask("late", budgets=(line,))
    await store.settle([settlement(early, micro_usd=5, at=counted - 1)])
    await store.settle([settlement(late, micro_usd=7, at=counted + 0.5)] * 2)
    await store.seed(line, 500, counted)
    assert await standing(store, line) == (507, 0)


async def test_a_settlement_that_nobody_can_remember_asks_for_a_new_seed(
    store: AdmissionStore,
) -> None:
    line = budget(1000)
    await store.seed(line, 10, time.time() - 3 * 3600)
    ask = Ask("old", budgets=(line,))
    await store.settle([settlement(ask, micro_usd=5, at=time.time() - 2 * 3600)])
    assert await store.states((line,)) == (BudgetState(line.id, 10, 0, doubted=True),)
    await store.seed(line, 15, time.time())
    assert await standing(store, line) == (15, 0)


async def test_a_budget_in_doubt_goes_by_what_is_known(store: AdmissionStore) -> None:
    line, other = await seeded(store, budget(100), 90), await seeded(store, budget(9, "a/o"), 3)
    ask = Ask("a", budgets=(line,), micro_usd=10)
    await store.admit(ask)
    await store.doubt([line, budget(1, "a/unknown")])
    assert await store.states((line, other)) == (
        BudgetState(line.id, 90, 10, doubted=True),
        BudgetState(other.id, 3, 0),
    )
    assert (await store.admit(Ask("b", budgets=(line,), micro_usd=1))).refused_budget == line.id
    await store.settle([settlement(ask, micro_usd=7)])
    assert await standing(store, line) == (97, 0)
    assert (await store.admit(Ask("c", budgets=(line,), micro_usd=3))).admitted


async def test_a_new_seed_never_makes_less_of_what_is_known(store: AdmissionStore) -> None:
    """The records of a gateway whose database is away are not in the ledger."""
    line = await seeded(store, budget(100), 90)
    asks = [Ask(name, budgets=(line,), micro_usd=1) for name in "ab"]
    for ask in asks:
        await store.admit(ask)
    await store.doubt([line])
    await store.settle([settlement(asks[0], micro_usd=4)])
    counted = time.time()
    await store.seed(line, 50, counted)
    assert await store.states((line,)) == (BudgetState(line.id, 94, 1),)
    await store.settle([settlement(asks[1], micro_usd=3, at=counted - 0.01)])
    assert await standing(store, line) == (97, 0), "no ledger has it: it is not in what is known"


async def test_a_new_seed_holds_where_it_is_more(store: AdmissionStore) -> None:
    line = await seeded(store, budget(1000), 90)
    await store.doubt([line])
    counted = time.time()
    during, before = Ask("during", budgets=(line,)), Ask("before", budgets=(line,))
    await store.settle([settlement(during, micro_usd=7, at=counted + 0.5)])
    await store.seed(line, 200, counted)
    await store.settle([settlement(before, micro_usd=5, at=counted - 0.5)])
    assert await store.states((line,)) == (BudgetState(line.id, 207, 0),)


async def test_a_sum_from_before_the_doubt_does_not_end_it(store: AdmissionStore) -> None:
    known, unknown = await seeded(store, budget(100), 10), budget(100, "a/unknown")
    await store.doubt([known, unknown])
    for line in (known, unknown):
        await store.seed(line, 20, time.time() - 5)
        assert await store.states((line,)) == (BudgetState(line.id, 20, 0, doubted=True),)
        await store.seed(line, 30, time.time())
        assert await store.states((line,)) == (BudgetState(line.id, 30, 0),)
