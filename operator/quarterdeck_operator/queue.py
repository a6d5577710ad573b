"""A work queue of keys, as controllers use: many events about one object are one piece of work.

A key waits at most once, is worked on by one worker at a time, and a key that is added while it
is being worked on comes back afterwards, so that no change is missed and none is raced.
"""

import asyncio
import heapq
import random
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from quarterdeck_operator.cluster.port import ObjectKey
from quarterdeck_operator.metrics import EngineMetrics

BACKOFF_BASE: Final = 0.005
BACKOFF_LIMIT: Final = 300.0
"""Seconds: first and longest delay of a key that fails over and over."""


class WorkQueue:
    """``take`` (or ``await get()``) a key, work, then ``done`` it: exactly once per key taken.

    ``clock`` is monotonic seconds; ``jitter`` gives a number in [0, 1) that lengthens a back-off
    by up to a fifth, so that keys that failed together do not return together.
    """

    def __init__(
        self,
        metrics: EngineMetrics,
        *,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._metrics = metrics
        self._clock = clock
        self._jitter = jitter
        self._ready: deque[ObjectKey] = deque()
        self._waiting: dict[ObjectKey, float] = {}  # in _ready: when added
        self._working: set[ObjectKey] = set()
        self._again: set[ObjectKey] = set()  # added while being worked on
        self._due: dict[ObjectKey, float] = {}  # delayed: when due
        self._heap: list[tuple[float, ObjectKey]] = []  # may hold outdated entries of _due
        self._failures: dict[ObjectKey, int] = {}
        self._wakeup = asyncio.Event()
        self._idle = asyncio.Event()

    def add(self, key: ObjectKey) -> None:
        """Work on the key as soon as possible; also ends a delay."""
        self._due.pop(key, None)
        if key in self._working:
            self._again.add(key)
        elif key not in self._waiting:
            self._waiting[key] = self._clock()
            self._ready.append(key)
            self._metrics.added(_name(key))
            self._metrics.depth(_name(key), 1)
            self._idle.clear()
            self._wakeup.set()

    def add_after(self, key: ObjectKey, seconds: float) -> None:
        """Work on the key after ``seconds``, or earlier where it is due or added earlier."""
        due = self._clock() + seconds
        if seconds <= 0:
            self.add(key)
        elif key not in self._waiting and due < self._due.get(key, float("inf")):
            self._due[key] = due
            heapq.heappush(self._heap, (due, key))
            self._wakeup.set()

    def retry(self, key: ObjectKey, at_least: float = 0.0) -> float:
        """Come back after a failure; the delay in seconds, longer with every failure in a row."""
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        # The exponent is bounded because 2**1024 is no float.
        backoff = min(BACKOFF_BASE * 2.0 ** min(failures - 1, 40), BACKOFF_LIMIT)
        delay = max(backoff * (1 + self._jitter() / 5), at_least)
        self._metrics.retried(_name(key))
        self.add_after(key, delay)
        return delay

    def failures(self, key: ObjectKey) -> int:
        """How often in a row the key has failed."""
        return self._failures.get(key, 0)

    def forget(self, key: ObjectKey) -> None:
        """The key succeeded: its next failure starts with the shortest delay."""
        self._failures.pop(key, None)

    def discard(self, key: ObjectKey) -> None:
        """The key's object is gone: neither delay nor failures are worth keeping."""
        self._failures.pop(key, None)
        self._due.pop(key, None)

    def take(self) -> ObjectKey | None:
        """The next key if one is ready; it counts as being worked on until ``done``."""
        self._promote()
        if not self._ready:
            return None
        key = self._ready.popleft()
        waited = self._clock() - self._waiting.pop(key)
        self._working.add(key)
        self._metrics.depth(_name(key), -1)
        self._metrics.started(_name(key), waited)
        return key

    async def get(self) -> ObjectKey:
        """The next key, as soon as one is ready."""
        while (key := self.take()) is None:
            self._wakeup.clear()
            try:
                async with asyncio.timeout(self._until_due()):
                    await self._wakeup.wait()
            except TimeoutError:
                continue
        return key

    def done(self, key: ObjectKey) -> None:
        """The worker has finished with the key."""
        self._working.remove(key)
        if key in self._again:
            self._again.remove(key)
            self.add(key)
        if not self._ready and not self._working:
            self._idle.set()

    async def idle(self) -> None:
        """Wait until ``settled``."""
        while not self.settled():
            await self._idle.wait()

    def settled(self) -> bool:
        """Whether no key is ready, due or being worked on."""
        self._promote()
        return not self._ready and not self._working

    def __len__(self) -> int:
        """Keys that are ready."""
        return len(self._ready)

    def _promote(self) -> None:
        now = self._clock()
        while self._heap and self._heap[0][0] <= now:
            due, key = heapq.heappop(self._heap)
            if self._due.get(key) == due:
                self.add(key)

    def _until_due(self) -> float | None:
        return max(0.0, self._heap[0][0] - self._clock()) if self._heap else None


def _name(key: ObjectKey) -> str:
    return key.kind.lower()
