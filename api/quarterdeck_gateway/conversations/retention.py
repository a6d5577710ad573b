"""Conversations that nobody continued for long enough go for good."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select

from quarterdeck_gateway.accounting.sweeping import PAUSE_SECONDS, Claim, HourlySweep
from quarterdeck_gateway.conversations.store import remove
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import conversations

log = structlog.get_logger(__name__)

CHUNK: Final = 100
"""Conversations removed in one transaction."""


class ConversationRetention(HourlySweep):
    """Removes old conversations; one gateway does it at a time."""

    name = "conversation-retention"

    def __init__(
        self,
        database: Database,
        claim: Claim,
        *,
        gateway: str,
        retention_days: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(claim, gateway)
        self._database = database
        self._age = timedelta(days=retention_days)
        self._now = now

    async def sweep(self) -> int:
        """Remove all that are old enough now; how many. Raises DatabaseAway."""
        before = self._now() - self._age
        gone = 0
        while (some := await self._remove_chunk(int(before.timestamp() * 1000))) > 0:
            gone += some
            await asyncio.sleep(PAUSE_SECONDS)
        if gone:
            log.info("old conversations removed", conversations=gone, before=before.isoformat())
        return gone

    async def _remove_chunk(self, before: int) -> int:
        old = select(conversations.c.id).where(conversations.c.updated_at < before)
        chosen = old.order_by(conversations.c.updated_at).limit(CHUNK)
        async with self._database.write() as connection:
            # Locked, so that none is continued between the look and the removal.
            found = list((await connection.execute(chosen.with_for_update())).scalars())
            await remove(connection, found)
        return len(found)
