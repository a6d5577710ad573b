"""A receiver can tell our alerts from others'."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.alerts.signature import sign, verify_signature

SECRET = b"s" * 32
NOW = 1_790_000_000


def test_it_is_what_the_documentation_says() -> None:
    expected = hmac.new(SECRET, b'1790000000.{"a":1}', hashlib.sha256).hexdigest()
    assert sign(SECRET, b'{"a":1}', NOW) == f"t=1790000000,v1={expected}"


@given(st.binary(max_size=100))
def test_what_was_signed_is_recognised(body: bytes) -> None:
    assert verify_signature(SECRET, body, sign(SECRET, body, NOW), NOW + 299)


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_another_body_is_not(body: bytes, other: bytes) -> None:
    assert verify_signature(SECRET, other, sign(SECRET, body, NOW), NOW) is (body == other)


def test_neither_another_secret_nor_another_time() -> None:
    header = sign(SECRET, b"{}", NOW)
    assert not verify_signature(b"x" * 32, b"{}", header, NOW)
    assert not verify_signature(SECRET, b"{}", header.replace("t=179", "t=178"), NOW - 10_000_000)
    assert not verify_signature(SECRET, b"{}", header, NOW + 301)
    assert not verify_signature(SECRET, b"{}", header, NOW - 301)


@pytest.mark.parametrize("header", ["", "t=1", "v1=ab", "t=x,v1=" + "0" * 64, "t=1,v1=é"])
def test_what_is_no_signature_is_refused(header: str) -> None:
    assert not verify_signature(SECRET, b"{}", header, NOW)
