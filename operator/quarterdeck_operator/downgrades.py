"""Which cheaper Models the Budgets of a namespace may send an agent's chats to.

An Agent does not name these Models, so they are looked up from the Budgets' side. Kept small and
parsed: every reconcile of an Agent asks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quarterdeck_contract.v1alpha1.budget import Budget, ScopeKind
from quarterdeck_contract.validation import InvalidManifest, parse
from quarterdeck_operator.cluster.port import ObjectKey


@dataclass(frozen=True)
class Downgrade:
    """One Budget's: ``models`` for ``agent``, or for every agent of the namespace if empty."""

    namespace: str
    agent: str
    models: tuple[str, ...]

    def concerns(self, namespace: str, agent: str) -> bool:
        """Whether chats with this agent may be downgraded."""
        return namespace == self.namespace and self.agent in ("", agent)

    def concerned(self, agents: Iterable[ObjectKey]) -> Iterator[ObjectKey]:
        """Those of ``agents`` whose chats may be downgraded."""
        return (key for key in agents if self.concerns(key.namespace, key.name))


class Downgrades:
    """By Budget, for all namespaces."""

    def __init__(self) -> None:
        self._by_namespace: defaultdict[str, dict[ObjectKey, Downgrade]] = defaultdict(dict)

    def put(self, key: ObjectKey, manifest: Mapping[str, Any]) -> Downgrade | None:
        """Take note of a Budget; what has changed for agents, if anything has."""
        before, after = self.get(key), _downgrade_of(manifest)
        if before == after:
            return None
        if after is None:
            return self.drop(key)
        self._by_namespace[key.namespace][key] = after
        # A Budget that was deleted and made anew may have another scope: then both count.
        if before is not None and before.agent != after.agent:
            return Downgrade(key.namespace, "", after.models)
        return after

    def drop(self, key: ObjectKey) -> Downgrade | None:
        """Forget a Budget; what it meant for agents, if anything."""
        return self._by_namespace[key.namespace].pop(key, None)

    def get(self, key: ObjectKey) -> Downgrade | None:
        """What a Budget means for agents."""
        return self._by_namespace.get(key.namespace, {}).get(key)

    def models_for(self, namespace: str, agent: str) -> list[str]:
        """Names of the Models that an agent must be able to answer with, in order of name."""
        found = self._by_namespace.get(namespace, {}).values()
        return sorted({m for each in found if each.concerns(namespace, agent) for m in each.models})


def _downgrade_of(manifest: Mapping[str, Any]) -> Downgrade | None:
    try:
        budget = parse(manifest)
    except InvalidManifest:
        return None
    if not isinstance(budget, Budget):
        return None
    models = tuple(dict.fromkeys(t.model for t in budget.spec.thresholds or () if t.model))
    scope = budget.spec.scope
    agent = (scope.name or "") if scope.kind is ScopeKind.AGENT else ""
    return Downgrade(budget.metadata.namespace, agent, models) if models else None
