"""Says that this gateway lives and that its chats do, and tells a store that forgot them again.

Reservations expire so that those of a dead gateway come back; those of a living one are renewed.
A store that was restarted empty does not know of running chats: they are asked for again under
their old ids, so that what they may still spend is not promised to others.
"""

import asyncio
import uuid
from collections.abc import Collection
from typing import Final

import structlog

from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.admission.grants import KeptGrant
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.port import (
    AdmissionStore,
    Ask,
    LimitKind,
    StoreAway,
    StoreRefused,
)

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS: Final = 5.0
RENEWED_AT_ONCE: Final = 500
REMEMBERED_SECONDS: Final = 86_400.0


class Heartbeat:
    """Knows the running chats. ``gateways`` is how many gateways lived when last counted."""

    def __init__(
        self,
        store: AdmissionStore,
        breaker: Breaker,
        metrics: AdmissionMetrics,
        *,
        gateway: str,
        reservation_seconds: float,
    ) -> None:
        self.gateways = 1
        self._store = store
        self._breaker = breaker
        self._metrics = metrics
        self._gateway = gateway
        self._life = reservation_seconds
        self._running: dict[str, KeptGrant] = {}

    def begun(self, grant: KeptGrant) -> None:
        """The store has set something aside for this chat."""
        self._running[grant.ask.id] = grant

    def ended(self, ask_id: str) -> None:
        """Nothing has to be kept for it any more."""
        self._running.pop(ask_id, None)

    async def remind(self, budgets: Collection[str] | None = None) -> None:
        """Ask again for the running chats (of these budgets). Raises StoreAway."""
        for grant in tuple(self._running.values()):
            lines = grant.ask.budgets
            concerned = budgets is None or any(line.id in budgets for line in lines)
            if concerned and grant.ask.id in self._running:
                # A budget that is still unknown takes nothing now; its seeding reminds again.
                await self._ask_again(grant)

    async def _ask_again(self, grant: KeptGrant) -> None:
        try:
            await self._store.admit(remaining(grant))
        except StoreRefused as refused:
            # Its own trouble, and no reason to forget the others.
            log.error("running chat not known to the store", id=grant.ask.id, error=str(refused))

    async def run(self) -> None:
        """Beat until cancelled, at least three times in the life of a reservation."""
        pause = min(self._life / 3, LONGEST_PAUSE_SECONDS)
        while True:
            await self._breaker.wait_closed()
            try:
                await self._beat()
            except StoreRefused as refused:
                log.error("reservations not renewed", error=str(refused))
            except StoreAway as away:
                self._breaker.trip(away)
                continue
            await self._pause(pause)

    async def leave(self, seconds: float) -> None:
        """This gateway stops: the others' shares grow at once."""
        try:
            async with asyncio.timeout(seconds):
                if self._breaker.closed:
                    await self._store.beat(self._gateway, 0)
        except (StoreAway, TimeoutError) as exc:
            # It is forgotten all the same, a little later.
            log.info("not signed off", error=str(exc))

    async def _beat(self) -> None:
        self.gateways = max(1, await self._store.beat(self._gateway, self._life))
        self._metrics.gateways(self.gateways)
        if await self._is_forgotten():
            await self.remind()
        running = tuple(self._running)
        for begin in range(0, len(running), RENEWED_AT_ONCE):
            await self._store.renew(running[begin : begin + RENEWED_AT_ONCE])

    async def _pause(self, seconds: float) -> None:
        # A store that went and came back may have forgotten: look as soon as it is there.
        try:
            async with asyncio.timeout(seconds):
                await self._breaker.wait_open()
        except TimeoutError:
            return

    async def _is_forgotten(self) -> bool:
        # Nobody but a store without memory grants a stranger the claim that is held already.
        name = f"remembers:{self._gateway}"
        return await self._store.claim(name, uuid.uuid4().hex, REMEMBERED_SECONDS)


def remaining(grant: KeptGrant) -> Ask:
    """What a running chat still needs: its place and its money; its request is used up already."""
    ask = grant.ask
    places = tuple(limit for limit in ask.limits if limit.kind is LimitKind.CONCURRENCY)
    return Ask(ask.id, places, ask.budgets, tokens=0, micro_usd=grant.reserved)
