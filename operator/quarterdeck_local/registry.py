"""The gateway's registry over the store and the node of the same process: always up to date."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from quarterdeck_gateway.catalogue.port import EventType, Observer
from quarterdeck_gateway.routing.registry import AgentEntry, Replica, entry_of
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import ObjectKey


class Workers(Protocol):
    """Who answers for an agent now."""

    def replicas(self, namespace: str, agent: str) -> tuple[Replica, ...]:
        """Ready workers only."""
        ...


class LocalRegistry:
    """Looks at every call; nothing is copied, so nothing can be stale."""

    def __init__(self, store: ObjectStore, workers: Workers) -> None:
        self._store = store
        self._workers = workers

    @property
    def synced(self) -> bool:
        """The store is in memory: what it knows is all there is."""
        return True

    def get(self, namespace: str, name: str) -> AgentEntry | None:
        manifest = self._store.get(ObjectKey("Agent", namespace, name))
        return None if manifest is None else self._entry(manifest)

    def agents(self) -> Sequence[AgentEntry]:
        return [self._entry(agent) for agent in self._store.list("Agent")]

    def subscribe(self, observer: Observer) -> None:
        told = False

        def observe(event_type: EventType, manifest: Mapping[str, Any]) -> None:
            # What is there already is no change.
            if told and manifest["kind"] == "Agent":
                observer(event_type, manifest)

        self._store.subscribe(observe)
        told = True

    def _entry(self, agent: Mapping[str, Any]) -> AgentEntry:
        metadata = agent["metadata"]
        return entry_of(agent, self._workers.replicas(metadata["namespace"], metadata["name"]))
