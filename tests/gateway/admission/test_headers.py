"""The names and forms that OpenAI's clients know."""

import pytest

from quarterdeck_gateway.admission.headers import duration, limit_headers
from quarterdeck_gateway.admission.port import Limit, LimitKind, LimitState


def state(kind: LimitKind, amount: int, remaining: int, reset: float) -> LimitState:
    return LimitState(Limit(kind, "key", "team-a/ci", amount), remaining, reset)


def test_the_tightest_limit_of_each_kind_is_told() -> None:
    headers = limit_headers(
        [
            state(LimitKind.REQUESTS, 600, 400, 20.0),
            state(LimitKind.REQUESTS, 10, 3, 42.5),
            state(LimitKind.TOKENS, 5000, 5000, 0.0),
            state(LimitKind.CONCURRENCY, 1, 0, 1.0),
        ]
    )
    assert headers == {
        "x-ratelimit-limit-requests": "10",
        "x-ratelimit-remaining-requests": "3",
        "x-ratelimit-reset-requests": "42.5s",
        "x-ratelimit-limit-tokens": "5000",
        "x-ratelimit-remaining-tokens": "5000",
        "x-ratelimit-reset-tokens": "0s",
    }
    assert limit_headers([]) == {}


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0s"),
        (-1, "0s"),
        (0.0875, "88ms"),
        (0.07, "70ms"),
        (1.0, "1s"),
        (1.5, "1.5s"),
        (59.9999, "1m0s"),
        (60, "1m0s"),
        (360, "6m0s"),
        (61.25, "1m1.25s"),
        (4200, "70m0s"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
