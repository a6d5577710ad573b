"""Budgets by what they are about, so that the chat path finds its own with four look-ups."""

from typing import Final

from quarterdeck_contract.v1alpha1.budget import ScopeKind
from quarterdeck_gateway.catalogue.port import BudgetEntry

Scope = tuple[str, str, str]
"""(kind, namespace, name); the name is empty for a namespace."""

# Plain strings: an enumeration's hash is computed in Python, four times per chat.
_NAMESPACE: Final = ScopeKind.NAMESPACE.value
_AGENT: Final = ScopeKind.AGENT.value
_KEY: Final = ScopeKind.KEY.value
_TEAM: Final = ScopeKind.TEAM.value


class BudgetIndex:
    """Entries by scope, each list in order of names."""

    def __init__(self) -> None:
        self._by_scope: dict[Scope, tuple[BudgetEntry, ...]] = {}

    def replace(self, old: BudgetEntry | None, new: BudgetEntry | None) -> None:
        """Put ``new`` in the place of ``old``; None for one that is not there."""
        for entry in filter(None, (old, new)):
            scope = scope_of(entry)
            others = [each for each in self._by_scope.get(scope, ()) if each.id != entry.id]
            if entry is new:
                others.append(entry)
            self._by_scope[scope] = tuple(sorted(others, key=lambda each: each.id))
            if not others:
                del self._by_scope[scope]

    def find(self, namespace: str, agent: str, key: str, team: str) -> tuple[BudgetEntry, ...]:
        """The Budgets of a chat; ``key`` is ``namespace/name``, all may be empty but the first."""
        scopes, home = self._by_scope, key.partition("/")
        found = scopes.get((_NAMESPACE, namespace, ""), ())
        found += scopes.get((_AGENT, namespace, agent), ())
        found += scopes.get((_KEY, home[0], home[2]), ())
        if team:
            found += scopes.get((_TEAM, namespace, team), ())
        return found


def scope_of(entry: BudgetEntry) -> Scope:
    """Whose chats the Budget is about."""
    return entry.spec.scope.kind.value, entry.namespace, entry.spec.scope.name or ""
