"""The hand-over in the Redis of limits and budgets: one list for each kind of records.

It has a connection of its own, so that no chat waits behind a batch. Limits and budgets come
first, because a server without room for counters refuses chats: a kind never gets more than a
quarter of the server's memory, nor any of the last tenth.
"""

import asyncio
import re
from typing import Final, Self

from quarterdeck_gateway.accounting.hand_over import (
    MOST_ASIDE,
    MOST_BYTES,
    HandOverAway,
    HandOverFull,
)
from quarterdeck_gateway.admission.address import parse_address
from quarterdeck_gateway.admission.connection import Reply, Word
from quarterdeck_gateway.admission.port import StoreAway
from quarterdeck_gateway.admission.redis_client import RedisClient

TIMEOUT_SECONDS: Final = 2.0
"""A batch may take longer than a chat would wait for its limits."""
SHARE: Final = 0.25
"""Of the server's memory, for one kind."""
FULL_SHARE: Final = 0.9
"""The rest of the server's memory is for counters alone."""


class RedisHandOver:
    """Implements HandOver; ``open`` makes one."""

    def __init__(self, client: RedisClient, prefix: str, most_bytes: int) -> None:
        self._client = client
        self._prefix = prefix
        self._most_bytes = most_bytes

    @classmethod
    def open(cls, url: str, prefix: str, most_bytes: int = MOST_BYTES) -> Self:
        """Connects when it is first asked. Raises ValueError for a URL that cannot be one."""
        client = RedisClient(parse_address(url), prefix, (), TIMEOUT_SECONDS)
        return cls(client, prefix, most_bytes)

    async def put(self, kind: str, packed: bytes) -> None:
        """See HandOver."""
        key = self._key(kind)
        taken, memory = await asyncio.gather(
            self._ask("MEMORY", "USAGE", key, "SAMPLES", 0), self._ask("INFO", "memory")
        )
        used, most = _number(memory, b"used_memory"), _number(memory, b"maxmemory")
        room = min(self._most_bytes, int(most * SHARE)) if most else self._most_bytes
        if (taken or 0) + len(packed) > room:
            raise HandOverFull(f"no more than {room} bytes of {kind} may wait")
        if most and used + len(packed) > most * FULL_SHARE:
            raise HandOverFull(f"the server's memory is full: {used} of {most} bytes")
        await self._ask("RPUSH", key, packed)

    async def first(self, kind: str) -> bytes | None:
        """See HandOver."""
        found: bytes | None = await self._ask("LINDEX", self._key(kind), 0)
        return found

    async def remove(self, kind: str, packed: bytes) -> bool:
        """See HandOver."""
        return bool(await self._ask("LREM", self._key(kind), 1, packed))

    async def set_aside(self, kind: str, packed: bytes) -> None:
        """See HandOver."""
        # First: a server that is full of it would take no copy.
        if await self.remove(kind, packed):
            aside = f"{self._key(kind)}:aside"
            await self._ask("RPUSH", aside, packed)
            await self._ask("LTRIM", aside, -MOST_ASIDE, -1)

    async def close(self) -> None:
        """End the connection."""
        await self._client.close()

    def _key(self, kind: str) -> str:
        return f"{{{self._prefix}}}:handed:{kind}"

    async def _ask(self, *words: Word) -> Reply:
        try:
            return await self._client.command(*words)
        except StoreAway as exc:
            raise HandOverAway(str(exc)) from exc


def _number(info: bytes, name: bytes) -> int:
    found = re.search(rb"^%s:(\d+)" % name, info, re.MULTILINE)
    return int(found[1]) if found else 0
