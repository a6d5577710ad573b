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
from quarterdeck_gateway.accounting.hand_over import (
    HandOver,
    HandOverAway,
    HandOverFull,
    pack,
    unpack,
)
from quarterdeck_gateway.accounting.spool import Batch, Spool

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
        hand_over: HandOver,
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

    async def leave(self, most: int) -> None:
        """Hand over what the spool holds, ``most`` records at once; what finds no room or no time
        stays in it. Does not raise HandOverAway."""
        kind, handed = self._spool.kind, 0
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                while (batch := self._spool.take(most)) is not None:
                    await self._put(pack(batch))
                    self._spool.ack(batch)
                    handed += len(batch.records)
        except (HandOverAway, TimeoutError) as exc:
            reason = str(exc) or f"not done within {LEAVE_SECONDS:g} s"
            left = self._spool.depth
            log.error("records at risk: on disk only", kind=kind, records=left, reason=reason)
        if handed:
            log.info("records handed over", kind=kind, records=handed)

    async def _put(self, packed: bytes) -> None:
        for seconds in _RETRIES:
            try:
                return await self._hand_over.put(self._spool.kind, packed)
            except HandOverFull:
                raise
            except HandOverAway:
                await asyncio.sleep(seconds)
        return await self._hand_over.put(self._spool.kind, packed)

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
            packed = await self._hand_over.first(self._spool.kind)
            if packed is None:
                self._tell(when_all)
                return False
            batch = _unpacked(packed)
            await deliver(batch)
            if await self._hand_over.remove(self._spool.kind, packed):
                self._metrics.taken_over(self._spool.kind, len(batch.records))
        except HandOverAway as exc:
            log.warning("cannot look for records of others", kind=self._spool.kind, reason=str(exc))
            return False
        self._inherited += len(batch.records)
        self._look_at = 0.0
        return True

    def _tell(self, when_all: Callable[[], None]) -> None:
        if self._inherited:
            log.info("records taken over", kind=self._spool.kind, records=self._inherited)
            self._inherited = 0
            when_all()


def _unpacked(packed: bytes) -> Batch:
    try:
        return unpack(packed)
    except ValueError as exc:
        # The database refuses what is no record, so it is set aside like any other.
        log.error("records of another gateway cannot be read", reason=str(exc))
        return Batch((packed.hex().encode(),), ("unreadable",), None)
