"""Has budgets counted anew after a gateway ended that still owed the store money.

Settlements wait in memory. Those of a gateway that was killed, or that stopped while the store was
away, never arrive; its usage records do. So once these are in the ledger the store is told to
doubt what was spent, and the next round over all budgets seeds it from the ledger. What the store
knows stays the least: a third gateway may hold records that are in no ledger yet.

killed                           -> it left its folder of the spool: ``due`` is called when that is
                                    delivered
stopped without the database     -> it handed its records over: ``due`` is called when those are
stopped, with settlements unsent -> it left a marker file beside its spool
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.admission.lines import line_of
from quarterdeck_gateway.admission.outbox import Outbox
from quarterdeck_gateway.admission.port import AdmissionStore, StoreAway
from quarterdeck_gateway.catalogue.port import Catalogue

log = structlog.get_logger(__name__)

MARKER: Final = "unsettled"
INTERVAL_SECONDS: Final = 1.0
CLOSING_SECONDS: Final = 10.0
"""A gateway that stops leaves the marker first, and has written its last records after that."""


class Recount:
    """Looks every second. ``run`` until cancelled, which must come after the Keeper's end: then it
    leaves the marker itself if ``outbox`` still owes money."""

    def __init__(
        self,
        store: AdmissionStore,
        breaker: Breaker,
        outbox: Outbox,
        catalogue: Catalogue,
        directory: Path,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._breaker = breaker
        self._outbox = outbox
        self._catalogue = catalogue
        self._marker = directory / MARKER
        self._now = now
        self._due = False
        self._handled: float | None = None

    def due(self) -> None:
        """All that a dead gateway has recorded is in the ledger now."""
        self._due = True

    async def run(self) -> None:
        """Look every second, until cancelled."""
        try:
            while True:
                await self._turn_or_log()
                await asyncio.sleep(INTERVAL_SECONDS)
        finally:
            self._leave_marker()

    async def turn(self) -> None:
        """Look once."""
        left_at = self._left_at()
        closed = left_at is not None and self._now() - left_at > CLOSING_SECONDS
        wanted = self._due or closed or left_at not in (None, self._handled)
        if not wanted or not self._catalogue.synced or not self._breaker.closed:
            return
        self._due = False
        try:
            await self._doubt()
        except StoreAway as away:
            self._due = True
            self._breaker.trip(away)
            return
        self._handled = left_at
        if closed:
            self._marker.unlink(missing_ok=True)

    async def _doubt(self) -> None:
        now = self._now()
        lines = [line_of(entry, now) for entry in self._catalogue.budgets()]
        if lines:
            await self._store.doubt(lines)
            log.info("budgets are counted anew", reason="a gateway ended", budgets=len(lines))

    async def _turn_or_log(self) -> None:
        try:
            await self.turn()
        except Exception:
            # A fault of ours or of the disk, and no reason for the gateway to stop.
            log.exception("budgets not counted anew")

    def _left_at(self) -> float | None:
        try:
            return self._marker.stat().st_mtime
        except FileNotFoundError:
            return None

    def _leave_marker(self) -> None:
        if not self._outbox.owes_money:
            return
        try:
            self._marker.touch(mode=0o600)
        except OSError as exc:
            log.error("unsent settlements not marked", error=str(exc))
