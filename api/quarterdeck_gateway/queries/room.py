"""Room for few expensive questions at once, so that cheap ones and chats never wait for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from quarterdeck_gateway.errors import Unavailable

PATIENCE_SECONDS: Final = 3.0
RETRY_SECONDS: Final = 5


class Room:
    """For ``places`` at once; the others wait a moment, then ``reason`` is what they are told."""

    def __init__(self, places: int, reason: str) -> None:
        self._places = asyncio.Semaphore(places)
        self._reason = reason

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        """A place until the block ends. Raises Unavailable when none gets free in time."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._places.acquire()
        except TimeoutError as exc:
            raise Unavailable(
                f"{self._reason}: try again in a few seconds.", retry_after=RETRY_SECONDS
            ) from exc
        try:
            yield
        finally:
            self._places.release()
