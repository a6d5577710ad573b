"""Points in time as people type them."""

from datetime import UTC, datetime

import pytest

from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.spans import ago, ahead, seconds_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "seconds"), [("90m", 5400), ("24h", 86_400), ("7d", 604_800), ("2w", 1_209_600)]
)
def test_durations(typed: str, seconds: int) -> None:
    assert seconds_of(typed) == seconds


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("24h", "2026-11-22T12:00:00Z"),
        ("2026-11-01", "2026-11-01T00:00:00Z"),
        ("2026-11-01T10:00:00+02:00", "2026-11-01T08:00:00Z"),
    ],
)
def test_points_in_the_past(typed: str, moment: str) -> None:
    assert ago(typed, NOW) == moment


def test_points_in_the_future() -> None:
    assert ahead("90d", NOW) == "2027-02-21T12:00:00Z"


@pytest.mark.parametrize("typed", ["", "7", "d7", "yesterday", "7y"])
def test_what_is_no_point_in_time_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UsageError, match="7d"):
        ago(typed, NOW)
