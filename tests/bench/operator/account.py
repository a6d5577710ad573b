"""What one step of a trial took and cost.

A step ends when the operator has fallen silent, so that no work is charged to the next one.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from bench.operator.api_counts import Counts, Requests, between, writes
from bench.processes import Subject

SILENT_SECONDS: Final = 1.0
SILENT_CPU_MS: Final = 30.0
LONGEST_WAIT: Final = 120.0


@dataclass
class Account:
    """``seconds`` in all; ``latencies`` in seconds, one per agent or child."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    cpu_ms: float = 0.0
    requests: Requests = field(default_factory=Requests)

    @property
    def writes(self) -> int:
        return writes(self.requests)


@asynccontextmanager
async def account_of(
    process: Subject, counts: Counts, by_load: Mapping[tuple[str, str], int] | None = None
) -> AsyncIterator[Account]:
    """Opens an account; ``by_load`` are requests that the step itself will cause."""
    account, before, cpu = Account(), await counts(), process.cpu_ms()
    yield account
    await silence(process)
    account.cpu_ms = process.cpu_ms() - cpu
    account.requests = between(before, await counts(), by_load)


async def silence(process: Subject) -> None:
    """Return once the process has done next to nothing for a second; raises TimeoutError."""
    async with asyncio.timeout(LONGEST_WAIT):
        while True:
            before = process.cpu_ms()
            await asyncio.sleep(SILENT_SECONDS)
            if process.cpu_ms() - before < SILENT_CPU_MS:
                return
