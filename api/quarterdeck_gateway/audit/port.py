"""Where audit events go."""

from typing import Protocol

from quarterdeck_contract.audit import AuditEvent


class AuditLog(Protocol):
    """Takes audit events. Does not wait and never raises: what is slow belongs behind a spool."""

    def append(self, event: AuditEvent) -> None:
        """Take one event."""
        ...


class MemoryAuditLog:
    """Keeps events in a list: for tests."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []

    def append(self, event: AuditEvent) -> None:
        self.events.append(event)
