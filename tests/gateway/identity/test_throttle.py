"""Failures are counted per address, within bounds of time and memory."""

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.identity.throttle import Throttle, source_of
from support.key_shelf import Clock


def test_the_limit_and_the_wait() -> None:
    clock = Clock()
    throttle = Throttle(20, clock.monotonic)
    assert [throttle.failed("192.0.2.1") for _ in range(20)] == [None] * 20
    assert throttle.failed("192.0.2.1") == 3
    assert throttle.failed("192.0.2.1") == 3, "failures beyond the limit do not add up"
    assert throttle.failed("192.0.2.2") is None
    clock.seconds = 3.0
    assert throttle.failed("192.0.2.1") is None
    assert throttle.failed("192.0.2.1") == 3


def test_a_quiet_minute_forgives_everything() -> None:
    clock = Clock()
    throttle = Throttle(5, clock.monotonic)
    for _ in range(9):
        throttle.failed("a")
    clock.seconds = 60.0
    assert [throttle.failed("a") for _ in range(6)] == [None] * 5 + [12]


@given(st.integers(1, 50), st.lists(st.floats(0, 30), max_size=200))
def test_never_more_than_twice_the_limit_in_a_minute(limit: int, pauses: list[float]) -> None:
    clock = Clock()
    throttle = Throttle(limit, clock.monotonic)
    passed: list[float] = []
    for pause in pauses:
        clock.seconds += pause
        if throttle.failed("a") is None:
            passed.append(clock.seconds)
    for begin in passed:
        assert sum(begin <= at < begin + 60 for at in passed) <= 2 * limit


def test_memory_is_bounded_and_forgets_the_quietest() -> None:
    clock = Clock()
    throttle = Throttle(1, clock.monotonic, capacity=100)
    throttle.failed("10.0.0.1")
    for number in range(99):
        throttle.failed(f"10.1.0.{number}")
    assert throttle.failed("10.0.0.1") == 60
    throttle.failed("10.2.0.1")
    assert len(throttle._forgiven) == 100
    assert throttle.failed("10.0.0.1") is None, "the oldest went, and only the oldest"
    assert throttle.failed("10.1.0.98") == 60


def test_one_host_of_ipv6_is_one_source() -> None:
    assert source_of("2001:db8:1:2::3") == source_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert source_of("2001:db8:1:3::1") != source_of("2001:db8:1:2::1")
    assert source_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert source_of("") == ""
