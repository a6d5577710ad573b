"""The chain that makes the audit log tamper-evident. Pure: rows in, verdict out.

Every row carries an HMAC over all of its columns and over the hash of the row before it, and the
head carries one over the number and hash of the last row. The key is derived from the
installation's pepper, which the database never sees: whoever can write to the database can still
not make a row that fits. So ``Verification`` finds rows that were edited, removed (also the last
ones), inserted or reordered.

What no chain in the same database can tell by itself is a whole older copy of it put back. For
that there are checkpoints: a number and hash that somebody noted elsewhere (the gateway logs
them) and that ``Verification`` holds the rows against.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final, Self

GENESIS: Final = "0" * 64
"""What the first row follows."""
BROKEN: Final = "f" * 64
"""What a row follows that was written behind an end that did not verify: the break stays visible,
for no row has this hash."""

CHECKPOINT: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One audit event as stored; ``detail`` is JSON text, as it was hashed."""

    seq: int
    id: str
    at: str
    action: str
    actor: str
    address: str
    namespace: str
    subject: str
    request_id: str
    detail: str
    once: str | None
    previous: str
    hash: str


@dataclass(frozen=True)
class Head:
    """The end of the chain: number of the last row (0 before the first), and proof of it."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Checkpoint:
    """What an earlier verification, or the log, told of the chain: row ``seq`` had this hash."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The opposite of ``str``. Raises ValueError."""
        match = CHECKPOINT.fullmatch(text)
        if match is None:
            raise ValueError("expected a row's number and hash, like 42:9f86d0...")
        return cls(int(match[1]), match[2])


@dataclass(frozen=True)
class Problem:
    """The first row at which the chain does not hold, and what is wrong in words."""

    seq: int
    what: str


class ChainKey:
    """Makes and checks the hashes. The key never leaves it."""

    def __init__(self, pepper: bytes) -> None:
        self._key = hmac.new(pepper, b"quarterdeck-audit", hashlib.sha256).digest()

    def row_hash(self, row: Row) -> str:
        """The hash that ``row`` must have; its own ``hash`` is not looked at."""
        return self.hash_of(vars(row))

    def hash_of(self, columns: Mapping[str, object]) -> str:
        """The same for a row that is not one yet, for want of its hash."""
        return self._mac(["row", *(columns[name] for name in _HASHED)])

    def head(self, seq: int, last_hash: str) -> Head:
        """The head of a chain that ends with the row ``seq`` of this hash."""
        return Head(seq, self._mac(["head", seq, last_hash]))

    def proves(self, head: Head, last_hash: str) -> bool:
        """Whether ``head`` belongs to a chain whose last row has this hash."""
        expected = self.head(head.seq, last_hash).hash
        return hmac.compare_digest(expected.encode(), head.hash.encode())

    def _mac(self, values: list[object]) -> str:
        # JSON separates the values, so that no two rows have the same text.
        text = json.dumps(values, separators=(",", ":")).encode()
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()


class Verification:
    """Follows a chain row by row, so that any number of rows fits into memory."""

    def __init__(self, key: ChainKey, checkpoint: Checkpoint | None = None) -> None:
        self._key = key
        self._checkpoint = checkpoint
        self._last = GENESIS
        self.rows = 0

    @property
    def last(self) -> Checkpoint:
        """Where it stands; worth noting elsewhere once ``finish`` found nothing."""
        return Checkpoint(self.rows, self._last)

    def feed(self, row: Row) -> Problem | None:
        """Take the next row, in the order of ``seq``; the problem with it, if there is one."""
        what = self._what_is_wrong(row)
        if what is not None:
            return Problem(min(row.seq, self.rows + 1), what)
        self.rows, self._last = row.seq, row.hash
        return None

    def _what_is_wrong(self, row: Row) -> str | None:
        expected = self.rows + 1
        if row.seq != expected:
            return f"row {expected} is missing, or rows were reordered: row {row.seq} follows"
        if not hmac.compare_digest(self._key.row_hash(row).encode(), row.hash.encode()):
            return "the row was edited: its hash does not fit its content"
        if row.previous == BROKEN:
            return "rows before this one were removed or edited: seen when this one was written"
        if row.previous != self._last:
            return "the row does not follow the one before it"
        if self._contradicts(row):
            return "the row is another one than at the checkpoint: the log was replaced"
        return None

    def _contradicts(self, row: Row) -> bool:
        noted = self._checkpoint
        return noted is not None and noted.seq == row.seq and noted.hash != row.hash

    def finish(self, head: Head | None) -> Problem | None:
        """The problem with the end of the chain; ``head`` is None where there is none stored."""
        if self._checkpoint is not None and self._checkpoint.seq > self.rows:
            return Problem(self.rows + 1, "rows of the checkpoint are missing: the log was cut")
        if head is None:
            return None if self.rows == 0 else Problem(self.rows, "the head is missing")
        if head.seq > self.rows:
            return Problem(self.rows + 1, f"rows are missing up to {head.seq}, where the log ends")
        if head.seq < self.rows:
            return Problem(head.seq + 1, f"rows were added behind {head.seq}, where the log ends")
        if not self._key.proves(head, self._last):
            return Problem(self.rows, "the head was edited: it does not fit the last row")
        return None


def verify(
    key: ChainKey, rows: Iterable[Row], head: Head | None, checkpoint: Checkpoint | None = None
) -> Problem | None:
    """The first problem of a whole chain, or None when it holds."""
    verification = Verification(key, checkpoint)
    for row in rows:
        if (problem := verification.feed(row)) is not None:
            return problem
    return verification.finish(head)


_HASHED: Final = tuple(field.name for field in fields(Row) if field.name != "hash")
