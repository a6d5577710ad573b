"""Keeps whoever fails all the time from filling the audit log.

The first events of a source in a minute are written as they come; those after them are counted, and
one event says at the minute's end how many there were.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from quarterdeck_contract.audit import AuditEvent
from quarterdeck_gateway.audit.port import AuditLog

WINDOW_SECONDS: Final = 60.0
OTHERS: Final = "*"
"""The source under which everybody counts when there are too many sources."""


@dataclass
class _Window:
    began: float
    events: int = 0
    counted: int = 0
    last: AuditEvent | None = None


class AuditSampler:
    """Writes ``per_minute`` events of each source to ``log``, for up to ``capacity`` sources."""

    def __init__(
        self,
        log: AuditLog,
        monotonic: Callable[[], float],
        *,
        per_minute: int = 5,
        capacity: int = 1000,
    ) -> None:
        self._log = log
        self._monotonic = monotonic
        self._per_minute = per_minute
        self._capacity = capacity
        self._windows: OrderedDict[str, _Window] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    def append(self, source: str, event: AuditEvent) -> None:
        """Write or count one event. Needs a running event loop."""
        self.sweep()
        window = self._window(source)
        window.events += 1
        if window.events <= self._per_minute:
            self._log.append(event)
            return
        window.counted += 1
        window.last = event
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(WINDOW_SECONDS, self._on_timer)

    def sweep(self, *, everything: bool = False) -> None:
        """End the windows that are over, or all, writing what was only counted in them."""
        over = self._monotonic() - WINDOW_SECONDS
        while self._windows:
            source, window = next(iter(self._windows.items()))
            if window.began > over and not everything:
                return
            del self._windows[source]
            self._sum_up(window)

    def close(self) -> None:
        """Write what was only counted so far."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.sweep(everything=True)

    def _window(self, source: str) -> _Window:
        if source not in self._windows and len(self._windows) >= self._capacity:
            source = OTHERS
        return self._windows.setdefault(source, _Window(self._monotonic()))

    def _sum_up(self, window: _Window) -> None:
        if window.last is not None:
            detail = window.last.detail | {"repeated": window.counted}
            self._log.append(window.last.model_copy(update={"detail": detail}))

    def _on_timer(self) -> None:
        self._timer = None
        self.sweep()
        if any(window.last is not None for window in self._windows.values()):
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(WINDOW_SECONDS, self._on_timer)
