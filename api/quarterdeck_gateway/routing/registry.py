"""What the gateway knows of the agents, behind one small Protocol.

A cluster feeds it by watching the Kubernetes API, a laptop from the process next door; the chat
path must not be able to tell which. Reading is synchronous and never does I/O: the answer is what
is known now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from quarterdeck_gateway.catalogue.port import EventType, Observer


@dataclass(frozen=True)
class Replica:
    """One process that answers chats of an agent."""

    id: str
    """Unique and stable while the process lives: loads are counted by it."""
    url: str
    """Base URL without a trailing slash; chats go to ``{url}/v1/chat/completions``."""
    token: str | None = field(default=None, repr=False)
    """Sent as the worker token header, where the replica wants one."""


@dataclass(frozen=True)
class AgentEntry:
    """An agent as it stands: what was declared, whether it answers, and who answers for it."""

    namespace: str
    name: str
    description: str
    suspended: bool
    ready: bool
    reason: str
    """Reason of the Ready condition, CamelCase; empty while there is no condition yet."""
    message: str
    """Message of the Ready condition."""
    replicas: tuple[Replica, ...]
    """Ready replicas only."""
    manifest: Mapping[str, Any]
    """The custom resource as stored, with spec and status."""

    @property
    def id(self) -> str:
        """``namespace/name``: the model name that is never ambiguous."""
        return f"{self.namespace}/{self.name}"


class Registry(Protocol):
    """The agents known now. Entries are immutable; a change replaces the entry."""

    @property
    def synced(self) -> bool:
        """True once the first complete picture has arrived; until then nothing may be denied."""
        ...

    def get(self, namespace: str, name: str) -> AgentEntry | None:
        """The agent, or None when there is none of that name."""
        ...

    def agents(self) -> Sequence[AgentEntry]:
        """Every agent, ordered by namespace and name."""
        ...


class WatchedRegistry(Registry, Protocol):
    """A registry that tells of changes."""

    def subscribe(self, observer: Observer) -> None:
        """Call ``observer`` with every later change of an Agent, as stored, after it."""
        ...


class MemoryRegistry:
    """A registry that its owner fills, for tests."""

    def __init__(self, entries: Sequence[AgentEntry] = (), *, synced: bool = True) -> None:
        self.synced = synced
        self._entries = {(entry.namespace, entry.name): entry for entry in entries}
        self._sorted: tuple[AgentEntry, ...] | None = None
        self._observers: list[Observer] = []

    def subscribe(self, observer: Observer) -> None:
        self._observers.append(observer)

    def observe(self, event_type: EventType, manifest: Mapping[str, Any]) -> None:
        """Take one change of an Agent as it is stored; whoever answers for it still does."""
        if manifest.get("kind") != "Agent":
            return
        namespace, name = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
        if event_type == "DELETED":
            self.remove(namespace, name)
        else:
            before = self.get(namespace, name)
            self.put(entry_of(manifest, () if before is None else before.replicas))
        for observer in self._observers:
            observer(event_type, manifest)

    def put(self, entry: AgentEntry) -> None:
        """Adds the agent or replaces what was known of it."""
        self._entries[entry.namespace, entry.name] = entry
        self._sorted = None

    def remove(self, namespace: str, name: str) -> None:
        """Forgets the agent; forgetting an unknown one changes nothing."""
        self._entries.pop((namespace, name), None)
        self._sorted = None

    def get(self, namespace: str, name: str) -> AgentEntry | None:
        return self._entries.get((namespace, name))

    def agents(self) -> Sequence[AgentEntry]:
        if self._sorted is None:
            self._sorted = tuple(self._entries[key] for key in sorted(self._entries))
        return self._sorted


def entry_of(manifest: Mapping[str, Any], pods: Sequence[Replica]) -> AgentEntry:
    """The entry of an Agent as stored, whose ready workers are ``pods``."""
    metadata, spec = manifest["metadata"], manifest.get("spec") or {}
    conditions = (manifest.get("status") or {}).get("conditions") or ()
    verdict: Mapping[str, str] = next(
        (item for item in conditions if item.get("type") == "Ready"), {}
    )
    ready = verdict.get("status") == "True"
    endpoint = (spec.get("runtime") or {}).get("endpoint")
    # Nothing but the operator's probe tells whether an agent elsewhere is up.
    elsewhere = (Replica(id=endpoint, url=endpoint.rstrip("/")),) if endpoint and ready else ()
    return AgentEntry(
        namespace=metadata["namespace"],
        name=metadata["name"],
        description=spec.get("description") or "",
        suspended=bool(spec.get("suspended", False)),
        ready=ready,
        reason=verdict.get("reason") or "",
        message=verdict.get("message") or "",
        replicas=elsewhere if endpoint else tuple(pods),
        manifest=manifest,
    )
