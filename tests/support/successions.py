"""Gateways that stop without their database, and others that take over: on disks of their own."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from prometheus_client import CollectorRegistry

from quarterdeck_gateway.accounting.drain import Drain
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.hand_over import MemoryHandOver
from quarterdeck_gateway.accounting.sealing import SealedHandOver
from quarterdeck_gateway.accounting.spool import SEGMENT_BYTES, Batch, Spool
from quarterdeck_gateway.database.errors import DatabaseAway, DatabaseRefused
from support.declared import PEPPER

KIND = "usage"
WORTH = 5
"""Micro-USD of every record."""


class Database:
    """Takes all of a batch or nothing, and nothing that is "bad"."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.attempts = 0
        self.away = False
        self.fault: Exception | None = None

    async def deliver(self, batch: Batch) -> None:
        self.attempts += 1
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault
        if self.away:
            raise DatabaseAway("gone")
        if not all(record.isdigit() for record in batch.records):
            raise DatabaseRefused("bad")
        self.records += batch.records


class Gateway:
    """The spool and the drain of one, on a disk of its own."""

    def __init__(
        self, folder: Path, database: Database, hand_over: SealedHandOver, segment_bytes: int
    ) -> None:
        self.registry = CollectorRegistry()
        self.spool = Spool(folder, KIND, segment_bytes=segment_bytes)
        self.drain = Drain(
            self.spool,
            database.deliver,
            DrainMetrics(self.registry),
            hand_over,
            worth=lambda _: WORTH,
            batch=10,
            pause=0.001,
        )
        self.told = 0
        self.drain.when_adopted = self._tell

    def _tell(self) -> None:
        self.told += 1

    def append(self, *records: bytes) -> None:
        for record in records:
            self.spool.append(record)
        self.drain.noticed()

    async def run_until(self, holds: Callable[[], bool]) -> None:
        running = asyncio.create_task(self.drain.run())
        async with asyncio.timeout(60):
            while not holds():
                await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def sample(self, name: str) -> float | None:
        return self.registry.get_sample_value(f"quarterdeck_gateway_spool_{name}", {"kind": KIND})

    @property
    def taken_over(self) -> float | None:
        return self.sample("taken_over_total")


class World:
    """Gateways that share a database and a hand-over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[Gateway] = []
        self.database = Database()
        self.hand_over = MemoryHandOver()

    @property
    def sealed(self) -> SealedHandOver:
        """The hand-over as gateways see it."""
        return SealedHandOver(self.hand_over, PEPPER.encode())

    def gateway(self, segment_bytes: int = SEGMENT_BYTES) -> Gateway:
        """One more; its batches have ten records."""
        folder = self._folder / str(len(self._made))
        made = Gateway(folder, self.database, self.sealed, segment_bytes)
        self._made.append(made)
        return made

    def close(self) -> None:
        for made in self._made:
            made.spool.close()

    def on_disk(self, number: int) -> int:
        """Records that the next process on a gateway's disk finds."""
        spool = Spool(self._folder / str(number), KIND)
        found = spool.depth
        spool.close()
        return found

    async def waiting(self) -> list[Batch]:
        """What was handed over; it is gone after that."""
        found: list[Batch] = []
        while (handed := await self.sealed.first(KIND)) is not None:
            found.append(handed.batch)
            await self.sealed.remove(KIND, handed)
        return found

    async def left(self, count: int) -> None:
        """So many records were handed over, in batches of ten."""
        gateway = self.gateway()
        gateway.append(*records(count))
        self.database.away = True
        await gateway.drain.close(1)
        self.database.away = False


def records(count: int) -> list[bytes]:
    """Different ones, of three bytes."""
    return [b"%03d" % number for number in range(count)]
