"""Dies with its parent.

The parent holds the write end of a pipe; when it is gone, by whatever death, the kernel closes the
pipe and reading ends. No signal, no polling, no orphan.
"""

import os
import threading
from collections.abc import Callable
from typing import Final

EXIT_CODE: Final = 3


def die() -> None:
    """Ends the process at once: without a parent nobody waits for an orderly end."""
    os._exit(EXIT_CODE)


def watch(fd: int, on_end: Callable[[], None] = die) -> threading.Thread:
    """Starts a daemon thread that calls ``on_end`` when the pipe behind ``fd`` is closed."""
    thread = threading.Thread(target=_wait, args=(fd, on_end), name="parent-watch", daemon=True)
    thread.start()
    return thread


def _wait(fd: int, on_end: Callable[[], None]) -> None:
    try:
        while os.read(fd, 64):
            pass
    except OSError:
        # A descriptor that cannot be read tells of no parent either.
        on_end()
        return
    on_end()
