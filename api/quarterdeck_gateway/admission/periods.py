"""When a budget's period began and when it ends, on the clocks of its time zone.

Pure. Days, weeks and months begin at local midnight, so some of them are an hour shorter or longer
than others. Whatever a zone does to its clocks, every moment lies in exactly one window: the
windows follow one another without gap or overlap.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from quarterdeck_contract.v1alpha1.budget import Period

HOUR: Final = 3600
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Window:
    """One period, in seconds since the epoch; None where it has no beginning or no end."""

    starts_at: float | None
    ends_at: float | None


@dataclass(frozen=True)
class Zone:
    """A time zone, or UTC in place of one that nobody knows."""

    info: tzinfo
    known: bool


@lru_cache(maxsize=1024)
def zone_of(name: str) -> Zone:
    """The IANA time zone ``name``; UTC and ``known=False`` when there is none of that name."""
    try:
        return Zone(ZoneInfo(name), known=True)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Zone(UTC, known=False)


def window_of(period: Period, zone: tzinfo, at: float) -> Window:
    """The window of ``period`` in which the moment ``at`` lies."""
    if period is Period.TOTAL:
        return Window(None, None)
    if period is Period.HOUR:
        return _hour(zone, at)
    first = _first(period, datetime.fromtimestamp(at, zone).date())
    # Where clocks go back across midnight a date is entered twice; the first midnight counts.
    while at >= _midnight(_next(period, first), zone):
        first = _next(period, first)
    while at < _midnight(first, zone):
        first = _first(period, first - _DAY)
    return Window(_midnight(first, zone), _midnight(_next(period, first), zone))


def _hour(zone: tzinfo, at: float) -> Window:
    # By standard time: a zone that puts its clocks forward by half an hour keeps its hours.
    moment = datetime.fromtimestamp(at, zone)
    standard = (moment.utcoffset() or timedelta()) - (moment.dst() or timedelta())
    shift = standard.total_seconds() % HOUR
    start = (at + shift) // HOUR * HOUR - shift
    return Window(start, start + HOUR)


def _first(period: Period, day: date) -> date:
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period is Period.MONTH else day


def _next(period: Period, first: date) -> date:
    if period is Period.WEEK:
        return first + _WEEK
    return (first + timedelta(days=31)).replace(day=1) if period is Period.MONTH else first + _DAY


def _midnight(day: date, zone: tzinfo) -> float:
    # In a gap this is the moment of the change, which is when such a day begins.
    return datetime.combine(day, time.min, zone).timestamp()
