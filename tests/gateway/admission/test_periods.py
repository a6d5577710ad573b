"""Every moment lies in exactly one window, whatever a zone does to its clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.v1alpha1.budget import Period
from quarterdeck_gateway.admission.periods import Window, window_of, zone_of

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # changed its clocks at midnight
    "America/Havana",  # enters midnight twice
    "America/Goose_Bay",  # went back across midnight, at one minute past it
    "Pacific/Apia",  # left out a day
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Africa/Cairo",
)
BOUNDED = tuple(period for period in Period if period is not Period.TOTAL)
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.floats(
    datetime(1995, 1, 1, tzinfo=UTC).timestamp(), datetime(2037, 1, 1, tzinfo=UTC).timestamp()
)


def bounds(window: Window) -> tuple[float, float]:
    assert window.starts_at is not None
    assert window.ends_at is not None
    return window.starts_at, window.ends_at


def local(at: float, zone: str) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo(zone))


@given(st.sampled_from(BOUNDED), zones, moments)
def test_windows_follow_one_another_without_gap_or_overlap(
    period: Period, zone: ZoneInfo, at: float
) -> None:
    window = window_of(period, zone, at)
    begin, end = bounds(window)
    assert begin <= at < end
    assert window_of(period, zone, begin) == window
    assert window_of(period, zone, end - 0.001) == window
    assert bounds(window_of(period, zone, end))[0] == end
    assert bounds(window_of(period, zone, begin - 0.001))[1] == begin


@given(zones, moments)
def test_a_day_begins_where_the_date_does(zone: ZoneInfo, at: float) -> None:
    begin, _ = bounds(window_of(Period.DAY, zone, at))
    before, after = (datetime.fromtimestamp(begin + d, zone).date() for d in (-1, 0))
    assert before < after


@given(zones, moments)
def test_weeks_begin_on_monday_and_months_on_the_first(zone: ZoneInfo, at: float) -> None:
    week, _ = bounds(window_of(Period.WEEK, zone, at))
    month, _ = bounds(window_of(Period.MONTH, zone, at))
    assert datetime.fromtimestamp(week, zone).weekday() == 0
    assert datetime.fromtimestamp(month, zone).day == 1


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Europe/Berlin", date(2026, 7, 1), 24),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Pacific/Apia", date(2011, 12, 29), 24),
        ("Pacific/Apia", date(2011, 12, 31), 24),
    ],
)
def test_days_are_as_long_as_the_clocks_make_them(zone: str, day: date, hours: float) -> None:
    at = datetime.combine(day, time(12), ZoneInfo(zone)).timestamp()
    begin, end = bounds(window_of(Period.DAY, ZoneInfo(zone), at))
    assert end - begin == hours * 3600
    assert local(begin, zone).date() == day


def test_a_day_that_is_entered_twice_begins_once() -> None:
    zone = ZoneInfo("America/Goose_Bay")
    change = datetime(2010, 11, 7, 0, 0, 30, tzinfo=zone).timestamp()
    days = {window_of(Period.DAY, zone, change + minutes * 60) for minutes in range(-120, 121)}
    assert len(days) == 2


def test_hours_are_the_hours_of_the_zone_and_never_longer() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    begin, end = bounds(
        window_of(Period.HOUR, kolkata, datetime(2026, 5, 1, 9, 10, tzinfo=UTC).timestamp())
    )
    assert local(begin, "Asia/Kolkata").minute == 0
    assert end - begin == 3600
    fold = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
    hours = {window_of(Period.HOUR, ZoneInfo("Europe/Berlin"), fold + d) for d in (0, 3600)}
    assert len(hours) == 2


def test_months_know_their_lengths() -> None:
    at = datetime(2028, 2, 29, 23, 59, tzinfo=UTC).timestamp()
    begin, end = bounds(window_of(Period.MONTH, UTC, at))
    assert timedelta(seconds=end - begin) == timedelta(days=29)
    starts = [datetime(2026, m, 1, tzinfo=UTC).timestamp() for m in range(1, 13)]
    assert all(bounds(window_of(Period.MONTH, UTC, a)) == (a, b) for a, b in pairwise(starts))


def test_a_total_never_ends() -> None:
    assert window_of(Period.TOTAL, UTC, 1.0) == Window(None, None)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "Europe", ""])
def test_what_is_no_time_zone_is_utc_and_says_so(name: str) -> None:
    zone = zone_of(name)
    assert not zone.known
    assert zone.info is UTC
    assert zone_of("Europe/Berlin").known
