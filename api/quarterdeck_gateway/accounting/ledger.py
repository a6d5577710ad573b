"""Where usage records go, as the chat path sees it."""

from typing import Protocol

from quarterdeck_contract.usage import UsageRecord


class Ledger(Protocol):
    """Keeps usage records.

    ``record`` does not wait, and so cannot be interrupted: a chat is settled in the instant in
    which it ends, also when its task is being cancelled. What is slow belongs behind a spool.
    """

    @property
    def accepts(self) -> bool:
        """False when there is no room for the records of new chats: begin none."""
        ...

    def record(self, record: UsageRecord) -> None:
        """Take one record; called exactly once for every chat that reached an agent."""
        ...


class MemoryLedger:
    """Keeps records in a list: for tests."""

    def __init__(self, *, accepts: bool = True) -> None:
        self.accepts = accepts
        self.records: list[UsageRecord] = []

    def record(self, record: UsageRecord) -> None:
        self.records.append(record)
