"""Which agents answer with models whose price nobody knows: a budget cannot count those."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from quarterdeck_contract.v1alpha1.budget import ScopeKind
from quarterdeck_gateway.accounting.pricing import Pricer
from quarterdeck_gateway.catalogue.port import BudgetEntry, Catalogue
from quarterdeck_gateway.routing.registry import AgentEntry, Registry

Names = tuple[str, ...]


@dataclass(frozen=True)
class Survey:
    """What had no price when it was made."""

    by_agent: Mapping[tuple[str, str], Names]
    by_namespace: Mapping[str, Names]

    def of(self, entry: BudgetEntry) -> Names:
        """What a Budget cannot count, in words."""
        scope = entry.spec.scope
        if scope.kind is ScopeKind.AGENT and scope.name is not None:
            return self.by_agent.get((entry.namespace, scope.name), ())
        return self.by_namespace.get(entry.namespace, ())


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
        return Survey(by_agent, {name: tuple(names) for name, names in by_namespace.items()})

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
