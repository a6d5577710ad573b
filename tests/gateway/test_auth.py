"""Keys are compared as hashes; nothing that shows or logs them exists."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.auth import AdminKeyVerifier, bearer_key

KEY = "qd_right"
VERIFIER = AdminKeyVerifier(hashlib.sha256(KEY.encode()).hexdigest().upper())


def test_the_right_key() -> None:
    principal = VERIFIER.verify(KEY)
    assert principal is not None
    assert principal.role == "admin"


@given(st.text())
def test_any_other_key(key: str) -> None:
    assert (VERIFIER.verify(key) is not None) is (key == KEY)


def test_bytes_that_are_no_text_are_a_wrong_key() -> None:
    assert VERIFIER.verify(b"\xff\xfe".decode("latin-1")) is None
    assert VERIFIER.verify("\udcff") is None


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Basic abc", None),
        ("abc", None),
        ("", None),
    ],
)
def test_bearer_key(header: str, key: str | None) -> None:
    assert bearer_key(header) == key
