"""Cuts a stream of bytes at the ends of its events, without reading the events.

A worker that dies may leave half an event; a client that got that half would fail on broken JSON
instead of on the error that follows. So only whole events are passed on.
"""

import re
from typing import Any, Final

import orjson

_HELD_LIMIT: Final = 256 * 1024
_BOUNDARIES: Final = (b"\n\n", b"\r\n\r\n")
_END_MARKER: Final = re.compile(rb"^data: *\[DONE\] *\r?\n\r?\n", re.MULTILINE)


class Frames:
    """Holds back what is behind the last boundary until its end arrives."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> bytes:
        """The whole events now known and not yet given; often just ``piece``."""
        data = self._rest + piece if self._rest else piece
        if data.endswith(_BOUNDARIES):
            self._rest = b""
            return data
        end = max(at + len(mark) if (at := data.rfind(mark)) >= 0 else 0 for mark in _BOUNDARIES)
        if len(data) - end > _HELD_LIMIT:
            end = len(data)
        self._rest = data[end:]
        return data[:end]

    def finish(self) -> bytes:
        """What a stream that ended without a last blank line still owes: its end marker."""
        rest, self._rest = self._rest.strip(), b""
        return rest + b"\n\n" if rest.endswith(b"[DONE]") else b""


def end_of_answer(events: bytes) -> int | None:
    """Where the end marker ends, if it is among these whole events."""
    # Most pieces are told by this quick look.
    if b"[DONE]" not in events:
        return None
    found = _END_MARKER.search(events)
    return found.end() if found is not None else None


def error_event(envelope: dict[str, Any]) -> bytes:
    """An error inside a stream, as clients of OpenAI's API expect it."""
    return b"data: " + orjson.dumps(envelope) + b"\n\n"
