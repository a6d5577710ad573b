"""What tests of the keeper ask it: limits, budgets, and how these stand."""

import time
from typing import Any

from quarterdeck_gateway.admission.lines import line_of
from quarterdeck_gateway.admission.port import BudgetLine, Limit, LimitKind
from support.keeping import World

CALL = 100_000


async def line(world: World, name: str = "monthly", **spec: Any) -> BudgetLine:
    return line_of(await world.budget(name, **spec), time.time())


async def spent(world: World, line: BudgetLine) -> tuple[int, int]:
    (state,) = await world.inner.states([line])
    return state.spent, state.reserved


def requests(amount: int) -> Limit:
    return Limit(LimitKind.REQUESTS, "key", "team-a/ci", amount)


def places(amount: int) -> Limit:
    return Limit(LimitKind.CONCURRENCY, "agent", "team-a/writer", amount)


def tokens(amount: int) -> Limit:
    return Limit(LimitKind.TOKENS, "namespace", "team-a", amount)
