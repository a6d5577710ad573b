"""The audit log behind ``AuditLog``: taken in an instant, in the database a moment later.

``append`` writes one line to a spool on disk, so nothing waits for the database and ``kill -9``
loses nothing; ``run`` moves the lines into the chain. A line has its event's id, so delivering it
twice changes nothing.
"""

import time
from collections.abc import Callable
from typing import Final

import structlog

from quarterdeck_contract.audit import AuditEvent
from quarterdeck_gateway.accounting.drain import DeliveryState, Drain
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.sealing import SealedHandOver
from quarterdeck_gateway.accounting.spool import Batch, Spool, SpoolFull
from quarterdeck_gateway.audit.chain_writer import ChainWriter
from quarterdeck_gateway.audit.entry import Entry, decode, encode
from quarterdeck_gateway.audit.metrics import AuditMetrics
from quarterdeck_gateway.database.errors import DatabaseRefused

SPOOL_KIND: Final = "audit"
BATCH: Final = 200
"""Hashing so many takes a few milliseconds, in which no chat is served."""
CLOSE_SECONDS: Final = 5.0
"""How long a gateway that stops waits for the database."""
CHECKPOINT_SECONDS: Final = 60.0

log = structlog.get_logger(__name__)


class SqlAuditLog:
    """Implements AuditLog."""

    def __init__(
        self,
        writer: ChainWriter,
        spool: Spool,
        drain_metrics: DrainMetrics,
        metrics: AuditMetrics,
        hand_over: SealedHandOver | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``spool`` is one of kind ``SPOOL_KIND``; ``close`` closes it, not the database. With a
        ``hand_over`` what is not delivered at the end goes there, not to the next process."""
        self._writer = writer
        self._spool = spool
        self._metrics = metrics
        self._monotonic = monotonic
        self._drain = Drain(spool, self._deliver, drain_metrics, hand_over, batch=BATCH)
        self._told_at = -CHECKPOINT_SECONDS
        self._closed = False

    def append(self, event: AuditEvent) -> None:
        """Take one event: some microseconds, no exception."""
        self._metrics.events.labels(event.action.value).inc()
        try:
            self._spool.append(encode(event))
        except SpoolFull as exc:
            self._metrics.lost.inc()
            facts = event.model_dump(mode="json", warnings=False)
            log.error("audit event lost", reason=str(exc), lost=facts)
        self._drain.noticed()

    def delivery(self) -> DeliveryState:
        """How events stand on their way to the database."""
        return self._drain.state

    async def run(self) -> None:
        """Bring events to the database until cancelled."""
        await self._drain.run()

    async def flush(self) -> None:
        """Have all that was appended before in the database. Raises DatabaseAway."""
        await self._drain.flush()

    async def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Deliver what can be delivered in that time; the rest is for other processes. Call it
        when ``run`` has ended and nothing appends any more."""
        if self._closed:
            return
        self._closed = True
        await self._drain.close(seconds)
        self._tell_checkpoint()

    async def _deliver(self, batch: Batch) -> None:
        await self._writer.write(_entries(batch))
        if self._monotonic() - self._told_at >= CHECKPOINT_SECONDS:
            self._tell_checkpoint()

    def _tell_checkpoint(self) -> None:
        """Where logs are kept elsewhere, they prove later what the database held now."""
        seen = self._writer.seen
        if seen is not None:
            self._told_at = self._monotonic()
            log.info("audit checkpoint", checkpoint=str(seen))


def _entries(batch: Batch) -> list[Entry]:
    try:
        return [decode(line) for line in batch.records]
    except ValueError as exc:
        raise DatabaseRefused(str(exc)) from exc
