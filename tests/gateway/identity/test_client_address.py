"""X-Forwarded-For is believed exactly as far as our own proxies wrote it."""

from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.identity.client_address import client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def scope(peer: str | None, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"client": (peer, 1234) if peer is not None else None, "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", (), "192.0.2.1"),
        ("192.0.2.1", ("198.51.100.9",), "192.0.2.1"),
        ("10.0.0.1", ("198.51.100.9",), "198.51.100.9"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("1.1.1.1, 198.51.100.9, 10.0.0.7",), "198.51.100.9"),
        ("10.0.0.1", ("1.1.1.1", "198.51.100.9"), "198.51.100.9"),
        ("10.0.0.1", ("10.0.0.5, 10.0.0.6",), "10.0.0.5"),
        ("10.0.0.1", ("198.51.100.9, nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("nonsense, 10.0.0.9",), "10.0.0.9"),
        ("10.0.0.1", ("",), "10.0.0.1"),
        ("fd00::1", ("2001:db8::1",), "2001:db8::1"),
        (None, ("1.1.1.1",), ""),
    ],
)
def test_the_client(peer: str | None, forwarded: tuple[str, ...], client: str) -> None:
    assert client_address(scope(peer, *forwarded), PROXIES) == client


def test_without_proxies_nobody_is_believed() -> None:
    assert client_address(scope("10.0.0.1", "1.1.1.1"), ()) == "10.0.0.1"


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=40), max_size=5))
def test_nothing_in_the_header_breaks_it(forwarded: list[str]) -> None:
    made = scope("10.0.0.1")
    made["headers"] = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    assert client_address(made, PROXIES)
