from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_local.restarts import FIRST_DELAY, HEALTHY_AFTER, LONGEST_DELAY, Restarts


def test_the_delay_doubles_up_to_a_minute() -> None:
    restarts, delays = Restarts(), []
    for _ in range(8):
        restarts = restarts.after_crash(100.0, 0.0)
        delays.append(restarts.delay(100.0))
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_worker_that_was_healthy_for_long_starts_anew() -> None:
    crashed = Restarts(crashes=9).after_crash(0.0, HEALTHY_AFTER)
    assert crashed.delay(0.0) == FIRST_DELAY


def test_no_crash_means_no_delay() -> None:
    assert Restarts().delay(5.0) == 0


@given(st.integers(0, 10**9))
def test_the_delay_is_bounded_however_often_it_crashes(crashes: int) -> None:
    delay = Restarts(crashes).after_crash(0.0, 0.0).delay(0.0)
    assert FIRST_DELAY <= delay <= LONGEST_DELAY
