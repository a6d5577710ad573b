"""Keeps Python's garbage collector out of the way of starting and of chats.

While a gateway loads, next to nothing is garbage, yet the collector looks at everything again and
again: a tenth of the time to readiness. What is loaded when it begins to serve stays until it ends,
some 140,000 objects, and every chat would wait while the collector looks at them: 50 ms and more.
Told that they stay, it looks at nothing but what chats leave behind, which is little.
"""

import gc
from typing import Final

YOUNG_OBJECTS: Final = 10_000
"""New objects until the collector looks at them; a chat makes some hundred, nearly all of which go
without its help."""


def pause() -> None:
    """Call before anything large is imported; ``keep_what_is_loaded`` ends the pause."""
    gc.disable()


def keep_what_is_loaded() -> None:
    """Call once, when everything is loaded and nothing is served yet."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
