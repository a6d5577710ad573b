"""Keeps chats from waiting for a store that is known to be away.

The first failure opens the breaker; while it is open nobody asks the store but a ping in the
background, which closes it again. A store that answers pings and fails at everything else is asked
ever more seldom.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.port import StoreAway, StoreRefused

log = structlog.get_logger(__name__)

FIRST_SECONDS: Final = 0.05
LONGEST_SECONDS: Final = 0.5
"""Between two pings: with the time-out of one, what recovery takes at most."""
STEADY_SECONDS: Final = 5.0
"""Closed for so long, the next failure is a new one."""


class Breaker:
    """Open while the store is away. ``run`` must be running for it to close again."""

    def __init__(
        self,
        ping: Callable[[], Awaitable[None]],
        metrics: AdmissionMetrics,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = random.random,
    ) -> None:
        self.closed = True
        self._ping = ping
        self._metrics = metrics
        self._monotonic = monotonic
        self._random = random
        self._delay = FIRST_SECONDS
        self._closed_at = monotonic()
        self._opened = asyncio.Event()
        self._closing = asyncio.Event()
        self._closing.set()
        metrics.store_up(True)

    def trip(self, away: StoreAway) -> None:
        """The store failed: ask it nothing more until a ping succeeds.

        One that only refused is there for all other questions, and stays asked.
        """
        if isinstance(away, StoreRefused):
            log.error("admission store refused", error=str(away))
            return
        if not self.closed:
            return
        self.closed = False
        if self._monotonic() - self._closed_at > STEADY_SECONDS:
            self._delay = FIRST_SECONDS
        self._metrics.store_up(False)
        log.warning("admission store away", error=str(away))
        self._closing.clear()
        self._opened.set()

    async def wait_closed(self) -> None:
        """Returns at once while closed."""
        await self._closing.wait()

    async def wait_open(self) -> None:
        """Returns at once while open."""
        await self._opened.wait()

    async def run(self) -> None:
        """Ping while open, until cancelled."""
        while True:
            await self._opened.wait()
            await asyncio.sleep(self._delay * (0.5 + self._random() / 2))
            self._delay = min(self._delay * 2, LONGEST_SECONDS)
            try:
                await self._ping()
            except StoreAway:
                continue
            self._close()

    def _close(self) -> None:
        self.closed = True
        self._closed_at = self._monotonic()
        self._metrics.store_up(True)
        log.info("admission store back")
        self._opened.clear()
        self._closing.set()
