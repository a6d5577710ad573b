"""What an answer says of itself: tokens, model, whether it is whole.

Pure, and cheap: a stream is not parsed, only the last few kilobytes of it are looked at once it
has ended.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import orjson

TAIL_BYTES: Final = 16 * 1024


@dataclass(frozen=True)
class AnswerFacts:
    """``done``: it ended as it should. ``failed``: the worker itself reported an error."""

    done: bool = False
    failed: bool = False
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class Tail:
    """The last pieces of a stream, at least ``TAIL_BYTES`` of them where there were so many."""

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()
        self._length = 0

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._length += len(piece)
        while self._length - len(self._pieces[0]) >= TAIL_BYTES:
            self._length -= len(self._pieces.popleft())

    def facts(self) -> AnswerFacts:
        """What the end of the stream tells."""
        return facts_of_stream(b"".join(self._pieces))


def facts_of_stream(tail: bytes) -> AnswerFacts:
    """Reads the last usage and the end marker out of a stream's last events."""
    done = failed = False
    for line in reversed(tail.splitlines()):
        if not line.startswith(b"data:"):
            continue
        data = line[5:].strip()
        if data == b"[DONE]":
            done = True
        elif data.startswith(b'{"error"'):
            failed = True
        elif b'"usage"' in data and (body := _object(data)).get("usage"):
            return _facts(body, done=done, failed=failed)
    return AnswerFacts(done=done, failed=failed)


def facts_of_body(body: bytes) -> AnswerFacts:
    """The same for an answer that is one JSON object."""
    parsed = _object(body)
    return _facts(parsed, done=True, failed="error" in parsed)


def _facts(body: dict[str, Any], *, done: bool, failed: bool) -> AnswerFacts:
    usage = body.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    model = body.get("model")
    return AnswerFacts(
        done=done,
        failed=failed,
        model=model if isinstance(model, str) else None,
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _object(data: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
