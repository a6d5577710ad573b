"""Whether what is left of a budget lets another chat begin. Pure.

A chat sets aside what it may cost. A budget that is far from spent may have less left than that:
then chats are refused, and its numbers alone do not say so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Final

from quarterdeck_contract.v1alpha1.budget import BudgetSpec, ScopeKind
from quarterdeck_gateway.admission.thresholds import stop_percent
from quarterdeck_gateway.catalogue.port import BudgetEntry

MICRO: Final = 1_000_000
Floors = Mapping[tuple[str, str], int]
"""Namespace and name of an agent -> micro-USD that a chat with it sets aside at least."""
Floorer = Callable[[], Floors]


def no_floors() -> Floors:
    """A Floorer for those who do not care."""
    return {}


@dataclass(frozen=True)
class Shortage:
    """Agents whose next chat does not fit, unless the request itself bounds the answer."""

    agents: tuple[str, ...]
    """``namespace/name``, in order."""
    least_micro_usd: int
    """What the cheapest of those chats sets aside."""
    everywhere: bool
    """There is no other agent in the budget's scope."""


def shortage(
    entry: BudgetEntry, spent_usd: str | None, floors: Floors, opened: Sequence[str] = ("*",)
) -> Shortage | None:
    """Which agents the budget has too little left for, None when for none.

    ``opened`` are the patterns of agents of the key that the budget is for.
    """
    if spent_usd is None or not entry.spec.enforce:
        return None
    left = left_micro_usd(entry.spec, spent_usd)
    counted = {name: f for name, f in floors.items() if _counts(entry, name, opened)}
    short = {name: floor for name, floor in counted.items() if floor > left}
    if left <= 0 or not short:
        return None
    agents = tuple(f"{namespace}/{name}" for namespace, name in sorted(short))
    return Shortage(agents, min(short.values()), len(short) == len(counted))


def left_micro_usd(spec: BudgetSpec, spent_usd: str) -> int:
    """What may be spent until the budget stops. What running chats hold comes back in part, so it
    is not taken off."""
    return spec.amount_micro_usd * stop_percent(spec) // 100 - int(Decimal(spent_usd) * MICRO)


def _counts(entry: BudgetEntry, agent: tuple[str, str], opened: Sequence[str]) -> bool:
    """Whether chats with the agent may count on the budget; a key is followed everywhere."""
    scope, (namespace, name) = entry.spec.scope, agent
    if scope.kind is ScopeKind.KEY:
        return any(fnmatchcase(name, pattern) for pattern in opened)
    if scope.kind is ScopeKind.AGENT and scope.name != name:
        return False
    return namespace == entry.namespace
