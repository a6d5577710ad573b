"""Rotation, overlap and expiry, in pure dates."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.v1alpha1.api_key import IssuedKey
from quarterdeck_operator.keyring import (
    MOST_KEYS,
    instant,
    seconds_to_change,
    with_newest,
    written,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def issued(number: int, ends: datetime | None = None) -> IssuedKey:
    return IssuedKey(
        hash=f"{number:064x}",
        revision=number,
        created_at=written(NOW),
        not_after=written(ends) if ends is not None else None,
    )


def test_the_old_key_overlaps_and_ends() -> None:
    new, old = with_newest((issued(1),), issued(2), NOW + HOUR, NOW)
    assert (new.hash, new.not_after) == (issued(2).hash, None)
    assert old.not_after == "2026-01-01T01:00:00Z"


def test_without_an_overlap_the_old_key_is_gone() -> None:
    assert with_newest((issued(1),), issued(2), NOW, NOW) == (issued(2),)


def test_a_later_rotation_never_lengthens_an_overlap() -> None:
    keys = (issued(2), issued(1, NOW + HOUR))
    after = with_newest(keys, issued(3), NOW + 2 * HOUR, NOW)
    assert [key.not_after for key in after] == [
        None,
        "2026-01-01T02:00:00Z",
        "2026-01-01T01:00:00Z",
    ]


def test_a_key_that_comes_back_is_the_newest_once() -> None:
    keys = (issued(2), issued(1, NOW + HOUR))
    after = with_newest(keys, issued(1), NOW + HOUR, NOW)
    assert [key.hash for key in after] == [issued(1).hash, issued(2).hash]
    assert after[0].not_after is None


@given(st.lists(st.integers(0, 7200), max_size=40))
def test_however_often_it_is_rotated_the_list_stays_short_and_only_one_has_no_end(
    overlaps: list[int],
) -> None:
    keys: tuple[IssuedKey, ...] = (issued(1),)
    for number, seconds in enumerate(overlaps, start=2):
        keys = with_newest(keys, issued(number), NOW + timedelta(seconds=seconds), NOW)
    assert 1 <= len(keys) <= MOST_KEYS
    assert keys[0].revision == len(overlaps) + 1
    assert all(key.not_after is not None for key in keys[1:])
    assert len({key.hash for key in keys}) == len(keys)


def test_what_happens_next_is_waited_for() -> None:
    keys = (issued(3), issued(2, NOW + 2 * HOUR), issued(1, NOW + HOUR))
    assert seconds_to_change(keys, None, NOW) == 3600
    assert seconds_to_change(keys, NOW + timedelta(seconds=7), NOW) == 7
    assert seconds_to_change((issued(1),), None, NOW) == 0
    assert seconds_to_change((issued(1),), NOW - HOUR, NOW) == 0


@pytest.mark.parametrize(
    "text", ["2026-01-01T00:00:00Z", "2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00.000Z"]
)
def test_times_in_any_zone_are_one_time(text: str) -> None:
    assert instant(text) == NOW


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00", "tomorrow", ""])
def test_times_without_a_zone_are_no_times(text: str) -> None:
    with pytest.raises(ValueError, match=r"zone is missing|Invalid isoformat"):
        instant(text)
