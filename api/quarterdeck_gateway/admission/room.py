"""Whether what is left of a budget lets another chat begin. Pure; the API and the status ask here.

A chat sets aside what it may cost. A budget that is far from spent may have less left than that:
then chats are refused, and its numbers alone do not say so.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property
from typing import Final

from quarterdeck_contract.v1alpha1.budget import BudgetSpec, ScopeKind
from quarterdeck_gateway.admission.thresholds import stop_percent
from quarterdeck_gateway.catalogue.port import BudgetEntry, Catalogue, KeyEntry

TOO_LITTLE_LEFT: Final = "TooLittleLeft"
"""How a budget stands that has something left, and too little for every chat."""
_REMEMBERED: Final = 2_000
_Patterns = tuple[str, ...]


@dataclass(frozen=True)
class Counted:
    """Agents whose chats count on a budget, and what each sets aside at least."""

    agents: tuple[str, ...]
    """``namespace/name``, in order."""
    floors: tuple[int, ...]
    """Of the agents, as these come."""

    @cached_property
    def ascending(self) -> tuple[int, ...]:
        """The floors, the lowest first."""
        return tuple(sorted(self.floors))


_NOBODY: Final = Counted((), ())


@dataclass(frozen=True)
class Floors:
    """What a chat with each agent sets aside at least, in micro-USD."""

    by_namespace: Mapping[str, Mapping[str, int]]
    """Namespace -> name of the agent -> amount; only namespaces with agents."""
    _opened: dict[tuple[_Patterns, _Patterns], Counted] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    @cached_property
    def highest(self) -> int:
        """Of all agents: who has more left is short for none."""
        return max((max(found.values()) for found in self.by_namespace.values()), default=0)

    def in_namespace(self, namespace: str) -> Counted:
        """The agents of a namespace."""
        return self._by_name.get(namespace, _NOBODY)

    def of_agent(self, namespace: str, name: str) -> Counted:
        """One agent, if there is one of that name."""
        floor = self.by_namespace.get(namespace, {}).get(name)
        return _NOBODY if floor is None else Counted((f"{namespace}/{name}",), (floor,))

    def opened(self, key: KeyEntry) -> Counted:
        """The agents that a key opens. Matching thousands of names takes a while, so it is done
        once for all keys that have the same patterns."""
        patterns = key.namespaces, key.agents
        if patterns not in self._opened:
            if len(self._opened) >= _REMEMBERED:
                self._opened.clear()
            self._opened[patterns] = _counted(self._matching(*patterns))
        return self._opened[patterns]

    def _matching(self, namespaces: _Patterns, agents: _Patterns) -> Iterator[tuple[str, int]]:
        enters, opens = _matcher(namespaces), _matcher(agents)
        for namespace, counted in self._by_name.items():
            if enters(namespace, 0):
                begins = len(namespace) + 1
                for agent, floor in zip(counted.agents, counted.floors, strict=True):
                    if opens(agent, begins):
                        yield agent, floor

    @cached_property
    def _by_name(self) -> Mapping[str, Counted]:
        """Each namespace's agents."""
        return {
            namespace: _counted((f"{namespace}/{name}", found[name]) for name in sorted(found))
            for namespace, found in sorted(self.by_namespace.items())
        }


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
    counted = _of(entry, floors, key)
    first = bisect_right(counted.ascending, left)
    if first == len(counted.ascending):
        return None
    both = zip(counted.agents, counted.floors, strict=True)
    agents = tuple(agent for agent, floor in both if floor > left)
    return Shortage(agents, counted.ascending[first], left, first == 0)


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


def _of(entry: BudgetEntry, floors: Floors, key: KeyEntry | None) -> Counted:
    """The agents whose chats may count on the budget; a key is followed everywhere it may go."""
    scope = entry.spec.scope
    if scope.kind is ScopeKind.KEY:
        return _NOBODY if key is None else floors.opened(key)
    if scope.kind is ScopeKind.AGENT:
        return floors.of_agent(entry.namespace, scope.name or "")
    return floors.in_namespace(entry.namespace)


def _counted(found: Iterable[tuple[str, int]]) -> Counted:
    both = tuple(found)
    return Counted(tuple(agent for agent, _ in both), tuple(floor for _, floor in both))


def _matcher(patterns: _Patterns) -> Callable[[str, int], object]:
    """Whether a text matches one of the patterns from an offset on."""
    return re.compile("|".join(map(translate, patterns))).match
