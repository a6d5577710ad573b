"""When a crashed worker may start again: exponential back-off, as a value without a clock."""

from dataclasses import dataclass
from typing import Final

FIRST_DELAY: Final = 1.0
LONGEST_DELAY: Final = 60.0
HEALTHY_AFTER: Final = 60.0
"""Seconds of being ready after which earlier crashes no longer count."""


@dataclass(frozen=True)
class Restarts:
    """Crashes in a row, and the moment (monotonic seconds) before which nothing starts."""

    crashes: int = 0
    not_before: float = 0.0

    def after_crash(self, now: float, ready_seconds: float) -> "Restarts":
        """The state after a worker that had been ready for ``ready_seconds`` ended unasked."""
        crashes = 1 if ready_seconds >= HEALTHY_AFTER else self.crashes + 1
        # The exponent is bounded, for a worker may crash for weeks.
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(crashes - 1, 10))
        return Restarts(crashes, now + delay)

    def delay(self, now: float) -> float:
        """Seconds to wait from now."""
        return max(0.0, self.not_before - now)
