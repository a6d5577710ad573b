"""The signing keys of an OIDC issuer: found by discovery, kept, and fetched anew when they change.

A token may name any key it likes, so an unknown one makes at most one request to the issuer in
``pause`` seconds, whoever asks. While the issuer is away its last keys stay in force: tokens end by
themselves.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp
import orjson
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from quarterdeck_gateway.errors import Unavailable

log = structlog.get_logger(__name__)

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
MAX_DOCUMENT_BYTES: Final = 512 * 1024
FETCH_SECONDS: Final = 5.0
_MAX_KEYS: Final = 100

KEY_OF_ALGORITHM: Final[Mapping[str, tuple[str, str | None]]] = {
    **{f"{kind}{bits}": ("RSA", None) for kind in ("RS", "PS") for bits in (256, 384, 512)},
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""Algorithms that are accepted -> type and curve that their key must have. Never ``none``, never
HS*: those would take a public key for a shared secret."""


class IssuerFailed(Exception):
    """The issuer's documents could not be had; the message is for the log."""


class Issuer:
    """The keys of the issuer at ``url``. Needs a running event loop; ``close`` it in the end."""

    def __init__(
        self,
        url: str,
        session: aiohttp.ClientSession,
        monotonic: Callable[[], float],
        *,
        max_age: float = 300.0,
        pause: float = 10.0,
    ) -> None:
        self._url = url
        self._session = session
        self._monotonic = monotonic
        self._max_age = max_age
        self._pause = pause
        self._keys: list[Mapping[str, Any]] | None = None
        self._fetched_at = self._tried_at = -math.inf
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        """The key of this id, or the only one that fits when there is no id; None when there is
        none. Raises Unavailable when that cannot be told now."""
        if self._keys is None:
            await self._refresh()
        elif self._monotonic() - self._fetched_at > self._max_age:
            self._begin()
        found = select(self._keys or (), key_id, algorithm)
        if found is None:
            await self._refresh()
            found = select(self._keys or (), key_id, algorithm)
        if found is None and self._fetched_at < self._tried_at:
            raise Unavailable(
                "The issuer of tokens cannot be reached now: try again.",
                retry_after=math.ceil(self._pause),
            )
        return found

    async def close(self) -> None:
        """Stop fetching."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def _refresh(self) -> None:
        fetching = self._begin()
        if fetching is not None:
            # Whoever waits may leave; the fetch is for everybody.
            await asyncio.shield(fetching)

    def _begin(self) -> asyncio.Task[None] | None:
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        if self._monotonic() - self._tried_at < self._pause:
            return None
        self._tried_at = self._monotonic()
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            self._keys = await self._signing_keys()
        except IssuerFailed as exc:
            log.warning("OIDC issuer failed", issuer=self._url, reason=str(exc))
        else:
            self._fetched_at = self._monotonic()

    async def _signing_keys(self) -> list[Mapping[str, Any]]:
        found = await self._document(self._url.rstrip("/") + DISCOVERY_PATH)
        if found.get("issuer") != self._url:
            raise IssuerFailed(f"its discovery document is of {found.get('issuer')!r}")
        address = found.get("jwks_uri")
        if not isinstance(address, str) or not _as_safe(address, self._url):
            raise IssuerFailed("its discovery document names no safe jwks_uri")
        keys = (await self._document(address)).get("keys")
        if not isinstance(keys, list) or len(keys) > _MAX_KEYS:
            raise IssuerFailed("its key set has no list of keys, or too many")
        return [key for key in keys if isinstance(key, dict)]

    async def _document(self, url: str) -> dict[str, Any]:
        try:
            async with (
                asyncio.timeout(FETCH_SECONDS),
                self._session.get(url, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise IssuerFailed(f"{url} answers {response.status}")
                document = orjson.loads(await _bounded(response))
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            raise IssuerFailed(f"{url}: {exc!r}") from exc
        if not isinstance(document, dict):
            raise IssuerFailed(f"{url} is not a JSON object")
        return document


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > MAX_DOCUMENT_BYTES:
            raise IssuerFailed(f"{response.url} is longer than {MAX_DOCUMENT_BYTES} bytes")
    return bytes(body)


def _as_safe(address: str, issuer: str) -> bool:
    # Keys that came over plain HTTP could be anybody's, unless the issuer itself is there.
    return address.startswith("https://") or (
        issuer.startswith("http://") and address.startswith("http://")
    )


def select(
    keys: "list[Mapping[str, Any]] | tuple[()]", key_id: str | None, algorithm: str
) -> PyJWK | None:
    """The key for a token's header; None unless exactly one fits in id, type, curve and use."""
    fitting = [key for key in keys if _fits(key, key_id, algorithm)]
    if len(fitting) != 1:
        return None
    try:
        return PyJWK(dict(fitting[0]), algorithm)
    except PyJWTError as exc:
        log.warning("OIDC issuer has a key that is none", key_id=key_id, reason=repr(exc))
        return None


def _fits(key: Mapping[str, Any], key_id: str | None, algorithm: str) -> bool:
    kind, curve = KEY_OF_ALGORITHM[algorithm]
    return (
        (key_id is None or key.get("kid") == key_id)
        and key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )
