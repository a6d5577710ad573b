"""Every answer of the API server lands in the class that says what happens next."""

import orjson
import pytest

from quarterdeck_kube.errors import (
    AlreadyExists,
    Conflict,
    Expired,
    FieldCause,
    Forbidden,
    Invalid,
    KubeError,
    NotFound,
    Permanent,
    Throttled,
    Transient,
    Unauthorized,
    from_response,
)
from support.fake_api import UNDECLARED, status_body


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        (400, "BadRequest", Permanent),
        (401, "Unauthorized", Unauthorized),
        (403, "Forbidden", Forbidden),
        (404, "NotFound", NotFound),
        (405, "MethodNotAllowed", Permanent),
        (408, "", Transient),
        (409, "Conflict", Conflict),
        (409, "AlreadyExists", AlreadyExists),
        (410, "Expired", Expired),
        (413, "RequestEntityTooLarge", Permanent),
        (415, "UnsupportedMediaType", Permanent),
        (422, "Invalid", Invalid),
        (429, "TooManyRequests", Throttled),
        (500, "InternalError", Transient),
        (503, "ServiceUnavailable", Transient),
        (504, "Timeout", Transient),
    ],
)
def test_class_by_status(code: int, reason: str, expected: type[KubeError]) -> None:
    error = from_response(
        code, orjson.dumps(status_body(code, reason, "words")), method="GET", path="/x"
    )

    assert type(error) is expected
    assert (error.status, error.reason, error.message) == (code, reason, "words")
    assert str(error) == f"GET /x: words ({code})"


def test_undeclared_field_is_permanent_although_it_is_a_500() -> None:
    body = orjson.dumps(status_body(500, "", UNDECLARED))

    assert type(from_response(500, body, method="PATCH", path="/x")) is Permanent


def test_invalid_names_the_fields() -> None:
    causes = [{"field": "spec.model", "message": "Required value", "reason": "FieldValueRequired"}]
    body = orjson.dumps(status_body(422, "Invalid", "bad", causes=causes))

    error = from_response(422, body, method="POST", path="/x")

    assert error.causes == (FieldCause("spec.model", "Required value", "FieldValueRequired"),)


@pytest.mark.parametrize(
    ("header", "details", "expected"),
    [("7", {}, 7.0), (None, {"retryAfterSeconds": 3}, 3.0), (None, {}, 1.0), ("Wed, 21", {}, 1.0)],
)
def test_throttled_always_says_how_long_to_wait(
    header: str | None, details: dict[str, int], expected: float
) -> None:
    body = orjson.dumps(status_body(429, "TooManyRequests", "busy", **details))

    error = from_response(429, body, method="GET", path="/x", retry_after=header)

    assert isinstance(error, Throttled)
    assert error.retry_after == expected


def test_missing_api_is_told_from_missing_object() -> None:
    api = from_response(404, b"404 page not found\n", method="GET", path="/apis/x")
    missing = from_response(
        404, orjson.dumps(status_body(404, "NotFound", "no")), method="GET", path="/x"
    )

    assert isinstance(api, NotFound)
    assert api.api_missing
    assert api.message == "404 page not found"
    assert isinstance(missing, NotFound)
    assert not missing.api_missing


@pytest.mark.parametrize("body", [b"<html>502 Bad Gateway</html>", b"", b"  "])
def test_a_proxys_page_is_reduced_to_its_status(body: bytes) -> None:
    error = from_response(502, body, method="GET", path="/x")

    assert isinstance(error, Transient)
    assert error.message == "HTTP 502"


def test_json_that_is_no_status_is_shown_as_text() -> None:
    error = from_response(400, b'{"detail":"no"}', method="GET", path="/x")

    assert error.message == '{"detail":"no"}'
