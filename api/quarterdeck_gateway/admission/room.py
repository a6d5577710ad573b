"""Whether what is left of a budget lets another chat begin. Pure; the API and the status ask here.

A chat sets aside what it may cost. A budget that is far from spent may have less left than that:
then chats are refused, and its numbers alone do not say so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Final

from quarterdeck_contract.v1alpha1.budget import BudgetSpec, ScopeKind
from quarterdeck_gateway.admission.thresholds import stop_percent
from quarterdeck_gateway.catalogue.port import BudgetEntry, Catalogue, KeyEntry

TOO_LITTLE_LEFT: Final = "TooLittleLeft"
"""How a budget stands that has something left, and too little for every chat."""


@dataclass(frozen=True)
class Floors:
    """What a chat with each agent sets aside at least, in micro-USD."""

    by_namespace: Mapping[str, Mapping[str, int]]
    """Namespace -> name of the agent -> amount; only namespaces with agents."""

    @cached_property
    def highest(self) -> int:
        """Of all agents: who has more left is short for none."""
        return max((max(found.values()) for found in self.by_namespace.values()), default=0)


Floorer = Callable[[], Floors]


def no_floors() -> Floors:
    """A Floorer for those who do not care."""
    return Floors({})


@dataclass(frozen=True)
class Shortage:
    """Agents whose next chat does not fit, unless the request itself bounds the answer."""

    agents: tuple[str, ...]
    """``namespace/name``, in order."""
    least_micro_usd: int
    """What the cheapest of those chats sets aside."""
    left_micro_usd: int
    everywhere: bool
    """There is no other agent in the budget's scope."""


def shortage(
    entry: BudgetEntry, spent: int | None, floors: Floors, key: KeyEntry | None
) -> Shortage | None:
    """Which agents the budget has too little left for, None when for none.

    ``spent`` is micro-USD, None while nobody knows. ``key`` is the ApiKey that the budget is for,
    None where it is for something else, or there is no such key (``key_of``).
    """
    if spent is None or not entry.spec.enforce:
        return None
    left = left_micro_usd(entry.spec, spent)
    if not 0 < left < floors.highest:
        return None
    counted = dict(_counted(entry, floors, key))
    short = {name: floor for name, floor in counted.items() if floor > left}
    if not short:
        return None
    agents = tuple(f"{namespace}/{name}" for namespace, name in sorted(short))
    return Shortage(agents, min(short.values()), left, len(short) == len(counted))


def left_micro_usd(spec: BudgetSpec, spent: int) -> int:
    """What may be spent until the budget stops. What running chats hold comes back in part, so it
    is not taken off."""
    return spec.amount_micro_usd * stop_percent(spec) // 100 - spent


def key_of(entry: BudgetEntry, catalogue: Catalogue) -> KeyEntry | None:
    """The ApiKey that the budget is for, if it is for one and that exists."""
    scope = entry.spec.scope
    if scope.kind is not ScopeKind.KEY or scope.name is None:
        return None
    return catalogue.key(entry.namespace, scope.name)


def _counted(
    entry: BudgetEntry, floors: Floors, key: KeyEntry | None
) -> Iterator[tuple[tuple[str, str], int]]:
    """The agents whose chats may count on the budget; a key is followed everywhere it may go."""
    scope = entry.spec.scope
    if scope.kind is ScopeKind.KEY:
        yield from _opened(floors, key) if key is not None else ()
        return
    for name, floor in floors.by_namespace.get(entry.namespace, {}).items():
        if scope.kind is not ScopeKind.AGENT or scope.name == name:
            yield (entry.namespace, name), floor


def _opened(floors: Floors, key: KeyEntry) -> Iterator[tuple[tuple[str, str], int]]:
    for namespace, found in floors.by_namespace.items():
        if _matches(namespace, key.namespaces):
            for name, floor in found.items():
                if _matches(name, key.agents):
                    yield (namespace, name), floor


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
