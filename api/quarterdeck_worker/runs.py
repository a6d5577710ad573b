"""What the HTTP side and the agent loop say to each other.

Kept apart from the loop because that one imports an LLM stack for seconds, while the server must
answer probes at once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

FinishReason = Literal["stop", "length", "content_filter"]


@dataclass(frozen=True)
class Turn:
    """One earlier or present message of the conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True)
class RunOrder:
    """One run: what was said so far (the last turn is the user's) and how to answer."""

    turns: tuple[Turn, ...]
    instructions: tuple[str, ...] = ()
    """From the client; they stand after the agent's own."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """Sampling parameters under the names of ModelParameters."""
    stream: bool = False
    model: str | None = None
    """The one model that shall answer, without fallbacks; an unknown name changes nothing."""


@dataclass(frozen=True)
class ServedBy:
    """The model that answers: its resource name, and whether it is the demo model."""

    name: str
    demo: bool = False


@dataclass
class Progress:
    """What is known of a run while it goes on, and still when it fails."""

    wanted: str | None = None
    """The model that was asked for by name."""
    served_by: ServedBy | None = None
    input_tokens: int = 0
    cached_tokens: int = 0
    """Part of ``input_tokens``: what the provider had in its cache."""
    output_tokens: int = 0


@dataclass(frozen=True)
class RunResult:
    """A finished run. Tokens are summed over all its model calls."""

    text: str
    finish_reason: FinishReason
    served_by: ServedBy
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0


OnText = Callable[[str], Awaitable[None]]
"""Gets every piece of text as it comes; only called when the order says ``stream``."""


class Runner(Protocol):
    """Runs the agent. Cancelling the call cancels the provider's call too."""

    async def run(self, order: RunOrder, progress: Progress, on_text: OnText) -> RunResult:
        """Raises WorkerError. ``progress`` is written as things become known."""
        ...
