"""What the chat path asks of an HTTP client: one request out, bytes back as they arrive.

Two small Protocols keep aiohttp in one file and let tests drive the chat path without sockets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from quarterdeck_gateway.routing.registry import Replica


@dataclass(frozen=True)
class UpstreamRequest:
    """A chat as it is sent to a replica: the client's own bytes."""

    body: bytes
    request_id: str
    agent: str
    """``namespace/name`` of the agent that was asked; a worker of another one refuses."""
    model: str | None = None
    """The Model that shall answer instead of the agent's first choice."""
    traceparent: str | None = None
    """W3C trace context, where the chat is traced."""


class Answer(Protocol):
    """A response whose head has arrived. Close it whatever happens."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Response headers; names are matched without regard to case."""
        ...

    async def chunk(self) -> bytes:
        """The next bytes as they arrive, empty at the end.

        Raises ReplicaDisconnected when the body ends early, ReplicaTimedOut after silence.
        """
        ...

    def close(self) -> None:
        """Let go; cuts the connection unless the answer was read to its end. Safe to repeat."""
        ...


class Upstream(Protocol):
    """Sends chats to replicas."""

    async def open(self, replica: Replica, request: UpstreamRequest) -> Answer:
        """Send the request and wait for the head of the answer, whatever its status.

        Raises ReplicaUnreachable, ReplicaDisconnected or ReplicaTimedOut.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...
