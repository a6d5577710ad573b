"""From the claims of a token whose signature is good to a Principal. Pure.

Deny by default: a claim that is missing, of another type or unknown gives nothing.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.errors import Forbidden, Unauthenticated
from quarterdeck_gateway.identity.principal import Principal

Claims = Mapping[str, Any]

_MAX_SUBJECT: Final = 255
_PATTERN: Final = re.compile(r"[-a-z0-9*?]{1,128}")
_TEAM: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_SEPARATORS: Final = re.compile(r"[\s,]+")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class TokenRules:
    """What a token must say, and in which claims it says who its owner is."""

    issuer: str
    audience: str
    role_claim: str
    namespaces_claim: str
    team_claim: str
    default_role: Role | None
    leeway: float


def principal_of(claims: Claims, rules: TokenRules, now: float) -> Principal:
    """The owner of a token. Raises Unauthenticated when it is not for here and now, Forbidden when
    it gives no role."""
    refusal = misdirected(claims, rules) or untimely(claims, rules.leeway, now)
    if refusal is not None:
        raise Unauthenticated(refusal)
    role = role_of(claim(claims, rules.role_claim)) or rules.default_role
    if role is None:
        raise Forbidden(
            f"The token is good, but its claim {rules.role_claim!r} names none of the roles "
            f"{', '.join(Role)}: have the issuer add it."
        )
    return Principal(
        name=f"{issuer_host(rules.issuer)}/{claims['sub']}",
        role=role,
        namespaces=patterns_of(claim(claims, rules.namespaces_claim)),
        team=team_of(claim(claims, rules.team_claim)),
        subject=f"oidc:{json.dumps([rules.issuer, claims['sub']])}",
    )


def misdirected(claims: Claims, rules: TokenRules) -> str | None:
    """Why a token is not of this issuer, for this gateway and about somebody; None when it is."""
    if claims.get("iss") != rules.issuer:
        return "The token is of another issuer."
    audience = claims.get("aud")
    if rules.audience != audience and not (
        isinstance(audience, list) and rules.audience in audience
    ):
        return f"The token is not for the audience {rules.audience!r}."
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
        return "The token has no usable subject."
    return None if subject.isprintable() else "The token has no usable subject."


def untimely(claims: Claims, leeway: float, now: float) -> str | None:
    """Why a token is not valid now; None when it is. ``exp`` is required."""
    expires = seconds(claims.get("exp"))
    if expires is None:
        return "The token does not say when it expires."
    if now >= expires + leeway:
        return "The token has expired: get another one from the issuer."
    for name in ("nbf", "iat"):
        begins = seconds(claims[name]) if name in claims else 0.0
        if begins is None or now < begins - leeway:
            return "The token is not valid yet: compare the clocks of issuer and gateway."
    return None


def seconds(value: object) -> float | None:
    """A NumericDate as seconds since the epoch; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC).timestamp()
    except (OverflowError, ValueError, OSError):
        return None


def claim(claims: Claims, path: str) -> object:
    """The claim of this name, or where dots lead through objects; None when there is none."""
    if path in claims:
        return claims[path]
    found: object = claims
    for part in path.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def words(value: object) -> list[str]:
    """A list of strings, or a string of words, as a list."""
    if isinstance(value, str):
        return [word for word in _SEPARATORS.split(value) if word]
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def role_of(value: object) -> Role | None:
    """The greatest role in a claim, a role or a list; anything else means nothing, also a phrase
    that has a role in it, like the group ``Billing admin``."""
    named = value if isinstance(value, list) else [value]
    known = [Role(name) for name in named if isinstance(name, str) and name in list(Role)]
    return max(known, key=lambda role: role.rank, default=None)


def patterns_of(value: object) -> tuple[str, ...]:
    """Patterns of namespaces, without what cannot be one."""
    return tuple(word for word in words(value) if _PATTERN.fullmatch(word))


def team_of(value: object) -> str:
    """The team, if it could stand in a label; else empty."""
    return value if isinstance(value, str) and _TEAM.fullmatch(value) else ""


def issuer_host(issuer: str) -> str:
    """The issuer in names of Principals. Holds a dot or a colon, so that it is never mistaken for
    the namespace of an ApiKey."""
    parts = urlsplit(issuer)
    host = parts.netloc.rpartition("@")[2]
    return host if "." in host or ":" in host else f"{host}:{_DEFAULT_PORTS.get(parts.scheme, 0)}"
