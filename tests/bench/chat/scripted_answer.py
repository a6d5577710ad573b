"""The two answers that every upstream of the benchmark gives.

Whole: 8 KiB at once. Streamed: 31 events, 10 ms before the first and 1 ms between: the shape in
which gateways are compared in public, so that our figures can stand beside theirs.
"""

from typing import Final

import orjson

from support.provider_dialects import Answer, OpenAIDialect

WORDS: Final = 27
WHOLE_BYTES: Final = 8 * 1024
FIRST_SECONDS: Final = 0.010
BETWEEN_SECONDS: Final = 0.001

_DIALECT: Final = OpenAIDialect()


def _answer(words: int) -> Answer:
    return Answer(
        model="bench",
        pieces=tuple(f"word{index:05d} " for index in range(words)),
        input_tokens=11,
        output_tokens=words,
        truncated=False,
        with_usage=True,
    )


FRAMES: Final = tuple(_DIALECT.frames(_answer(WORDS)))
"""Role, 27 words, stop, usage, [DONE]."""
WHOLE: Final = orjson.dumps(_DIALECT.whole(_answer(WHOLE_BYTES // len("word00000 "))))
EVENTS: Final = len(FRAMES)
