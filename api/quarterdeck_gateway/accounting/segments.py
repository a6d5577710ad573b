"""One process's part of the spool: a locked folder of numbered segments, lines in each of them.

Written at the end of the last segment, read from the start of the first. How far it was
delivered stands in the file ``acked``, so that a restart repeats one batch and not a segment.
"""

import fcntl
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import structlog

log = structlog.get_logger(__name__)

LOCK: Final = "lock"
ACKED: Final = "acked"
SUFFIX: Final = ".jsonl"
READ_BYTES: Final = 512 * 1024
"""Read at once; a single record is longer than that only if somebody wrote one."""


@dataclass(frozen=True)
class Piece:
    """Whole lines of one segment; ``end`` is the offset behind the last of them."""

    records: tuple[bytes, ...]
    ids: tuple[str, ...]
    segment: int
    end: int
    torn: int = 0


class Folder:
    """Made by ``make_folder`` to be written, or by ``take_over`` to be emptied."""

    def __init__(self, path: Path, lock: int, segment_bytes: int | None) -> None:
        self.path = path
        self.depth = 0
        self.bytes = 0
        self._lock = lock
        self._segment_bytes = segment_bytes
        """None for a folder that is only emptied."""
        self._writer = -1
        self._written = 0
        self._synced = 0
        self._segments: list[int] = []
        self._segment, self._offset = 0, 0
        self._acked = os.open(path / ACKED, os.O_RDWR | os.O_CREAT, 0o600)

    def recover(self) -> Self:
        """Find what is left in the folder of a process that is gone."""
        self._segments = sorted(int(path.stem) for path in self.path.glob(f"*{SUFFIX}"))
        self._segment, self._offset = self._progress()
        for segment in [number for number in self._segments if number < self._segment]:
            self._delete(segment)
        self.bytes = sum(self._path(segment).stat().st_size for segment in self._segments)
        self.depth = sum(self._count(segment) for segment in self._segments)
        return self

    def append(self, record: bytes) -> None:
        """Write one line, whole or not at all. Raises OSError."""
        if self._writer < 0:
            self._begin_segment()
        line = record + b"\n"
        written = os.write(self._writer, line)
        if written != len(line):
            self._abandon_segment()
            raise OSError("no room for the whole record")
        self._written += written
        self.bytes += written
        self.depth += 1
        if self._segment_bytes is not None and self._written >= self._segment_bytes:
            self._end_segment()

    def _begin_segment(self) -> None:
        number = (self._segments[-1] if self._segments else self._segment) + 1
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        self._writer = os.open(self._path(number), flags, 0o600)
        self._written = 0
        self._segments.append(number)

    def _end_segment(self) -> None:
        writer, self._writer = self._writer, -1
        os.close(writer)

    def _abandon_segment(self) -> None:
        # Where the half line cannot be cut off again it is the last of its segment, and known
        # as torn by that; the record itself is the caller's to keep.
        with suppress(OSError):
            os.ftruncate(self._writer, self._written)
        self._end_segment()

    def read(self, most: int) -> Piece | None:
        """The next lines that are not acknowledged; None when there are none."""
        for segment in tuple(self._segments):
            begin = self._offset if segment == self._segment else 0
            if (piece := self._read_segment(segment, begin, most)) is not None:
                return piece
            if segment != self._segments[-1]:
                self._delete(segment)
        return None

    def _read_segment(self, segment: int, begin: int, most: int) -> Piece | None:
        data = self._load(segment, begin)
        lines = data.split(b"\n", most)
        rest = lines.pop()
        if not lines:
            if rest and self._is_closed(segment):
                return self._torn(segment, begin, rest)
            return None
        ids, offset = [], begin
        for line in lines:
            ids.append(f"{self.path.name}-{segment}-{offset}")
            offset += len(line) + 1
        return Piece(tuple(lines), tuple(ids), segment, offset)

    def _torn(self, segment: int, begin: int, rest: bytes) -> Piece:
        log.warning("record cut off", folder=self.path.name, segment=segment, bytes=len(rest))
        return Piece((), (), segment, begin + len(rest), torn=1)

    def _is_closed(self, segment: int) -> bool:
        return self._writer < 0 or segment != self._segments[-1]

    def _load(self, segment: int, begin: int) -> bytes:
        with self._path(segment).open("rb") as file:
            file.seek(begin)
            data = file.read(READ_BYTES)
            while data and b"\n" not in data and (more := file.read(READ_BYTES)):
                data += more
        return data

    def ack(self, segment: int, end: int, records: int) -> None:
        """Lines of ``segment`` up to ``end`` are delivered."""
        self._segment, self._offset = segment, end
        self.depth -= records
        os.pwrite(self._acked, b"%020d %020d\n" % (segment, end), 0)
        for earlier in [number for number in self._segments if number < segment]:
            self._delete(earlier)
        if self._is_closed(segment) and self._path(segment).stat().st_size <= end:
            self._delete(segment)

    def _progress(self) -> tuple[int, int]:
        words = os.pread(self._acked, 64, 0).split()
        if len(words) != 2 or not all(word.isdigit() for word in words):
            return 0, 0
        return int(words[0]), int(words[1])

    def _count(self, segment: int) -> int:
        begin = self._offset if segment == self._segment else 0
        return sum(chunk.count(b"\n") for chunk in _chunks(self._path(segment), begin))

    def _delete(self, segment: int) -> None:
        # First: what cannot be deleted must not be read again; the next process deletes it.
        self._segments.remove(segment)
        path = self._path(segment)
        try:
            size = path.stat().st_size
            path.unlink()
            self.bytes -= size
        except OSError as exc:
            log.error("segment not deleted", folder=self.path.name, reason=str(exc))

    def rest(self) -> Iterator[bytes]:
        """All lines that are not acknowledged, without their line breaks. Raises OSError."""
        for segment in self._segments:
            with self._path(segment).open("rb") as file:
                file.seek(self._offset if segment == self._segment else 0)
                yield from (line.rstrip(b"\n") for line in file)

    def _path(self, segment: int) -> Path:
        return self.path / f"{segment:08d}{SUFFIX}"

    def unsynced(self) -> list[Path]:
        """Segments that a loss of power may still take; those that are closed are told once."""
        found = [self._path(number) for number in self._segments if number > self._synced]
        closed = [number for number in self._segments if self._is_closed(number)]
        self._synced = max([self._synced, *closed])
        return found

    def release(self) -> None:
        """Leave the folder to the next process."""
        if self._writer >= 0:
            self._end_segment()
        os.close(self._acked)
        os.close(self._lock)

    def remove(self) -> None:
        """Delete the folder with all that is in it."""
        for path in self.path.iterdir():
            if path.name != LOCK:
                path.unlink()
        (self.path / LOCK).unlink()
        self.path.rmdir()
        self.release()


def _chunks(path: Path, begin: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(begin)
        while chunk := file.read(READ_BYTES):
            yield chunk


def make_folder(directory: Path, kind: str, segment_bytes: int) -> Folder:
    """A new folder, locked before anybody else can see it. Raises OSError."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{kind}-{uuid.uuid4().hex}"
    draft = directory / f".{name}"
    draft.mkdir(mode=0o700)
    lock = _locked(draft, os.O_CREAT)
    if lock is None:
        raise OSError(f"cannot lock {draft}")
    path = draft.rename(directory / name)
    return Folder(path, lock, segment_bytes)


def take_over(path: Path) -> Folder | None:
    """The folder of a process that is gone; None when it lives, or another was quicker."""
    try:
        lock = _locked(path, 0)
    except (FileNotFoundError, NotADirectoryError):
        # Without a lock it has nothing else in it: somebody died while removing it, or is about to.
        with suppress(OSError):
            path.rmdir()
        return None
    if lock is None:
        return None
    # Whoever emptied the folder a moment ago held this lock, and has removed the file.
    if not (path / LOCK).exists():
        os.close(lock)
        return None
    return Folder(path, lock, None).recover()


def sync(paths: Iterable[Path]) -> None:
    """Bring segments to the disk itself; may take a while. Raises OSError."""
    for path in paths:
        with suppress(FileNotFoundError), path.open("rb") as file:
            os.fdatasync(file.fileno())


def _locked(path: Path, create: int) -> int | None:
    descriptor = os.open(path / LOCK, os.O_RDWR | create, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
