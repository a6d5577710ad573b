"""Keeps Python's garbage collector out of the way of chats.

What a gateway has loaded when it begins to serve stays until it ends, some 140,000 objects, yet the
collector looks at all of them again and again, and every chat waits meanwhile: 50 ms and more. Told
that they stay, it looks at nothing but what chats leave behind, which is little.
"""

import gc
from typing import Final

YOUNG_OBJECTS: Final = 10_000
"""New objects until the collector looks at them; a chat makes some hundred, nearly all of which go
without its help."""


def keep_what_is_loaded() -> None:
    """Call once, when everything is loaded and nothing is served yet."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
