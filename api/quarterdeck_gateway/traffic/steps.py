"""Which span and which steps a question about traffic is about. Pure.

Steps begin at multiples of their length since the epoch, so that the same question a moment later
has the same points.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from quarterdeck_gateway.errors import InvalidRequest
from quarterdeck_gateway.queries.moments import Span
from quarterdeck_gateway.traffic.schemas import LONGEST_DAYS, MOST_POINTS, TrafficQuery

DEFAULT_SPAN: Final = timedelta(hours=1)
CHOICES: Final = (60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400)
"""Steps to choose from when none is asked for, in seconds."""
AIMED_POINTS: Final = 200
_DAY_MS: Final = 86_400_000
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_EARLIEST: Final = Span(_BEGINNING, _BEGINNING).milliseconds[0]


@dataclass(frozen=True)
class Steps:
    """A span cut into steps; milliseconds since the epoch."""

    since: int
    until: int
    length: int

    @property
    def count(self) -> int:
        """How many there are; the last one may be cut short."""
        return max(0, -((self.since - self.until) // self.length))

    def beginning(self, index: int) -> int:
        """Where one begins."""
        return self.since + index * self.length


def steps_of(query: TrafficQuery, now: Callable[[], datetime]) -> Steps:
    """The steps that ``query`` asks for. Raises InvalidRequest when they are too many, or the time
    too long."""
    until = now() if query.until is None else query.until
    since = query.since
    if since is None:
        since = until - DEFAULT_SPAN if until - _BEGINNING > DEFAULT_SPAN else _BEGINNING
    begin, end = Span(since, until).milliseconds
    length = 1000 * (query.step or chosen_step((end - begin) / 1000))
    # The first year has no year before it, for a step that does not begin with it.
    first = max(begin - begin % length, _EARLIEST)
    steps = Steps(first, end if end > begin else first, length)
    if steps.count > MOST_POINTS:
        raise InvalidRequest(
            f"These are {steps.count} points, and {MOST_POINTS} are the most: "
            "ask for a shorter time or a longer step.",
            param="step" if query.step is not None else "from",
        )
    if end - begin > LONGEST_DAYS * _DAY_MS:
        raise InvalidRequest(
            f"This is more than {LONGEST_DAYS} days: ask for a shorter time; /api/v1/usage and "
            "/api/v1/costs answer for longer ones.",
            param="from",
        )
    return steps


def chosen_step(seconds: float) -> int:
    """The shortest step that makes few enough points, in seconds."""
    return next((step for step in CHOICES if seconds / step <= AIMED_POINTS), CHOICES[-1])
