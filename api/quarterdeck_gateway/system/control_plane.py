"""What the gateway can tell of the control plane, behind one small Protocol: the state of its own
watches, and whether an operator is at work. A cluster has both, a laptop is one process.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class WatchState:
    """One watch of the gateway's."""

    kind: str
    """What is watched."""
    synced: bool
    """Whether everything that was there at the start is known."""
    silent_seconds: float = 0.0
    """Since the API server was heard last; a healthy watch hears it every minute."""
    error: str = ""
    """Why it is out of touch; empty while it is not."""


class OperatorPresence(StrEnum):
    """Whether an operator is at work."""

    LEADING = "leading"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class OperatorState:
    """The operator as seen from here."""

    presence: OperatorPresence
    message: str = ""
    """Who leads, or why nobody does."""


class ControlPlane(Protocol):
    """What stands behind ``/api/v1/health`` beside the gateway itself."""

    def watches(self) -> Sequence[WatchState]:
        """The gateway's watches; none where it needs none."""
        ...

    async def operator(self) -> OperatorState:
        """Whether an operator is at work. Never raises; bounded in time."""
        ...


@dataclass
class MemoryControlPlane:
    """A control plane that says what it is told to; unless told, it knows of no operator."""

    seen: list[WatchState] = field(default_factory=list)
    state: OperatorState = field(
        default_factory=lambda: OperatorState(OperatorPresence.UNKNOWN, "nothing is known of it")
    )

    def watches(self) -> Sequence[WatchState]:
        return self.seen

    async def operator(self) -> OperatorState:
        return self.state
