"""The hand-over in the Redis of limits and budgets: one list for each kind of records.

It has a connection of its own, so that no chat waits behind a batch. Limits and budgets come
first: what is handed over never takes more than half of the server's memory, because a server
without room for counters refuses chats.
"""

import asyncio
import re
from typing import Final, Self

from quarterdeck_gateway.accounting.hand_over import MOST_BYTES, HandOverAway, HandOverFull
from quarterdeck_gateway.admission.address import parse_address
from quarterdeck_gateway.admission.connection import Reply, Word
from quarterdeck_gateway.admission.port import StoreAway
from quarterdeck_gateway.admission.redis_client import RedisClient

TIMEOUT_SECONDS: Final = 2.0
"""A batch may take longer than a chat would wait for its limits."""


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
        if (taken or 0) + len(packed) > self._most_bytes:
            raise HandOverFull(f"{self._most_bytes} bytes of {kind} are waiting already")
        used, most = _number(memory, b"used_memory"), _number(memory, b"maxmemory")
        if most and used + len(packed) > most / 2:
            raise HandOverFull("half of the server's memory is in use")
        await self._ask("RPUSH", key, packed)

    async def first(self, kind: str) -> bytes | None:
        """See HandOver."""
        found: bytes | None = await self._ask("LINDEX", self._key(kind), 0)
        return found

    async def remove(self, kind: str, packed: bytes) -> bool:
        """See HandOver."""
        return bool(await self._ask("LREM", self._key(kind), 1, packed))

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
