"""Reading Events, behind one small Protocol: the API server's in a cluster, a laptop's journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

EventKind = Literal["Normal", "Warning"]


@dataclass(frozen=True)
class SeenEvent:
    """One Event as it was reported; equal ones of one object may be several of these."""

    type: EventKind
    reason: str
    message: str
    object: str
    """``Kind/name``."""
    count: int = 1
    first_seen: str = ""
    """RFC 3339; empty where nothing is known."""
    last_seen: str = ""


class EventReader(Protocol):
    """What happened lately."""

    async def events(self, namespace: str, agent: str) -> Sequence[SeenEvent]:
        """Events of an Agent and of what belongs to it, in any order. Raises Unavailable."""
        ...


class MemoryEvents:
    """Events that a test has written, by agent."""

    def __init__(self) -> None:
        self.written: dict[tuple[str, str], list[SeenEvent]] = {}

    def write(self, namespace: str, agent: str, event: SeenEvent) -> None:
        """Add an Event of an agent."""
        self.written.setdefault((namespace, agent), []).append(event)

    async def events(self, namespace: str, agent: str) -> Sequence[SeenEvent]:
        return list(self.written.get((namespace, agent), ()))
