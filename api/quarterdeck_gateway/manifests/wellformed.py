"""What no manifest may hold, whatever its kind: text that is no text, numbers that are no numbers,
and nesting without end.

JSON lets all of that in, and nothing behind here (the API server, the answer) could write it. Pure.
"""

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from quarterdeck_contract.validation import FieldError

MAX_DEPTH: Final = 64
_MOST: Final = 20
_SHOWN: Final = 80
_INT64: Final = range(-(2**63), 2**63)


def form_errors(document: Any) -> list[FieldError]:
    """The first of these errors, with their paths; paths and messages can always be written."""
    return list(islice(_errors(document), _MOST))


def _errors(document: Any) -> Iterator[FieldError]:
    # A stack of its own: what is nested too deep must not end this function.
    waiting: list[tuple[str, Any, int]] = [("", document, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            yield FieldError(_cut(path), f"Invalid value: nested more than {MAX_DEPTH} levels deep")
            continue
        if message := _wrong(value):
            yield FieldError(path, f"Invalid value: {message}")
        if isinstance(value, dict):
            yield from _key_errors(path, value)
            below = [(_below(path, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            below = [(f"{path}[{index}]", each) for index, each in enumerate(value)]
        else:
            continue
        waiting += [(here, each, depth + 1) for here, each in reversed(below)]


def _key_errors(path: str, mapping: dict[str, Any]) -> Iterator[FieldError]:
    for key in mapping:
        if not _is_text(key):
            yield FieldError(_below(path, key), "Invalid name: must be text of Unicode characters")


def _wrong(value: Any) -> str:
    """What is wrong with a value itself; empty for nothing."""
    if isinstance(value, str) and not _is_text(value):
        return "must be text of Unicode characters: it has half of a surrogate pair"
    if isinstance(value, float) and not math.isfinite(value):
        return "must be a finite number"
    if isinstance(value, int) and value not in _INT64:
        return "must be a number of 64 bits"
    return ""


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _below(path: str, key: str) -> str:
    name = key[:_SHOWN].encode("utf-8", "backslashreplace").decode()
    return f"{path}.{name}" if path else name


def _cut(path: str) -> str:
    return path if len(path) <= _SHOWN else f"{path[:_SHOWN]}…"
