"""A catalogue with API keys alone, and what else a test of identity needs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from quarterdeck_contract.names import key_hash
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.catalogue.port import BudgetEntry, KeyEntry, ModelEntry, Observer

PEPPER = b"a pepper for tests that is long enough"
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


def key_entry(*keys: str, name: str = "ci", **changes: Any) -> KeyEntry:
    """An ApiKey of team-a for which ``keys`` were issued."""
    known: dict[str, Any] = {
        "namespace": "team-a",
        "name": name,
        "uid": f"uid-{name}",
        "owner": "joe",
        "role": Role.USER,
        "agents": ("*",),
        "namespaces": (changes.get("namespace", "team-a"),),
        "team": "blue",
        "rate_limit": None,
        "hashes": {key_hash(PEPPER, key): None for key in keys},
        "expires_at": None,
        "revoked": False,
        "manifest": {},
    }
    return KeyEntry(**known | changes)


class KeyShelf:
    """Holds ApiKeys; knows no Models and no Budgets."""

    def __init__(self, *entries: KeyEntry, synced: bool = True) -> None:
        self.synced = synced
        self.entries = {(entry.namespace, entry.name): entry for entry in entries}

    def put(self, entry: KeyEntry) -> None:
        self.entries[entry.namespace, entry.name] = entry

    def model(self, namespace: str, name: str) -> ModelEntry | None:
        return None

    def models(self) -> Sequence[ModelEntry]:
        return []

    def key_by_hash(self, key_hash: str) -> KeyEntry | None:
        found = (entry for entry in self.entries.values() if key_hash in entry.hashes)
        return next(found, None)

    def key(self, namespace: str, name: str) -> KeyEntry | None:
        return self.entries.get((namespace, name))

    def keys(self) -> Sequence[KeyEntry]:
        return [self.entries[name] for name in sorted(self.entries)]

    def budget(self, namespace: str, name: str) -> BudgetEntry | None:
        return None

    def budgets(self) -> Sequence[BudgetEntry]:
        return []

    def budgets_for(self, namespace: str, agent: str, key: str, team: str) -> Sequence[BudgetEntry]:
        return []

    def subscribe(self, observer: Observer) -> None:
        """Nobody is told anything."""
