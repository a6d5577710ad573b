"""Every hand-over there is, so that one test can hold all of them to their promises."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Final

from quarterdeck_gateway.accounting.hand_over import HandOver, MemoryHandOver
from quarterdeck_gateway.accounting.redis_hand_over import RedisHandOver
from support.redis_servers import RedisServer

MOST_BYTES: Final = 100_000
_numbers = count()


async def aside(hand_over: HandOver, kind: str) -> list[bytes]:
    """What was set aside."""
    if isinstance(hand_over, MemoryHandOver):
        return list(hand_over.aside[kind])
    assert isinstance(hand_over, RedisHandOver)
    found: list[bytes] = await hand_over._ask("LRANGE", f"{hand_over._key(kind)}:aside", 0, -1)
    return found


@asynccontextmanager
async def hand_over_on(server: RedisServer | None) -> AsyncIterator[HandOver]:
    """One with nothing in it and room for ``MOST_BYTES``; in memory when there is no server."""
    if server is None:
        yield MemoryHandOver(MOST_BYTES)
        return
    hand_over = RedisHandOver.open(server.url, f"handing{next(_numbers)}", MOST_BYTES)
    try:
        yield hand_over
    finally:
        await hand_over.close()
