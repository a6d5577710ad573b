"""What a client is told when a chat may not begin: whose limit or which budget, and until when."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from quarterdeck_contract.v1alpha1.budget import usd
from quarterdeck_gateway.admission.headers import limit_headers
from quarterdeck_gateway.admission.port import BudgetLine, BudgetState, LimitKind, LimitState
from quarterdeck_gateway.errors import (
    BudgetExceeded,
    BudgetsUnavailable,
    GatewayError,
    LimitExceeded,
    Unavailable,
)

STORE_RETRY_SECONDS: Final = 2
"""When to come back after a store went away: they mostly restart in a moment."""


def limit_exceeded(refused: LimitState, states: Sequence[LimitState]) -> LimitExceeded:
    """429 for the limit that has to be waited for longest."""
    limit = refused.limit
    wait = max(1, math.ceil(refused.retry_seconds))
    whose = f"{limit.scope} '{limit.subject}'"
    if limit.kind is LimitKind.CONCURRENCY:
        what = f"The {whose} may run {limit.amount} chats at the same time, and they are running"
    else:
        what = (
            f"The {whose} may use {limit.amount} {limit.kind.value} per minute, and they are used"
        )
    return LimitExceeded(
        f"{what}; try again in {wait} s.", retry_after=wait, limits=limit_headers(states)
    )


def budget_exceeded(line: BudgetLine, state: BudgetState | None, asked: int) -> BudgetExceeded:
    """402 that tells how the budget stands and when it begins anew."""
    spent = state.spent if state is not None else 0
    reserved = state.reserved if state is not None else 0
    aside = f", {usd(reserved)} are set aside for running chats" if reserved else ""
    if spent >= line.amount:
        what = f"is used up: {usd(spent)} of {usd(line.amount)} USD are spent"
    else:
        what = (
            f"has not enough left for this chat, which may cost {usd(asked)} USD: "
            f"{usd(spent)} of {usd(line.amount)} USD are spent"
        )
    resets = f"It begins anew at {_moment(line.ends_at)}." if line.ends_at else "It never resets."
    return BudgetExceeded(f"The budget '{line.name}' {what}{aside}. {resets}")


def budgets_unavailable(names: Sequence[str]) -> BudgetsUnavailable:
    """503: what is left of these budgets cannot be known now."""
    which = ", ".join(f"'{name}'" for name in names)
    return BudgetsUnavailable(
        f"Spending cannot be counted at the moment, so nothing is spent (budget {which}); "
        "a Budget with failOpen would let chats through.",
        retry_after=STORE_RETRY_SECONDS,
    )


def store_refused() -> GatewayError:
    """503: the question of this very chat failed in the store."""
    return Unavailable(
        "The limits and budgets of this chat cannot be checked; the gateway's log says why.",
        retry_after=STORE_RETRY_SECONDS,
    )


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
