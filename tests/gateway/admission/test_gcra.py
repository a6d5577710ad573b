"""The arithmetic of limits per minute is exact at any amount."""

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.admission.gcra import MINUTE_MS, Bucket

amounts = st.one_of(st.integers(1, 1000), st.sampled_from([7, 600, 10_000_000, 2_000_000_000]))


@given(amounts)
def test_a_whole_bucket_takes_its_amount_and_no_more(amount: int) -> None:
    full = Bucket(0, 5).filled(amount)
    assert Bucket(0, 5).wait(amount, amount) == 0
    assert full.wait(amount, 1) > 0
    assert full.remaining(amount) == 0
    assert full.reset(amount) == MINUTE_MS


@given(amounts, st.lists(st.integers(0, 7000), max_size=50))
def test_leaking_in_pieces_is_leaking_at_once(amount: int, pauses: list[int]) -> None:
    piecewise = at_once = Bucket(0, 0).filled(amount)
    now = 0
    for pause in pauses:
        now += pause
        piecewise = piecewise.leaked(amount, now)
    assert piecewise == at_once.leaked(amount, now)


@given(amounts, st.integers(1, 3_000_000_000), st.integers(0, 3_000_000_000))
def test_waiting_as_told_suffices_and_less_does_not(amount: int, count: int, used: int) -> None:
    bucket = Bucket(0, 0).filled(used)
    wait = bucket.wait(amount, count)
    assert bucket.leaked(amount, wait).wait(amount, count) == 0
    if wait:
        assert bucket.leaked(amount, wait - 1).wait(amount, count) > 0


def test_a_clock_that_goes_back_leaks_nothing() -> None:
    bucket = Bucket(0, 10_000).filled(3).leaked(7, 4_000)
    assert bucket == Bucket(3 * MINUTE_MS, 4_000)
    assert bucket.leaked(7, 4_001).level == 3 * MINUTE_MS - 7


def test_giving_back_more_than_was_taken_empties() -> None:
    assert Bucket(0, 1).filled(3).filled(-5) == Bucket(0, 1)
