"""Which web pages may call the API: those of named origins, and none unless some are named.

Pages elsewhere must set the header with the key themselves; the cookie of a session is for the
gateway's own pages alone, so credentials stay off.
"""

import re
from collections.abc import Sequence
from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from quarterdeck_contract.names import (
    HEADER_AGENT,
    HEADER_COST,
    HEADER_DEMO_MODEL,
    HEADER_MODEL,
    HEADER_REQUEST_ID,
)

_ORIGIN: Final = re.compile(r"https?://[^/*?#@\s]+")
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_REQUEST_HEADERS: Final = (
    "authorization",
    "content-type",
    "if-match",
    "if-none-match",
    HEADER_REQUEST_ID,
)
_LIMITS: Final = tuple(
    f"x-ratelimit-{part}-{unit}"
    for unit in ("requests", "tokens")
    for part in ("limit", "remaining", "reset")
)
_RESPONSE_HEADERS: Final = (
    HEADER_REQUEST_ID,
    HEADER_AGENT,
    HEADER_MODEL,
    HEADER_COST,
    HEADER_DEMO_MODEL,
    "etag",
    "retry-after",
    *_LIMITS,
)
_PREFLIGHT_SECONDS: Final = 600


def cors(origins: Sequence[str]) -> list[Middleware]:
    """The middleware for these origins, none for none.

    Raises ValueError for what is not an exact origin: ``*`` would let in every page there is.
    """
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"QUARTERDECK_CORS_ORIGINS: {origin!r} is not an origin like https://example.com"
            )
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=tuple(origins),
            allow_methods=_METHODS,
            allow_headers=_REQUEST_HEADERS,
            allow_credentials=False,
            expose_headers=_RESPONSE_HEADERS,
            max_age=_PREFLIGHT_SECONDS,
        )
    ]
