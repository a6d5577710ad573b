"""``from`` and ``to`` mean what people and RFC 3339 say, and nothing else is taken for a time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from quarterdeck_gateway.queries.moments import From, Span, To, rfc3339, rfc3339_of, span

FROM: TypeAdapter[datetime] = TypeAdapter(From)
TO: TypeAdapter[datetime] = TypeAdapter(To)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T08:00:00Z", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23t08:00:00.25z", datetime(2026, 11, 23, 8, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-11-23T08:00:00+01:30", datetime(2026, 11, 23, 6, 30, tzinfo=UTC)),
        ("2026-11-23T08:00:00.123456789-08:00", datetime(2026, 11, 23, 16, 0, 0, 123456, UTC)),
        ("0000-01-01", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_moments(text: str, expected: datetime) -> None:
    assert FROM.validate_python(text) == expected


def test_a_last_day_is_included() -> None:
    assert TO.validate_python("2026-11-30") == datetime(2026, 12, 1, tzinfo=UTC)
    assert TO.validate_python("2026-11-30T00:00:00Z") == datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "now", "1", "1795392000", "2026-13-01", "2026-11-31", "2026-11-23T08:00:00", "23.11.2026",
     "2026-11-23T25:00:00Z", "2026-11-23 08:00:00Z", "2026-11-23T08:00Z", "2026-11-23T08:00:00+1",
     "２026-11-23", "2026-11-23T08:00:00+24:00"],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="expected a date like"):
        FROM.validate_python(text)


@pytest.mark.parametrize(
    "text", ["9999-12-31", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"]
)
def test_the_ends_of_time_are_no_failure(text: str) -> None:
    for adapter in (FROM, TO):
        moment = adapter.validate_python(text)
        assert Span(moment, moment).milliseconds[0] == Span(moment, moment).milliseconds[1]
        assert rfc3339(moment)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1, 1, 2)))  # noqa: DTZ001
def test_what_we_write_is_what_we_read(moment: datetime) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert FROM.validate_python(rfc3339(moment)) == whole
    assert rfc3339_of(Span(whole, whole).milliseconds[0]) == rfc3339(whole)


def test_the_last_30_days_by_default() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert span(None, None, lambda: now) == Span(now - timedelta(days=30), now)
    first = datetime(1, 1, 5, tzinfo=UTC)
    assert span(None, first, lambda: now).since == datetime(1, 1, 1, tzinfo=UTC)
