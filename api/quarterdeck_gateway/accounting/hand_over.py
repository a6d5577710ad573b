"""Where a gateway that stops without its database leaves records for those that go on.

Records on a disk that outlives the process need none of this, the next process adopts them. A
pod's disk goes with the pod. So its last records go to the server of limits and budgets, which is
another one than the database, and usually there.
"""

from collections import defaultdict, deque
from functools import partial
from typing import Final, Protocol

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one kind, packed: about a million records."""
MOST_ASIDE: Final = 10
"""Batches set aside of one kind; of more the latest."""


class HandOverAway(Exception):
    """It does not answer, or cannot take anything now; the text is for the log."""


class HandOverFull(HandOverAway):
    """No more is taken until somebody removes what is there."""


class HandOver(Protocol):
    """Keeps batches, as bytes, in a list for each kind; all gateways share it."""

    async def put(self, kind: str, packed: bytes) -> None:
        """Keep this too: when it returns, it is kept. Raises HandOverAway, and then it may be kept
        all the same, and HandOverFull."""
        ...

    async def first(self, kind: str) -> bytes | None:
        """What has waited longest, the same until it is removed. Raises HandOverAway."""
        ...

    async def remove(self, kind: str, packed: bytes) -> bool:
        """It is in the database; False when another gateway was quicker. Raises HandOverAway."""
        ...

    async def set_aside(self, kind: str, packed: bytes) -> None:
        """It will never get there: out of the way of the others, kept for a person to look at, one
        of the last MOST_ASIDE. Raises HandOverAway."""
        ...


class MemoryHandOver:
    """Keeps batches in memory: for tests."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.away = False
        self._most_bytes = most_bytes
        self._waiting: defaultdict[str, deque[bytes]] = defaultdict(deque)
        self.aside: defaultdict[str, deque[bytes]] = defaultdict(partial(deque, maxlen=MOST_ASIDE))
        """What was set aside, by kind."""

    async def put(self, kind: str, packed: bytes) -> None:
        """See HandOver."""
        waiting = self._of(kind)
        if sum(map(len, waiting)) + len(packed) > self._most_bytes:
            raise HandOverFull("full")
        waiting.append(packed)

    async def first(self, kind: str) -> bytes | None:
        """See HandOver."""
        waiting = self._of(kind)
        return waiting[0] if waiting else None

    async def remove(self, kind: str, packed: bytes) -> bool:
        """See HandOver."""
        waiting = self._of(kind)
        if packed not in waiting:
            return False
        waiting.remove(packed)
        return True

    async def set_aside(self, kind: str, packed: bytes) -> None:
        """See HandOver."""
        if await self.remove(kind, packed):
            self.aside[kind].append(packed)

    def _of(self, kind: str) -> deque[bytes]:
        if self.away:
            raise HandOverAway("away")
        return self._waiting[kind]
