"""Counts tokens as OpenAI's newer models do, for estimates and where a provider does not count.

The tokenizer takes 60 MB and half a second to load, and no thread helps because loading holds the
interpreter. So it is loaded when it is first needed, or early by whoever calls ``load``.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

ENCODING: Final = "o200k_base"
SLICE: Final = 64 * 1024
"""Characters that are counted in one go: at most some 25 ms of work, usually under one."""
_SAMPLES: Final = 4
_WHOLE: Final = 2**62


def load() -> None:
    """Load the tokenizer now: blocks for half a second the first time, for nothing after that."""
    _exact("")


def count(text: str) -> int:
    """Tokens of ``text``; a text longer than a slice is sampled, so that it cannot hold us up."""
    if len(text) <= SLICE:
        return _exact(text)
    size, step = SLICE // _SAMPLES, len(text) // _SAMPLES
    sampled = sum(_exact(text[n * step : n * step + size]) for n in range(_SAMPLES))
    return round(sampled * len(text) / SLICE)


async def count_all(text: str) -> int:
    """Tokens of ``text``, however long; lets others run between slices."""
    tokens = 0
    for number, piece in enumerate(_slices(text)):
        if number:
            await asyncio.sleep(0)
        tokens += _exact(piece)
    return tokens


def _slices(text: str) -> Iterator[str]:
    return (text[start : start + SLICE] for start in range(0, len(text), SLICE))


def _exact(text: str) -> int:
    # Imported when first needed; truncating to no end is the package's cheapest way to count.
    from toktok import truncate

    try:
        return int(truncate(text, _WHOLE, ENCODING)[1])
    except UnicodeEncodeError:
        return int(truncate(text.encode("utf-8", "replace").decode(), _WHOLE, ENCODING)[1])
