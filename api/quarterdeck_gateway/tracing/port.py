"""What the chat path tells a tracer, so that it pays nothing while nobody traces."""

from collections.abc import Iterable
from typing import Final, Protocol

from quarterdeck_contract.usage import UsageRecord

Headers = Iterable[tuple[bytes, bytes]]


class ChatSpan(Protocol):
    """One chat in a trace; ended exactly once."""

    @property
    def traceparent(self) -> str | None:
        """W3C trace context for the worker; None tells it nothing."""
        ...

    def retried(self, replica: str) -> None:
        """Another replica is asked because the last one failed."""
        ...

    def ended(self, record: UsageRecord, first_byte_seconds: float | None) -> None:
        """The chat is over and on record."""
        ...

    def refused(self, status: int, code: str | None) -> None:
        """The request never got as far as an agent."""
        ...


class Tracing(Protocol):
    """Begins the spans of chats."""

    def begin(self, headers: Headers, request_id: str) -> ChatSpan:
        """A span for the request with these headers, which may carry a client's trace context."""
        ...


class _NoSpan:
    traceparent: str | None = None

    def retried(self, replica: str) -> None:
        pass

    def ended(self, record: UsageRecord, first_byte_seconds: float | None) -> None:
        pass

    def refused(self, status: int, code: str | None) -> None:
        pass


NO_SPAN: Final[ChatSpan] = _NoSpan()


class NoTracing:
    """Traces nothing."""

    def begin(self, headers: Headers, request_id: str) -> ChatSpan:
        return NO_SPAN
