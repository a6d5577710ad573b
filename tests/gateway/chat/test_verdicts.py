"""What becomes of each kind of refusal that a worker can answer with."""

import orjson
import pytest

from quarterdeck_contract.wire.errors import error_body
from quarterdeck_gateway.chat.verdicts import Verdict, Whole, error_of, judge, owned_up, shaped
from quarterdeck_gateway.errors import Unavailable, UpstreamFailed, UpstreamTimeout


def answer(status: int, code: str | None = None) -> Whole:
    body = b"<html>" if code is None else orjson.dumps(error_body(status, code, "said so"))
    return Whole(status, "text/html", {"retry-after": "3"}, body)


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (200, None, Verdict.PASS),
        (503, "not_ready", Verdict.RETRY),
        (503, None, Verdict.RETRY),
        (502, None, Verdict.RETRY),
        (502, "bad_gateway", Verdict.RETRY),
        (502, "provider_unavailable", Verdict.PASS),
        (502, "provider_auth_failed", Verdict.PASS),
        (400, "context_length_exceeded", Verdict.PASS),
        (422, None, Verdict.PASS),
        (429, "provider_rate_limited", Verdict.PASS),
        (429, None, Verdict.PASS),
        (500, "internal_error", Verdict.PASS),
        (504, "provider_timeout", Verdict.PASS),
        (500, None, Verdict.OWN_UP),
        (504, None, Verdict.OWN_UP),
        (401, "invalid_token", Verdict.OWN_UP),
        (403, None, Verdict.OWN_UP),
        (404, "model_not_found", Verdict.OWN_UP),
        (307, None, Verdict.OWN_UP),
        (421, "misdirected", Verdict.OWN_UP),
        (421, None, Verdict.OWN_UP),
    ],
)
def test_judge(status: int, code: str | None, verdict: Verdict) -> None:
    assert judge(answer(status, code)) is verdict


def test_a_shaped_answer_keeps_its_bytes() -> None:
    given = answer(429, "provider_rate_limited")
    assert shaped(given) is given


def test_another_shape_becomes_ours_with_the_same_status() -> None:
    given = shaped(answer(422))
    assert (given.status, given.content_type) == (422, "application/json")
    assert given.headers == {"retry-after": "3"}
    error = error_of(given.body)
    assert error is not None
    assert (error["code"], error["type"]) == ("upstream_rejected", "invalid_request_error")


@pytest.mark.parametrize(
    ("status", "kind"), [(401, UpstreamFailed), (503, Unavailable), (504, UpstreamTimeout)]
)
def test_owning_up(status: int, kind: type[Exception]) -> None:
    error = owned_up(answer(status, "x"), "default/a")
    assert isinstance(error, kind)
    assert (
        error.message == f"The agent 'default/a' answered the gateway with status {status}: said so"
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"error": "text"}', b'{"detail": []}'])
def test_other_bodies_hold_no_error(body: bytes) -> None:
    assert error_of(body) is None
