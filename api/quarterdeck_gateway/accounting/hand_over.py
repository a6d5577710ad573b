"""Where a gateway that stops without its database leaves records for those that go on.

Records on a disk that outlives the process need none of this, the next process adopts them. A
pod's disk goes with the pod. So its last records go to the server of limits and budgets, which is
another one than the database, and usually there.
"""

import zlib
from collections import defaultdict, deque
from typing import Final, Protocol

from quarterdeck_gateway.accounting.spool import Batch

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one kind, packed: about a million records."""
_FASTEST: Final = 1
"""Level of compression; records are so alike that slower ones gain little."""


class HandOverAway(Exception):
    """It does not answer, or cannot take anything now; the text is for the log."""


class HandOverFull(HandOverAway):
    """No more is taken until somebody removes what is there."""


class HandOver(Protocol):
    """Keeps packed batches by the kind of their spool; all gateways share it."""

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


class MemoryHandOver:
    """Keeps batches in memory: for tests."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.away = False
        self._most_bytes = most_bytes
        self._waiting: defaultdict[str, deque[bytes]] = defaultdict(deque)

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

    def _of(self, kind: str) -> deque[bytes]:
        if self.away:
            raise HandOverAway("away")
        return self._waiting[kind]


def pack(batch: Batch) -> bytes:
    """Its records with their ids; they are lines."""
    lines = [*(record_id.encode() for record_id in batch.ids), *batch.records]
    return zlib.compress(b"\n".join(lines), _FASTEST)


def unpack(packed: bytes) -> Batch:
    """What ``pack`` was given. Raises ValueError when it was not packed by that."""
    try:
        lines = zlib.decompress(packed).split(b"\n")
    except zlib.error as exc:
        raise ValueError(f"not a batch of records: {exc}") from exc
    half, odd = divmod(len(lines), 2)
    if odd:
        raise ValueError("not a batch of records: ids and records are not as many")
    return Batch(tuple(lines[half:]), tuple(line.decode() for line in lines[:half]), None)
