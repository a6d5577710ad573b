"""Whether a browser asks for one of our own pages, or for somebody else's. Pure.

A cookie travels by itself, so a change that it authorises must come from a page of this gateway.
Browsers say where a request comes from in headers that no page can set.
"""

from collections.abc import Container
from typing import Any, Final
from urllib.parse import urlsplit

from quarterdeck_gateway.errors import CrossSite

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSAL: Final = (
    "This change was asked for by another site: with a session's cookie, only pages of this "
    "gateway may change anything. Programs send 'Authorization: Bearer <key>'."
)


def cross_site(scope: Any, *, strict: bool = True) -> CrossSite | None:
    """Why a request may not change anything with the session's cookie; None when it may.

    With ``strict`` a request that does not say where it comes from may not; without, it may: it
    comes from a program.
    """
    if scope["method"] in _SAFE:
        return None
    site, origin = _header(scope, b"sec-fetch-site"), _header(scope, b"origin")
    if site is not None:
        return None if site == "same-origin" else CrossSite(_REFUSAL)
    if origin is not None:
        return None if _is_ours(origin, _header(scope, b"host")) else CrossSite(_REFUSAL)
    return CrossSite(_REFUSAL) if strict else None


def is_https_page(scope: Any) -> bool:
    """Whether a page of ours asks that its browser loaded by https: pages cannot set Origin."""
    origin = _header(scope, b"origin")
    return origin is not None and _is_ours(origin, _header(scope, b"host"), schemes=("https",))


def _is_ours(origin: str, host: str | None, *, schemes: Container[str] = ("http", "https")) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    # TLS may end in front of us: the scheme is not ours to compare.
    return parts.scheme in schemes and host is not None and parts.netloc == host.lower()


def _header(scope: Any, wanted: bytes) -> str | None:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    if not values:
        return None
    return values[0].strip().lower() if len(values) == 1 else ""
