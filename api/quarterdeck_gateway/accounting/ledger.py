"""Where usage records go. The log is the ledger until there is a database behind this Protocol."""

from typing import Protocol

import structlog

from quarterdeck_contract.usage import UsageRecord

log = structlog.get_logger("quarterdeck_gateway.usage")


class Ledger(Protocol):
    """Keeps usage records.

    ``record`` does not wait, and so cannot be interrupted: a chat is settled in the instant in
    which it ends, also when its task is being cancelled. What is slow belongs behind a spool.
    """

    def record(self, record: UsageRecord) -> None:
        """Take one record; called exactly once for every chat that reached an agent."""
        ...


class LogLedger:
    """Writes one structured log line per chat."""

    def record(self, record: UsageRecord) -> None:
        log.info("chat", **record.manifest())


class MemoryLedger:
    """Keeps records in a list: for tests."""

    def __init__(self) -> None:
        self.records: list[UsageRecord] = []

    def record(self, record: UsageRecord) -> None:
        self.records.append(record)
