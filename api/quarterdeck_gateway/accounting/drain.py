"""Brings what a spool holds to where it belongs, for as long as the process runs.

Usage records and audit events differ only in how a batch is written; when to write, what to do
while the database is away, and what to do with a record that it will never take, is here.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.sealing import SealedHandOver
from quarterdeck_gateway.accounting.spool import Batch, Spool
from quarterdeck_gateway.accounting.succession import Succession
from quarterdeck_gateway.database.errors import DatabaseAway, DatabaseRefused

log = structlog.get_logger(__name__)

BATCH: Final = 500
"""Most records of one transaction."""
PAUSE_SECONDS: Final = 0.2
"""Records gather for so long before they are written together."""
DELIVER_SECONDS: Final = 30.0
"""After that a delivery counts as failed: the database is there but does not answer."""
FIRST_BACKOFF_SECONDS: Final = 0.25
MOST_BACKOFF_SECONDS: Final = 5.0
ADOPT_SECONDS: Final = 15.0
"""How often to look for what gateways that died beside this one have left."""

Deliver = Callable[[Batch], Awaitable[None]]
"""Writes one batch, all of it or nothing, and again without harm. Raises DatabaseAway to be called
again later, DatabaseRefused when one of the records is at fault."""


@dataclass(frozen=True)
class DeliveryState:
    """How a spool and its way to the database stand."""

    depth: int
    """Records that are not in the database yet."""
    unwritten: int
    """Those of them that the disk refuses."""
    lag_seconds: float
    """For how long records wait without a delivery."""
    full: bool
    """No room is left for new work."""
    away: bool
    """The last attempt found the database away."""


def _nothing(_: bytes) -> int:
    """A record that costs nothing."""
    return 0


class Drain:
    """Delivers batches of ``spool``, and what others have left in ``hand_over``. Call ``noticed``
    after every append."""

    def __init__(
        self,
        spool: Spool,
        deliver: Deliver,
        metrics: DrainMetrics,
        hand_over: SealedHandOver | None = None,
        *,
        worth: Callable[[bytes], int] = _nothing,
        batch: int = BATCH,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        """``worth`` tells the micro-USD of a record."""
        self._spool = spool
        self._deliver = deliver
        self._metrics = metrics
        self._worth = worth
        self._batch = batch
        self._pause = pause
        self._succession = None if hand_over is None else Succession(spool, hand_over, metrics)
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._failures = 0
        self._told = 0
        self.when_adopted: Callable[[], None] = _nobody
        """Called once all that a process which is gone has left is delivered."""
        metrics.watch(spool)

    @property
    def away(self) -> bool:
        """Whether the last attempt found the database away."""
        return self._failures > 0

    @property
    def state(self) -> DeliveryState:
        """How it stands now."""
        spool = self._spool
        return DeliveryState(spool.depth, spool.unwritten, spool.lag_seconds, spool.full, self.away)

    def noticed(self) -> None:
        """Something was appended."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled; nothing that the database does ends it."""
        self._wake.set()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(ADOPT_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            self._housekeeping()
            try:
                await self.flush()
                await self._inherit()
            except DatabaseAway:
                await self._back_off()
            except Exception:
                # A fault of ours; the records are kept, and must not be the reason to stop.
                log.exception("delivery failed", kind=self._spool.kind)
                self._failures += 1
                await self._back_off()
            else:
                self._recovered()
                await asyncio.sleep(self._pause)

    def _housekeeping(self) -> None:
        try:
            self._spool.measure()
            self._spool.adopt()
            self._tell()
        except OSError as exc:
            log.error("spool cannot be read", kind=self._spool.kind, reason=str(exc))

    async def _back_off(self) -> None:
        self._wake.set()
        try:
            await self._spool.sync()
        except OSError as exc:
            log.error("spool cannot be synced", kind=self._spool.kind, reason=str(exc))
        longest = min(FIRST_BACKOFF_SECONDS * 2**self._failures, MOST_BACKOFF_SECONDS)
        await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311

    async def flush(self) -> None:
        """Deliver all that was appended before. Raises DatabaseAway; then the rest is kept."""
        async with self._turn:
            left = self._spool.depth
            while left > 0 and (batch := self._spool.take(self._batch)) is not None:
                await self._attempt(batch)
                left -= len(batch.records)

    async def _inherit(self) -> None:
        if self._succession is None:
            return
        async with self._turn:
            try:
                more = await self._succession.inherit(self._delivered, self.when_adopted)
            except DatabaseAway as exc:
                self._failed(exc)
                raise
        if more:
            self._wake.set()

    async def _attempt(self, batch: Batch) -> None:
        try:
            await self._delivered(batch)
        except DatabaseAway as exc:
            self._failed(exc)
            raise
        self._recovered()
        self._metrics.delivered(self._spool.kind, len(batch.records))
        self._spool.ack(batch)
        self._tell()

    def _tell(self) -> None:
        if self._spool.emptied != self._told:
            self._told = self._spool.emptied
            self.when_adopted()

    async def _delivered(self, batch: Batch) -> None:
        try:
            async with asyncio.timeout(DELIVER_SECONDS):
                await self._deliver(batch)
        except DatabaseRefused as exc:
            await self._one_by_one(batch, exc)
        except TimeoutError as exc:
            raise DatabaseAway(f"no answer within {DELIVER_SECONDS:g} s") from exc

    async def _one_by_one(self, batch: Batch, exc: DatabaseRefused) -> None:
        """Find the record at fault and set it aside; the others are innocent."""
        if len(batch.records) == 1:
            log.error("database refuses a record", kind=self._spool.kind, reason=str(exc))
            self._spool.reject(batch.ids[0], batch.records[0])
            self._metrics.rejected(self._spool.kind)
            return
        for record, record_id in zip(batch.records, batch.ids, strict=True):
            await self._delivered(Batch((record,), (record_id,), batch.folder))

    def _failed(self, exc: DatabaseAway) -> None:
        self._failures += 1
        self._metrics.failed(self._spool.kind)
        if self._failures == 1:
            waiting = self._spool.depth
            log.error("database is away", kind=self._spool.kind, waiting=waiting, reason=str(exc))

    def _recovered(self) -> None:
        if self._failures:
            log.info("database is back", kind=self._spool.kind)
            self._failures = 0
            self._metrics.recovered(self._spool.kind)

    async def close(self, seconds: float) -> None:
        """Deliver what can be delivered in that time, and leave the rest to other processes."""
        try:
            if (reason := await self._last_flush(seconds)) is not None:
                await self._leave(reason)
        finally:
            self._metrics.forget(self._spool.kind)
            self._spool.close()

    async def _last_flush(self, seconds: float) -> str | None:
        """Why records may be left, None when none are."""
        try:
            async with asyncio.timeout(seconds):
                await self.flush()
        except (DatabaseAway, TimeoutError) as exc:
            return str(exc) or f"not delivered within {seconds:g} s"
        except Exception as exc:
            # A fault of ours or of the disk, and no reason to leave nothing to the others.
            log.exception("delivery failed", kind=self._spool.kind)
            return repr(exc)
        return None

    async def _leave(self, reason: str) -> None:
        if self._succession is None:
            log.warning("records wait on disk", **self._left(), reason=reason)
        elif (obstacle := await self._succession.leave(self._batch)) is not None:
            log.error("records at risk: on disk only", **self._left(), reason=obstacle)

    def _left(self) -> dict[str, str | int | None]:
        """What is not delivered, for the log; ``micro_usd`` None where the disk cannot be read."""
        spool = self._spool
        try:
            worth: int | None = sum(map(self._worth, spool.rest()))
        except OSError:
            worth = None
        return {"kind": spool.kind, "records": spool.depth, "micro_usd": worth}


def _nobody() -> None:
    """Nobody wants to know."""
