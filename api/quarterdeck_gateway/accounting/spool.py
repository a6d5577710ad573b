"""A write-ahead spool: records that have happened but are not in the database yet, on disk.

``append`` is one ``write`` into the page cache, a few microseconds, so it may stand in the way of a
chat; what it has returned from survives ``kill -9``. A loss of power may take the last records:
those of less than a second, for as long as the database is away they are brought to the disk itself
by ``sync`` at every attempt to reach it.

A process has a folder of its own, held by a lock of the operating system that goes when the
process goes. A folder whose lock can be had is a dead process's: its records are adopted. Several
gateways may thus share a directory. A record may be delivered twice (a process can die between
delivery and ``ack``), never not at all; so every record has an id that stays the same.
"""

import asyncio
import shutil
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from quarterdeck_gateway.accounting.segments import Folder, make_folder, sync, take_over

log = structlog.get_logger(__name__)

SEGMENT_BYTES: Final = 1024 * 1024
"""A segment that has grown to this is closed, and deleted as a whole once it is delivered."""
MAX_BYTES: Final = 1024**3
"""Some three million records. From ``FULL_SHARE`` of it on the spool calls itself full, so that
no new work is taken; the rest is for what is running already."""
FULL_SHARE: Final = 0.9
MIN_FREE_BYTES: Final = 64 * 1024 * 1024
"""What must be free on the disk, or the spool is full too."""
MAX_UNWRITTEN: Final = 10_000
"""Records kept in memory while the disk refuses them."""


class SpoolFull(Exception):
    """Neither disk nor memory has room: the record was not taken."""


@dataclass(frozen=True)
class Batch:
    """Records to deliver, in the order in which they were appended; give it back to ``ack``."""

    records: tuple[bytes, ...]
    ids: tuple[str, ...]
    """Of each record, unique and the same at every delivery."""
    folder: Folder | None
    """None for those that only memory holds."""
    segment: int = 0
    end: int = 0


class Spool:
    """Records of one kind. Not for several threads; ``close`` it, or it looks alive."""

    def __init__(
        self,
        directory: Path,
        kind: str,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        max_bytes: int = MAX_BYTES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Makes the process's folder. Raises OSError when the directory cannot be written to."""
        self.directory = directory
        self.kind = kind
        self._max_bytes = max_bytes
        self._monotonic = monotonic
        self._own = make_folder(directory, kind, segment_bytes)
        self._adopted: deque[Folder] = deque()
        self._unwritten: deque[tuple[str, bytes]] = deque()
        self._unwritten_name = uuid.uuid4().hex
        self._unwritten_count = 0
        self._waiting_since: float | None = None
        self._free = MIN_FREE_BYTES
        self._closed = False
        self.appended = 0
        """Records taken since the start."""
        self.emptied = 0
        """Folders of dead processes of which nothing is left to deliver."""
        self.torn = 0
        """Records found cut off, as a machine leaves them that lost its power."""
        self.adopt()

    def append(self, record: bytes) -> None:
        """Take one record: one line, without a line break in it.

        Raises SpoolFull when neither disk nor memory has room for it.
        """
        if self._waiting_since is None:
            self._waiting_since = self._monotonic()
        try:
            if self.bytes >= self._max_bytes:
                raise OSError("the spool has reached its bound")
            self._own.append(record)
        except OSError as exc:
            self._keep_in_memory(record, exc)
        self.appended += 1

    def _keep_in_memory(self, record: bytes, exc: OSError) -> None:
        if len(self._unwritten) >= MAX_UNWRITTEN:
            raise SpoolFull(f"the {self.kind} spool takes no more: {exc}") from exc
        if not self._unwritten:
            log.error("spool cannot write", kind=self.kind, reason=str(exc))
        self._unwritten_count += 1
        self._unwritten.append((f"{self._unwritten_name}-{self._unwritten_count}", record))

    def take(self, most: int) -> Batch | None:
        """Up to ``most`` records to deliver, the oldest first; None when there are none.

        The same ones again until they are given to ``ack``.
        """
        for folder in self._folders():
            while (piece := folder.read(most)) is not None:
                if piece.records:
                    return Batch(piece.records, piece.ids, folder, piece.segment, piece.end)
                self.torn += piece.torn
                folder.ack(piece.segment, piece.end, 0)
        if self._unwritten:
            some = [self._unwritten[index] for index in range(min(most, len(self._unwritten)))]
            return Batch(tuple(data for _, data in some), tuple(id_ for id_, _ in some), None)
        return None

    def ack(self, batch: Batch) -> None:
        """These are delivered: forget them."""
        if batch.folder is None:
            for _ in batch.records:
                self._unwritten.popleft()
        else:
            batch.folder.ack(batch.segment, batch.end, len(batch.records))
        self._drop_empty()
        self._waiting_since = self._monotonic() if self.depth else None

    def _drop_empty(self) -> None:
        for folder in [folder for folder in self._adopted if folder.depth <= 0]:
            if folder.read(1) is None:
                self._adopted.remove(folder)
                folder.remove()
                self.emptied += 1

    def adopt(self) -> int:
        """Take over what dead processes have left; how many records that are."""
        found = 0
        for path in sorted(self.directory.glob(f"{self.kind}-*")):
            if path != self._own.path and (folder := take_over(path)) is not None:
                log.info("spool adopted", kind=self.kind, folder=path.name, records=folder.depth)
                self._adopted.append(folder)
                found += folder.depth
        if found and self._waiting_since is None:
            self._waiting_since = self._monotonic()
        self._drop_empty()
        return found

    def reject(self, record_id: str, record: bytes) -> None:
        """Set a record aside for a person to look at: the database will never take it."""
        with (self.directory / f"rejected-{self.kind}.jsonl").open("ab") as file:
            file.write(record + b"\n")
        log.error("record rejected", kind=self.kind, id=record_id, file=file.name)

    def rest(self) -> Iterator[bytes]:
        """All records that are not delivered yet. Raises OSError."""
        for folder in self._folders():
            yield from folder.rest()
        yield from (record for _, record in self._unwritten)

    async def sync(self) -> None:
        """Let what is written survive a loss of power too. Raises OSError."""
        await asyncio.to_thread(sync, self._own.unsynced())

    @property
    def depth(self) -> int:
        """Records that are not delivered yet."""
        return sum(folder.depth for folder in self._folders()) + len(self._unwritten)

    @property
    def unwritten(self) -> int:
        """Those of them that only memory holds, because the disk refuses them."""
        return len(self._unwritten)

    @property
    def bytes(self) -> int:
        """Room taken on disk."""
        return sum(folder.bytes for folder in self._folders())

    @property
    def lag_seconds(self) -> float:
        """For how long records have been waiting without any being delivered."""
        return 0.0 if self._waiting_since is None else self._monotonic() - self._waiting_since

    @property
    def full(self) -> bool:
        """Whether no new work should be begun: room is left only for what runs already."""
        return (
            bool(self._unwritten)
            or self.bytes >= self._max_bytes * FULL_SHARE
            or self._free < MIN_FREE_BYTES
        )

    def measure(self) -> None:
        """Look how much room the disk has; ``full`` goes by the last look."""
        self._free = shutil.disk_usage(self.directory).free

    def close(self) -> None:
        """Let go of the folders. What was not delivered stays, for the next process."""
        if self._closed:
            return
        self._closed = True
        for folder in self._folders():
            if folder.depth <= 0 and folder.read(1) is None:
                folder.remove()
            else:
                folder.release()
        if self._unwritten:
            log.error("records lost with the process", kind=self.kind, records=self.unwritten)

    def _folders(self) -> Iterator[Folder]:
        yield from self._adopted
        yield self._own
