"""What the gateway knows of the agents, behind one small Protocol.

A cluster feeds it by watching the Kubernetes API, a laptop from the process next door; the chat
path must not be able to tell which. Reading is synchronous and never does I/O: the answer is what
is known now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


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


class MemoryRegistry:
    """A registry that its owner fills: standalone mode in the same process, and tests."""

    def __init__(self, entries: Sequence[AgentEntry] = (), *, synced: bool = True) -> None:
        self.synced = synced
        self._entries = {(entry.namespace, entry.name): entry for entry in entries}
        self._sorted: tuple[AgentEntry, ...] | None = None

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
