"""How records pass from a gateway that stops without its database to one that has it.

What is handed over is acknowledged in the spool once it is kept, and removed from the hand-over
once it is in the database. In between a record may be in two places, never in none; its id makes
it count once, also when several gateways deliver it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.hand_over import HandOverAway, HandOverFull
from quarterdeck_gateway.accounting.sealing import SealedHandOver, Untrusted
from quarterdeck_gateway.accounting.spool import Batch, Spool
from quarterdeck_gateway.database.errors import DatabaseAway

LEAVE_SECONDS: Final = 10.0
"""How long a gateway that stops hands over; the chart's grace period has room for it, twice."""
LOOK_SECONDS: Final = 10.0
"""How often to look for what others have left."""
_RETRIES: Final = (0.2, 1.0)
"""Seconds before it is tried again: a connection may have gone unnoticed."""

log = structlog.get_logger(__name__)


class Succession:
    """Of the records of one spool."""

    def __init__(
        self,
        spool: Spool,
        hand_over: SealedHandOver,
        metrics: DrainMetrics,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spool = spool
        self._hand_over = hand_over
        self._metrics = metrics
        self._monotonic = monotonic
        self._look_at = 0.0
        self._inherited = 0

    async def leave(self, most: int) -> str | None:
        """Hand over what the spool holds, ``most`` records at once; what finds no room or no time
        stays in it. Why something has stayed, None when nothing has."""
        kind, begun_with = self._spool.kind, self._spool.depth
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                while (batch := self._spool.take(most)) is not None:
                    await self._put(batch)
                    self._ack(batch)
        except TimeoutError:
            return f"not done within {LEAVE_SECONDS:g} s"
        except HandOverAway as exc:
            return str(exc)
        except Exception as exc:
            # A fault of ours or of the disk: what is at risk has to be told all the same.
            log.exception("records not handed over", kind=kind)
            return repr(exc)
        finally:
            if handed := begun_with - self._spool.depth:
                log.info("records handed over", kind=kind, records=handed)
        return None

    def _ack(self, batch: Batch) -> None:
        try:
            self._spool.ack(batch)
        except OSError as exc:
            # Another process on this disk delivers it again: it counts once.
            log.error("spool cannot be written", kind=self._spool.kind, reason=str(exc))

    async def _put(self, batch: Batch) -> None:
        for seconds in _RETRIES:
            try:
                return await self._hand_over.put(self._spool.kind, batch)
            except HandOverFull:
                raise
            except HandOverAway:
                await asyncio.sleep(seconds)
        return await self._hand_over.put(self._spool.kind, batch)

    async def inherit(
        self, deliver: Callable[[Batch], Awaitable[None]], when_all: Callable[[], None]
    ) -> bool:
        """Deliver one batch that others have left, if it is time to look; whether there may be
        more. Calls ``when_all`` once all is delivered. Raises what ``deliver`` raises; then the
        batch stays."""
        if self._monotonic() < self._look_at:
            return False
        # Whatever goes wrong: look again later, not at once.
        self._look_at = self._monotonic() + LOOK_SECONDS
        try:
            if not await self._inherit(deliver):
                self._tell(when_all)
                return False
        except HandOverAway as exc:
            log.warning("cannot look for records of others", kind=self._spool.kind, reason=str(exc))
            return False
        except DatabaseAway:
            # The one who delivers backs off, and asks when it is time.
            self._look_at = 0.0
            raise
        self._look_at = 0.0
        return True

    async def _inherit(self, deliver: Callable[[Batch], Awaitable[None]]) -> bool:
        """Whether there was a batch."""
        kind = self._spool.kind
        try:
            handed = await self._hand_over.first(kind)
        except Untrusted:
            self._metrics.rejected(kind)
            return True
        if handed is None:
            return False
        await deliver(handed.batch)
        if await self._hand_over.remove(kind, handed):
            self._metrics.taken_over(kind, len(handed.batch.records))
        self._inherited += len(handed.batch.records)
        return True

    def _tell(self, when_all: Callable[[], None]) -> None:
        if self._inherited:
            log.info("records taken over", kind=self._spool.kind, records=self._inherited)
            self._inherited = 0
            when_all()
