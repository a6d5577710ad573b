"""What an answer says of itself: tokens, model, whether it is whole; and its text, if need be.

Pure, and cheap: a stream is not parsed, only the last few kilobytes of it are looked at once it
has ended. Its text is read only where somebody has to count it.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

TAIL_BYTES: Final = 16 * 1024
MOST_TOKENS: Final = 10**9
"""Nobody uses more in one chat; what a worker says beyond it would overflow what counts it."""
_DONE: Final = b"[DONE]"
_WRITTEN: Final = re.compile(
    rb'"(?:content|reasoning|reasoning_content|refusal|arguments)"\s*:\s*'
    rb'("(?:[^"\\]++|\\.)*+)'
)
"""A value that a model wrote, up to its closing quote, or to the end of what there is."""


@dataclass(frozen=True)
class AnswerFacts:
    """``done``: it ended as it should. ``failed``: the worker itself reported an error, ``code``.

    ``cached_tokens`` are part of ``input_tokens``.
    """

    done: bool = False
    failed: bool = False
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    code: str | None = None


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
    done = False
    error: dict[str, Any] = {}
    for data in reversed(_data(tail)):
        if data == _DONE:
            done = True
        elif data.startswith(b'{"error"'):
            error = _object(data)
            if isinstance(error.get("usage"), dict):
                return _facts(error, done=done)
        elif b'"usage"' in data and (body := _object(data)).get("usage"):
            return _facts(body | error, done=done)
    return _facts(error, done=done)


def facts_of_body(body: bytes) -> AnswerFacts:
    """The same for an answer that is one JSON object."""
    return _facts(_object(body), done=True)


def text_of_stream(events: bytes) -> str:
    """What a model wrote in these events, tool calls included."""
    return "".join(
        text for data in _data(events) if data != _DONE for text in _texts(_object(data), "delta")
    )


def text_of_body(body: bytes) -> str:
    """The same for an answer that is one JSON object."""
    return "".join(_texts(_object(body), "message"))


def text_of_fragment(body: bytes) -> str:
    """The same for the beginning of such an object, when the rest has not come."""
    return "".join(_string(found) for found in _WRITTEN.findall(body))


def _string(opened: bytes) -> str:
    try:
        return str(orjson.loads(opened + b'"'))
    except orjson.JSONDecodeError:
        return opened[1:].decode(errors="replace")


def _data(events: bytes) -> list[bytes]:
    return [line[5:].strip() for line in events.splitlines() if line.startswith(b"data:")]


def _texts(body: dict[str, Any], holder: str) -> Iterator[str]:
    choices = body.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        said = choice.get(holder) if isinstance(choice, dict) else None
        if not isinstance(said, dict):
            continue
        for name, value in said.items():
            if isinstance(value, str) and name != "role":
                yield value
            elif value and name in ("tool_calls", "function_call"):
                yield orjson.dumps(value).decode()


def _facts(body: dict[str, Any], *, done: bool) -> AnswerFacts:
    usage = _within(body, "usage")
    model = body.get("model")
    code = _within(body, "error").get("code")
    return AnswerFacts(
        done=done,
        failed="error" in body,
        model=model if isinstance(model, str) else None,
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cached_tokens=_count(_within(usage, "prompt_tokens_details").get("cached_tokens")),
        code=str(code) if code is not None else None,
    )


def _within(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int | None:
    # A bool is an int to Python, but no count.
    return min(value, MOST_TOKENS) if type(value) is int and value >= 0 else None


def _object(data: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
