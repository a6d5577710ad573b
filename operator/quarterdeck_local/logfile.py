"""One worker slot's log file: bounded on disk, readable while it grows."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 5 * 1024 * 1024
_POLL_SECONDS: Final = 0.2
_LAST_LINE_BYTES: Final = 500


class LogFile:
    """Appends; at ``max_bytes`` the file becomes ``<name>.1`` and a new one begins."""

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self.path = path
        self.last_line = ""
        """The last line written that was not empty, shortened."""
        self._max_bytes = max_bytes
        self._partial = b""
        self._descriptor = self._opened()
        self._size = os.fstat(self._descriptor).st_size

    def write(self, chunk: bytes) -> None:
        """Append, rotating first when the chunk would not fit."""
        if self._size and self._size + len(chunk) > self._max_bytes:
            self._rotate()
        os.write(self._descriptor, chunk)
        self._size += len(chunk)
        self._remember(chunk)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _opened(self) -> int:
        return os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def _rotate(self) -> None:
        os.close(self._descriptor)
        self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        self._descriptor = self._opened()
        self._size = 0

    def _remember(self, chunk: bytes) -> None:
        *complete, self._partial = (self._partial + chunk).split(b"\n")
        self._partial = self._partial[-_LAST_LINE_BYTES:]
        said = [line for line in (*complete, self._partial) if line.strip()]
        if said:
            self.last_line = said[-1][:_LAST_LINE_BYTES].decode("utf-8", "replace").strip()


def tail(path: Path, lines: int | None) -> tuple[bytes, int]:
    """The last ``lines`` (None: all) of the file, and its size; empty when there is no file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return b"", 0
    if lines is None:
        return content, len(content)
    kept = content.splitlines(keepends=True)[-lines:] if lines else []
    return b"".join(kept), len(content)


async def follow(path: Path, position: int, until: asyncio.Event) -> AsyncIterator[bytes]:
    """What is appended after ``position``; goes on in the new file after a rotation."""
    identity = _identity(path)
    while not until.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), _POLL_SECONDS)
        found = _identity(path)
        if found != identity:
            identity, position = found, 0
        chunk = _read_from(path, position)
        if chunk:
            position += len(chunk)
            yield chunk


def _identity(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _read_from(path: Path, position: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(position)
            return file.read()
    except FileNotFoundError:
        return b""
