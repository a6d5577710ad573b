"""One gateway's share of a limit, without the store."""

import pytest

from quarterdeck_gateway.admission.local import LocalLimits, share_of
from quarterdeck_gateway.admission.port import Limit, LimitKind


class Time:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def local(time: Time) -> LocalLimits:
    return LocalLimits(time)


def limit(kind: LimitKind, amount: int) -> Limit:
    return Limit(kind, "key", "team-a/ci", amount)


def admitted(local: LocalLimits, limits: list[Limit], tries: int, *, gateways: int = 1) -> int:
    return sum(local.take(limits, 10, gateways)[1] is None for _ in range(tries))


@pytest.mark.parametrize(
    ("amount", "gateways", "share"), [(100, 1, 100), (100, 3, 34), (2, 5, 1), (7, 0, 7)]
)
def test_a_share_is_rounded_up_and_never_nothing(amount: int, gateways: int, share: int) -> None:
    assert share_of(amount, gateways) == share


@pytest.mark.parametrize("amount", [1, 7, 60, 999])
def test_exactly_the_share_is_admitted_at_once(local: LocalLimits, amount: int) -> None:
    limits = [limit(LimitKind.REQUESTS, amount)]
    assert admitted(local, limits, amount + 50) == amount


def test_the_share_grows_back_over_a_minute(local: LocalLimits, time: Time) -> None:
    limits = [limit(LimitKind.REQUESTS, 60)]
    assert admitted(local, limits, 100, gateways=2) == 30
    time.at += 20
    assert admitted(local, limits, 100, gateways=2) == 10
    time.at += 3600
    assert admitted(local, limits, 100, gateways=2) == 30


def test_a_refusal_says_how_long_to_wait_and_takes_nothing(local: LocalLimits, time: Time) -> None:
    requests, tokens = limit(LimitKind.REQUESTS, 60), limit(LimitKind.TOKENS, 100)
    local.take([tokens], 100, 1)
    states, refused = local.take([requests, tokens], 50, 1)
    assert refused is not None
    assert refused.limit is tokens
    assert refused.retry_seconds == pytest.approx(30)
    assert [state.remaining for state in states] == [60, 0]
    time.at += 30
    assert local.take([requests, tokens], 50, 1)[1] is None


def test_a_chat_larger_than_the_share_waits_for_the_whole_share(
    local: LocalLimits, time: Time
) -> None:
    tokens = [limit(LimitKind.TOKENS, 100)]
    assert local.take(tokens, 5000, 1)[1] is None
    assert local.take(tokens, 5000, 1)[1] is not None
    time.at += 60
    assert local.take(tokens, 5000, 1)[1] is None


def test_tokens_are_corrected_by_what_was_really_used(local: LocalLimits) -> None:
    tokens = [limit(LimitKind.TOKENS, 100)]
    local.take(tokens, 90, 1)
    local.correct(tokens, -80, 1)
    states, refused = local.take(tokens, 90, 1)
    assert refused is None
    assert states[0].remaining == 0
    local.correct(tokens, -500, 1)
    assert local.take(tokens, 100, 1)[1] is None


def test_places_are_held_until_released(local: LocalLimits) -> None:
    places = [limit(LimitKind.CONCURRENCY, 4)]
    local.hold(places)
    local.hold(places)
    _, refused = local.take(places, 0, 2)
    assert refused is not None
    assert refused.retry_seconds > 0
    local.release(places)
    assert local.take(places, 0, 2)[1] is None


def test_memory_is_bounded(local: LocalLimits) -> None:
    for i in range(10_500):
        local.take([Limit(LimitKind.REQUESTS, "key", f"team-a/{i}", 10)], 0, 1)
    assert len(local._buckets) <= 10_000
