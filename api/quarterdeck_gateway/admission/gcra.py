"""Limits per minute, as pure integer arithmetic (the generic cell rate algorithm).

A limit is a bucket that leaks ``amount`` units in each millisecond and holds a minute's worth:
each request or token fills in 60,000 units. So the bucket takes exactly ``amount`` at once, nothing
is ever rounded, and a changed amount keeps what has been used. The scripts of the Redis store
compute the same.
"""

import math
from dataclasses import dataclass
from typing import Final

MINUTE_MS: Final = 60_000


@dataclass(frozen=True)
class Bucket:
    """How full a limit was at a time in milliseconds."""

    level: int = 0
    at: int = 0

    def leaked(self, amount: int, now: int) -> "Bucket":
        """The same bucket at ``now``. A clock that went back leaks nothing."""
        return Bucket(max(0, self.level - max(0, now - self.at) * amount), now)

    def filled(self, count: int) -> "Bucket":
        """With ``count`` more in it, or less; never less than nothing."""
        return Bucket(max(0, self.level + count * MINUTE_MS), self.at)

    def wait(self, amount: int, count: int) -> int:
        """Milliseconds until ``count`` more fit, 0 for now.

        More than a minute's worth never fits: it may pass when the bucket is empty.
        """
        over = self.level + min(count, amount) * MINUTE_MS - amount * MINUTE_MS
        return max(0, math.ceil(over / amount))

    def remaining(self, amount: int) -> int:
        """How many more fit now."""
        return max(0, (amount * MINUTE_MS - self.level) // MINUTE_MS)

    def reset(self, amount: int) -> int:
        """Milliseconds until it is empty."""
        return math.ceil(self.level / amount)
