"""What makes a batch fit to be handed over: packed small, and sealed.

Whoever can write to the server that keeps it could otherwise write usage records, and audit events
of things that never happened. So each batch goes behind an HMAC over its kind and itself, keyed by
the installation's pepper, which that server never sees. Gateways with different peppers, as while
it is replaced, have lists of their own: they neither read nor remove each other's.
"""

import hmac
import zlib
from dataclasses import dataclass
from typing import Final

import structlog

from quarterdeck_gateway.accounting.hand_over import HandOver
from quarterdeck_gateway.accounting.spool import Batch
from quarterdeck_gateway.identity.derivation import hkdf

MOST_UNPACKED: Final = 64 * 1024 * 1024
"""Bytes of one batch; it is a hundred times what a batch of chats takes."""
_FASTEST: Final = 1
"""Level of compression; records are so alike that slower ones gain little."""
_MAC_BYTES: Final = 32
_INFO: Final = b"quarterdeck-hand-over"

log = structlog.get_logger(__name__)


class Untrusted(Exception):
    """No gateway of this installation has sealed this; the text is for the log."""


@dataclass(frozen=True)
class Handed:
    """A batch that was handed over, and what to give back once it is delivered."""

    batch: Batch
    sealed: bytes


class SealedHandOver:
    """A hand-over for batches. What it does raises what the same of HandOver raises."""

    def __init__(self, hand_over: HandOver, pepper: bytes) -> None:
        self._hand_over = hand_over
        self._key = hkdf(pepper, _INFO)
        self._key_name: Final = hkdf(pepper, _INFO + b"-name").hex()[:12]

    def list_of(self, kind: str) -> str:
        """Where batches of a spool's kind are kept: whoever has another pepper looks elsewhere."""
        return f"{kind}:{self._key_name}"

    async def put(self, kind: str, batch: Batch) -> None:
        """Keep this too."""
        await self._hand_over.put(self.list_of(kind), self._seal(kind, pack(batch)))

    async def first(self, kind: str) -> Handed | None:
        """What has waited longest. Raises Untrusted if that is not ours; it is set aside then."""
        sealed = await self._hand_over.first(self.list_of(kind))
        if sealed is None:
            return None
        try:
            return Handed(self._open(kind, sealed), sealed)
        except ValueError as exc:
            log.error("batch set aside", kind=kind, bytes=len(sealed), reason=str(exc))
            await self._hand_over.set_aside(self.list_of(kind), sealed)
            raise Untrusted(str(exc)) from exc

    async def remove(self, kind: str, handed: Handed) -> bool:
        """It is in the database; False when another gateway was quicker."""
        return await self._hand_over.remove(self.list_of(kind), handed.sealed)

    def _seal(self, kind: str, packed: bytes) -> bytes:
        return self._mac(kind, packed) + packed

    def _open(self, kind: str, sealed: bytes) -> Batch:
        mac, packed = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(kind, packed)):
            raise ValueError("no gateway of this installation has sealed it")
        return unpack(packed)

    def _mac(self, kind: str, packed: bytes) -> bytes:
        return hmac.digest(self._key, kind.encode() + b"\n" + packed, "sha256")


def pack(batch: Batch) -> bytes:
    """Its records with their ids; they are lines."""
    lines = [*(record_id.encode() for record_id in batch.ids), *batch.records]
    return zlib.compress(b"\n".join(lines), _FASTEST)


def unpack(packed: bytes) -> Batch:
    """What ``pack`` was given. Raises ValueError when it was not packed by that."""
    decompressor = zlib.decompressobj()
    try:
        unpacked = decompressor.decompress(packed, MOST_UNPACKED)
    except zlib.error as exc:
        raise ValueError(f"not a batch of records: {exc}") from exc
    if not decompressor.eof:
        raise ValueError(f"not a batch of records: cut off, or more than {MOST_UNPACKED} bytes")
    lines = unpacked.split(b"\n")
    half, odd = divmod(len(lines), 2)
    if odd:
        raise ValueError("not a batch of records: ids and records are not as many")
    return Batch(tuple(lines[half:]), tuple(line.decode() for line in lines[:half]), None)
