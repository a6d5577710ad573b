"""What is old is cleared away every hour, by one of the gateways that share a store.

Whatever goes wrong is left to the next turn: a fault here must not end the gateway.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

import structlog

from quarterdeck_gateway.admission.port import StoreAway
from quarterdeck_gateway.database.errors import DatabaseError

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 3600.0
PAUSE_SECONDS: Final = 0.05
"""Between two chunks of a sweep, so that chats' own records get in."""

Claim = Callable[[str, str, float], Awaitable[bool]]
"""``AdmissionStore.claim``."""


class HourlySweep(ABC):
    """One kind of clearing away; ``sweep`` is what it does."""

    name: ClassVar[str]
    """What gateways claim, so that one of them does it."""

    def __init__(self, claim: Claim, gateway: str) -> None:
        self._claim = claim
        self._gateway = gateway

    @abstractmethod
    async def sweep(self) -> int:
        """Clear away all that is old enough now; how many. Raises DatabaseError."""

    async def run(self) -> None:
        """Every hour until cancelled."""
        while True:
            try:
                await self.turn()
            except Exception:
                # A fault of ours: what is old stays, and must not be the reason to stop.
                log.exception("sweep failed", name=self.name)
            await asyncio.sleep(EVERY_SECONDS)

    async def turn(self) -> None:
        """Sweep, if no other gateway does; stores that are away are left to the next turn."""
        try:
            if await self._claim(self.name, self._gateway, EVERY_SECONDS):
                await self.sweep()
        except (StoreAway, DatabaseError) as exc:
            log.warning("sweep postponed", name=self.name, reason=str(exc))
