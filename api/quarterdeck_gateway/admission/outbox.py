"""Settlements on their way to the store: sent in batches, kept until they have arrived.

The store counts each id once, so that what may or may not have arrived is simply sent again. One
that the store refuses is set aside, and the store told to have its budgets counted by the ledger:
the others are innocent and go on.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.port import (
    AdmissionStore,
    Settlement,
    StoreAway,
    StoreRefused,
)

log = structlog.get_logger(__name__)

WINDOW_SECONDS: Final = 0.003
"""How long settlements gather: one round trip for many, and a place is free again at once."""
BATCH: Final = 256


class Outbox:
    """Takes settlements without waiting and sends them while ``run`` is running."""

    def __init__(
        self,
        store: AdmissionStore,
        breaker: Breaker,
        metrics: AdmissionMetrics,
        *,
        reservation_seconds: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._breaker = breaker
        self._metrics = metrics
        self._reservation_seconds = reservation_seconds
        self._now = now
        self._queue: deque[Settlement] = deque()
        self._sending: list[Settlement] = []
        self._filled = asyncio.Event()
        self._hurry = asyncio.Event()
        self._put = 0
        self._waiting: list[tuple[int, asyncio.Future[bool]]] = []
        metrics.watch_unsent(lambda: len(self))

    def __len__(self) -> int:
        return len(self._queue) + len(self._sending)

    @property
    def owes_money(self) -> bool:
        """Whether a cost waits that no budget knows of yet."""
        return any(s.budgets and s.micro_usd for s in (*self._sending, *self._queue))

    def put(self, settlement: Settlement) -> None:
        """Send it soon."""
        if not self._breaker.closed and len(self._queue) % BATCH == 0:
            self._expire()
        self._queue.append(settlement)
        self._put += 1
        self._filled.set()

    async def settled(self, seconds: float) -> bool:
        """Send now; True once what was owed has arrived, False if nothing was owed, or it did not
        arrive within ``seconds``."""
        if not self:
            return False
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((self._put, waiter))
        self._hurry.set()
        self._filled.set()
        try:
            async with asyncio.timeout(seconds):
                return await waiter
        except TimeoutError:
            return False

    async def run(self) -> None:
        """Send until cancelled; what is not sent then is left for ``drain``."""
        while True:
            await self._filled.wait()
            await self._gather()
            await self._breaker.wait_closed()
            try:
                await self._send_batch()
                self._wake(self._put - len(self), arrived=True)
            except StoreAway as away:
                self._breaker.trip(away)
                self._wake(self._put, arrived=False)
            if not self._queue and not self._waiting:
                self._filled.clear()

    def _expire(self) -> None:
        """Forget those that only give back what has come back by itself in the meantime."""
        dead = self._now() - self._reservation_seconds
        self._queue = deque(s for s in self._queue if s.budgets or s.at > dead)

    async def drain(self, seconds: float) -> None:
        """Send what is left, once ``run`` has ended; what fails is left unsent and logged."""
        try:
            async with asyncio.timeout(seconds):
                while self._queue and self._breaker.closed:
                    await self._send_batch()
        except (StoreAway, TimeoutError) as exc:
            log.warning("settlements unsent", error=str(exc))
        if self._queue:
            log.warning("settlements unsent", count=len(self._queue))

    async def _gather(self) -> None:
        if len(self._queue) >= BATCH:
            return
        try:
            async with asyncio.timeout(WINDOW_SECONDS):
                await self._hurry.wait()
        except TimeoutError:
            return

    async def _send_batch(self) -> None:
        self._hurry.clear()
        batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
        if not batch:
            return
        self._sending = batch
        try:
            await self._deliver(batch)
        except BaseException:
            # Whether it arrived is not known, also when this task is cancelled.
            self._queue.extendleft(reversed(batch))
            raise
        finally:
            self._sending = []

    async def _deliver(self, batch: Sequence[Settlement]) -> None:
        try:
            await self._store.settle(batch)
        except StoreRefused as refused:
            if len(batch) == 1:
                await self._set_aside(batch[0], refused)
                return
            for each in batch:
                await self._deliver((each,))

    async def _set_aside(self, settlement: Settlement, refused: StoreRefused) -> None:
        try:
            if settlement.micro_usd:
                await self._store.doubt(settlement.budgets)
        except StoreRefused as exc:
            log.error("budgets not counted anew", id=settlement.id, error=str(exc))
        log.error("settlement set aside", id=settlement.id, error=str(refused))
        self._metrics.set_aside()

    def _wake(self, until: int, *, arrived: bool) -> None:
        """Tell those who wait for no more than the first ``until`` settlements ever put."""
        waiting, self._waiting = self._waiting, []
        for target, waiter in waiting:
            if target > until:
                self._waiting.append((target, waiter))
            elif not waiter.done():
                waiter.set_result(arrived)
