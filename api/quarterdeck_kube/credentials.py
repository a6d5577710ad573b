"""Where the API server is and how to prove who we are, as one value that can be logged safely.

Tokens are sources, not strings: a service account's token changes on disk about hourly and an
exec plugin's expires within minutes, while the process and its watches live on.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

TOKEN_MAX_AGE: Final = 60.0
"""Seconds for which a token is used before its file or plugin is asked again."""


class TokenSource(Protocol):
    """Gives the value of the ``Authorization`` header."""

    async def authorization(self, *, refused: str | None = None) -> str | None:
        """The current value; ``refused`` is one that the server just answered 401 to."""
        ...


class StaticToken:
    """A bearer token that never changes."""

    def __init__(self, token: str) -> None:
        self._value = f"Bearer {token.strip()}"

    async def authorization(self, *, refused: str | None = None) -> str | None:
        """Always the same value."""
        return self._value


class RereadToken:
    """A value that is read again, in a thread, once it is old or was refused.

    ``read(force)`` returns the header's value; ``force`` asks to by-pass its own caches.
    """

    def __init__(
        self,
        read: Callable[[bool], str | None],
        *,
        max_age: float = TOKEN_MAX_AGE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._max_age = max_age
        self._clock = clock
        self._value: str | None = None
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    async def authorization(self, *, refused: str | None = None) -> str | None:
        """The value in hand while it is fresh; one reader at a time when it is not."""
        async with self._reading:
            # Of many requests refused at once, the first reads; the rest find a newer value.
            force = refused is not None and refused == self._value
            if force or self._stale():
                self._value = await asyncio.to_thread(self._read, force)
                self._read_at = self._clock()
            return self._value

    def _stale(self) -> bool:
        return self._read_at is None or self._clock() - self._read_at >= self._max_age


@dataclass(frozen=True)
class Credentials:
    """How to reach and authenticate to one API server.

    ``server`` is its base URL, without a trailing slash; ``tls`` None means the system's
    authorities; ``namespace`` is the one to use when the caller names none. ``tls_server_name``
    replaces the host name in the certificate check, ``proxy`` is an HTTP proxy's URL.
    """

    server: str
    token: TokenSource | str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    namespace: str = "default"
    tls_server_name: str | None = None
    proxy: str | None = field(default=None, repr=False)

    @property
    def token_source(self) -> TokenSource | None:
        """The source of the Authorization header, None for anonymous or certificate login."""
        return StaticToken(self.token) if isinstance(self.token, str) else self.token


def tls_context(
    *, ca_file: str | None, verify: bool = True, cert: tuple[str, str] | None = None
) -> ssl.SSLContext:
    """A client context trusting ``ca_file`` (None: the system's authorities).

    ``cert`` is (certificate file, key file). Raises OSError when a file is missing or not PEM.
    """
    context = ssl.create_default_context(cafile=ca_file)
    # Authorities made by older cluster installers lack extensions that Python 3.13 insists on.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert is not None:
        context.load_cert_chain(*cert)
    return context
