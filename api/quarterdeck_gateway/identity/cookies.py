"""The session's cookie in requests and responses. Pure.

On https its name begins with ``__Host-``: no other host, not even one of the same domain, can
plant it. Scripts cannot read it, and browsers do not send it along from other sites.
"""

from collections.abc import Iterator
from typing import Any, Final

from quarterdeck_gateway.identity.client_address import Networks, comes_through
from quarterdeck_gateway.identity.same_origin import is_https_page
from quarterdeck_gateway.identity.sessions import SESSION_SECONDS

PLAIN_NAME: Final = "qd_session"
SECURE_NAME: Final = "__Host-qd_session"
_ATTRIBUTES: Final = "Path=/; HttpOnly; SameSite=Strict"
_FORWARDED_PROTO: Final = b"x-forwarded-proto"


def is_https(scope: Any, trusted: Networks) -> bool:
    """Whether the browser speaks https; X-Forwarded-Proto is believed of trusted proxies alone."""
    if scope.get("scheme") == "https":
        return True
    if not comes_through(scope, trusted):
        return False
    values = [value for name, value in scope["headers"] if name == _FORWARDED_PROTO]
    # The first is the hop of the browser itself.
    first = b",".join(values).split(b",")[0].strip().lower()
    return first == b"https"


def sign_in_is_https(scope: Any, trusted: Networks) -> bool:
    """The same at sign-in, where the page itself says how it was loaded. So the cookie is a secure
    one behind a proxy that nobody has declared, too."""
    return is_https(scope, trusted) or is_https_page(scope)


def session_token(scope: Any, *, https: bool) -> str | None:
    """The token in a request's cookies; None when there is none, or more than one.

    What looks like http may be https behind a proxy that nobody has declared: there both names
    count, and the one that cannot be planted wins. On https that one alone does.
    """
    found = dict[str, list[str]]()
    for name, value in _cookies(scope):
        found.setdefault(name, []).append(value)
    values = found.get(SECURE_NAME) or ([] if https else found.get(PLAIN_NAME, []))
    return values[0] if len(values) == 1 else None


def no_cookies(scope: Any, *, https: bool) -> list[str]:
    """The Set-Cookie headers that end whatever session a request's cookies are of."""
    sent = {name for name, _ in _cookies(scope)}
    return [
        no_cookie(https=secure)
        for name, secure in ((SECURE_NAME, True), (PLAIN_NAME, False))
        if name in sent or secure is https
    ]


def _cookies(scope: Any) -> Iterator[tuple[str, str]]:
    """Names and values of the cookies in a request."""
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
    for pair in (pair for line in lines for pair in line.split(";")):
        name, _, value = pair.strip().partition("=")
        yield name, value


def cookie(token: str, *, https: bool) -> str:
    """The Set-Cookie header that begins a session."""
    return f"{_named(https, token)}; Max-Age={SESSION_SECONDS}; {_attributes(https)}"


def no_cookie(*, https: bool) -> str:
    """The Set-Cookie header that ends a session."""
    return f"{_named(https, '')}; Max-Age=0; {_attributes(https)}"


def _named(https: bool, token: str) -> str:
    return f"{SECURE_NAME if https else PLAIN_NAME}={token}"


def _attributes(https: bool) -> str:
    return f"{_ATTRIBUTES}; Secure" if https else _ATTRIBUTES
