"""Which agents answer with models whose price nobody knows: a budget cannot count those."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain

from quarterdeck_contract.v1alpha1.budget import ScopeKind
from quarterdeck_gateway.accounting.pricing import Pricer
from quarterdeck_gateway.catalogue.port import BudgetEntry, Catalogue
from quarterdeck_gateway.routing.registry import AgentEntry, Registry

Names = tuple[str, ...]
Opened = Callable[[str, str], tuple[str, ...]]
"""Namespace and name of an ApiKey -> patterns of the agents that it may chat with."""


def every_agent(namespace: str, name: str) -> tuple[str, ...]:
    """What a key opens that is not known."""
    return ("*",)


@dataclass(frozen=True)
class Survey:
    """What had no price when it was made."""

    by_agent: Mapping[tuple[str, str], Names]
    by_namespace: Mapping[str, Names]
    opened: Opened = every_agent

    def of(self, entry: BudgetEntry) -> Names:
        """What a Budget cannot count, in words."""
        scope = entry.spec.scope
        if scope.kind is ScopeKind.AGENT and scope.name is not None:
            return self.by_agent.get((entry.namespace, scope.name), ())
        if scope.kind is ScopeKind.KEY and scope.name is not None:
            return self._of_key(entry.namespace, scope.name)
        return self.by_namespace.get(entry.namespace, ())

    def _of_key(self, namespace: str, key: str) -> Names:
        patterns = self.opened(namespace, key)
        found = (
            names
            for (where, agent), names in self.by_agent.items()
            if where == namespace and any(fnmatchcase(agent, pattern) for pattern in patterns)
        )
        return tuple(dict.fromkeys(chain.from_iterable(found)))


Surveyor = Callable[[], Survey]


def nothing_unpriced() -> Survey:
    """A Surveyor for those who do not care."""
    return Survey({}, {})


class PriceSurveyor:
    """Looks at the models of every agent."""

    def __init__(self, registry: Registry, catalogue: Catalogue, pricer: Pricer) -> None:
        self._registry = registry
        self._catalogue = catalogue
        self._pricer = pricer

    def __call__(self) -> Survey:
        by_agent: dict[tuple[str, str], Names] = {}
        by_namespace: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for agent in self._registry.agents():
            names = tuple(self._unpriced(agent))
            if names:
                by_agent[agent.namespace, agent.name] = names
                by_namespace[agent.namespace].update(dict.fromkeys(names))
        listed = {name: tuple(names) for name, names in by_namespace.items()}
        return Survey(by_agent, listed, self._opened)

    def _opened(self, namespace: str, name: str) -> tuple[str, ...]:
        key = self._catalogue.key(namespace, name)
        return every_agent(namespace, name) if key is None else key.agents

    def _unpriced(self, agent: AgentEntry) -> Iterator[str]:
        spec = agent.manifest.get("spec", {})
        models = [name for name in (spec.get("model"), *(spec.get("modelFallbacks") or ())) if name]
        if not models:
            yield f"Agent '{agent.name}', which names no Model"
        for name in models:
            # An agent whose Model is missing does not answer: nothing to count.
            exists = self._catalogue.model(agent.namespace, name) is not None
            if exists and not self._pricer.rates(agent.namespace, name).known:
                yield f"Model '{name}'"
