"""Notices when a replica has been silent for too long, at next to no cost for one that talks.

A timer per chunk would be set and cancelled dozens of times for every stream. This one looks at a
clock now and then instead; time in which nobody was listening (a slow client) does not count.
"""

import asyncio
from collections.abc import Callable


class SilenceTimer:
    """Calls ``expire`` once when a wait lasts ``limit`` seconds. Needs a running event loop."""

    def __init__(self, expire: Callable[[], None], limit: float) -> None:
        self._expire = expire
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._waiting_since: float | None = None
        self._handle = self._loop.call_later(limit, self._check)

    def wait_begins(self) -> None:
        """From now on silence counts."""
        self._waiting_since = self._loop.time()

    def wait_ends(self) -> None:
        """Something was heard, or nobody listens any more."""
        self._waiting_since = None

    def restart(self, limit: float) -> None:
        """Another limit from now on."""
        self._handle.cancel()
        self._limit = limit
        self._handle = self._loop.call_later(limit, self._check)

    def stop(self) -> None:
        """Never call ``expire`` again."""
        self._handle.cancel()

    def _check(self) -> None:
        silent = 0.0
        if self._waiting_since is not None:
            silent = self._loop.time() - self._waiting_since
        # Clocks of loops are coarse: a timer may fire a moment early.
        left = self._limit - silent
        if left <= 0.001:
            self._expire()
        else:
            self._handle = self._loop.call_later(left, self._check)
