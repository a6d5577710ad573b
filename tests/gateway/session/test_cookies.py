"""The cookie's name and attributes, whether https is believed, and whose page asks. Pure."""

from ipaddress import ip_network
from typing import Any

import pytest

from quarterdeck_gateway.identity.cookies import cookie, is_https, no_cookie, session_token
from quarterdeck_gateway.identity.same_origin import cross_site

PROXIES = (ip_network("10.0.0.0/8"),)


def scope(method: str = "POST", **headers: Any) -> dict[str, Any]:
    """A request; underscores in names of headers are dashes, lists are repeated headers."""
    pairs = [
        (name.replace("_", "-").encode(), value.encode())
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return {"method": method, "scheme": "http", "client": ("10.0.0.9", 1), "headers": pairs}


def test_the_attributes() -> None:
    plain, secure = cookie("t", https=False), cookie("t", https=True)
    assert plain == "qd_session=t; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict"
    assert secure == f"__Host-{plain}; Secure"
    assert no_cookie(https=True).startswith("__Host-qd_session=; Max-Age=0;")
    assert no_cookie(https=False).startswith("qd_session=; Max-Age=0;")


@pytest.mark.parametrize(
    ("lines", "https", "found"),
    [
        ("qd_session=a", False, "a"),
        ("x=1; qd_session=a; y=2", False, "a"),
        (["x=1", "qd_session=a"], False, "a"),
        ("qd_session=a", True, None),
        ("__Host-qd_session=a", True, "a"),
        ("__Host-qd_session=a", False, "a"),
        ("qd_session=planted; __Host-qd_session=a", False, "a"),
        ("qd_session=a; __Host-qd_session=b; __Host-qd_session=c", False, None),
        ("qd_session=a; qd_session=b", False, None),
        (["qd_session=a", "qd_session=b"], False, None),
        ("qd_session", False, ""),
        ("xqd_session=a", False, None),
        ("", False, None),
    ],
)
def test_the_token_in_a_request(lines: Any, https: bool, found: str | None) -> None:
    assert session_token(scope(cookie=lines), https=https) == found


@pytest.mark.parametrize(
    ("proto", "trusted", "https"),
    [
        ("https", PROXIES, True),
        ("HTTPS, http", PROXIES, True),
        ("http, https", PROXIES, False),
        (["https", "http"], PROXIES, True),
        ("https", (), False),
        ("https", (ip_network("192.0.2.0/24"),), False),
        ([], PROXIES, False),
    ],
)
def test_https_is_believed_of_trusted_proxies_alone(
    proto: Any,
    trusted: Any,
    https: bool,
) -> None:
    assert is_https(scope(x_forwarded_proto=proto), trusted) is https


def test_https_of_the_server_itself() -> None:
    assert is_https(scope() | {"scheme": "https"}, ())


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "http://qd.example"}, False),
        ({"sec_fetch_site": ["same-origin", "cross-site"]}, False),
        ({"origin": "http://qd.example"}, True),
        ({"origin": "https://QD.example"}, True),
        ({"origin": "http://qd.example:81"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "http://qd.example.evil.example"}, False),
        ({"origin": "http://qd.example@evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://["}, False),
        ({"origin": "file://qd.example"}, False),
        ({}, False),
    ],
)
def test_whose_page_asks(headers: dict[str, Any], ours: bool) -> None:
    asked = scope(host="qd.example", **headers)
    assert (cross_site(asked) is None) is ours
    assert cross_site(asked | {"method": "GET"}) is None


def test_programs_say_nothing_and_may_sign_in() -> None:
    assert cross_site(scope(host="qd.example"), strict=False) is None
    assert cross_site(scope(host="qd.example", origin="http://x"), strict=False) is not None
