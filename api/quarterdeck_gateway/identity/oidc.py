"""Tokens of an OIDC issuer: signature by the issuer's keys, then the claims.

PyJWT checks the signature alone. Times, issuer and audience are judged in ``claims`` with the
gateway's own clock. A token that was good is remembered for a minute by its hash, for a signature
costs more than the rest of a request.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import aiohttp
import jwt
from jwt.exceptions import PyJWTError

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.errors import Unauthenticated
from quarterdeck_gateway.identity.claims import Claims, TokenRules, principal_of, seconds
from quarterdeck_gateway.identity.issuer import KEY_OF_ALGORITHM, Issuer
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.settings import Settings

REMEMBERED_SECONDS: Final = 60.0
MAX_TOKEN_LENGTH: Final = 16 * 1024
_MAX_REMEMBERED: Final = 10_000
# Registered claims are judged elsewhere, with a clock that is passed in.
_SIGNATURE_ONLY: Final[Any] = {
    "verify_signature": True,
    "enforce_minimum_key_length": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class Oidc:
    """Verifies tokens of the issuer in ``settings``. ``session`` connects only where it may."""

    def __init__(
        self,
        settings: Settings,
        session: aiohttp.ClientSession,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules_of(settings)
        self._issuer = Issuer(settings.oidc_issuer, session, monotonic)
        self._now = now
        self._known: OrderedDict[bytes, tuple[Principal, float]] = OrderedDict()

    async def verify(self, credential: str) -> Principal:
        """The owner of the token. Raises Unauthenticated, Forbidden without a role, Unavailable
        while the issuer's keys cannot be had."""
        now = self._now().timestamp()
        digest = hashlib.sha256(credential.encode("utf-8", "surrogateescape")).digest()
        known = self._known.get(digest)
        if known is not None and now < known[1]:
            return known[0]
        claims = await self._signed_claims(credential)
        principal = principal_of(claims, self._rules, now)
        self._remember(digest, principal, claims, now)
        return principal

    async def close(self) -> None:
        """Stop fetching keys."""
        await self._issuer.close()

    async def _signed_claims(self, token: str) -> Claims:
        key_id, algorithm = _header(token)
        key = await self._issuer.key(key_id, algorithm)
        if key is None:
            raise Unauthenticated("The token is signed with a key that its issuer does not have.")
        try:
            claims: Claims = jwt.decode(token, key, algorithms=[algorithm], options=_SIGNATURE_ONLY)
        except (PyJWTError, ValueError, RecursionError) as exc:
            raise Unauthenticated("The token's signature is wrong.") from exc
        return claims

    def _remember(self, digest: bytes, principal: Principal, claims: Claims, now: float) -> None:
        expires = seconds(claims["exp"]) or now
        until = min(expires + self._rules.leeway, now + REMEMBERED_SECONDS)
        self._known[digest] = (principal, until)
        self._known.move_to_end(digest)
        if len(self._known) > _MAX_REMEMBERED:
            self._known.popitem(last=False)


def _header(token: str) -> tuple[str | None, str]:
    if len(token) > MAX_TOKEN_LENGTH:
        raise Unauthenticated("The token is too long.")
    try:
        header = jwt.get_unverified_header(token)
    except (PyJWTError, ValueError, RecursionError) as exc:
        raise Unauthenticated("The token is not a JWT.") from exc
    key_id, algorithm = header.get("kid"), header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in KEY_OF_ALGORITHM:
        accepted = ", ".join(KEY_OF_ALGORITHM)
        raise Unauthenticated(f"The token's algorithm is not one of {accepted}.")
    return (key_id if isinstance(key_id, str) else None), algorithm


def rules_of(settings: Settings) -> TokenRules:
    """The rules that the settings spell."""
    role: Role | None = settings.oidc_default_role
    return TokenRules(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        role_claim=settings.oidc_role_claim,
        namespaces_claim=settings.oidc_namespaces_claim,
        team_claim=settings.oidc_team_claim,
        default_role=role,
        leeway=settings.oidc_leeway_seconds,
    )
