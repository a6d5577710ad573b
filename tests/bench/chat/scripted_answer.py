"""The one answer that every upstream of the benchmark gives.

31 events, 10 ms before the first and 1 ms between: the shape in which gateways are compared in
public, so that our figures can stand beside theirs.
"""

from typing import Final

import orjson

from support.provider_dialects import Answer, OpenAIDialect

WORDS: Final = 27
FIRST_SECONDS: Final = 0.010
BETWEEN_SECONDS: Final = 0.001

_DIALECT: Final = OpenAIDialect()
_ANSWER: Final = Answer(
    model="bench",
    pieces=tuple(f"word{index} " for index in range(WORDS)),
    input_tokens=11,
    output_tokens=WORDS,
    truncated=False,
    with_usage=True,
)
FRAMES: Final = tuple(_DIALECT.frames(_ANSWER))
"""Role, 27 words, stop, usage, [DONE]."""
WHOLE: Final = orjson.dumps(_DIALECT.whole(_ANSWER))
EVENTS: Final = len(FRAMES)
