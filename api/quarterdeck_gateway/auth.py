"""Who may come in: keys are compared as hashes, so that the gateway holds nothing worth stealing.

A key has 32 random bytes, so a fast hash is enough: there is nothing to guess.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Principal:
    """Whoever a request comes from."""

    name: str
    role: str


class KeyVerifier(Protocol):
    """Knows which keys are good."""

    def verify(self, key: str) -> Principal | None:
        """The owner of ``key``; None when it is not a good one."""
        ...


class AdminKeyVerifier:
    """Accepts the one key whose SHA-256 (lower-case hex) is ``key_hash``."""

    def __init__(self, key_hash: str) -> None:
        self._hash = key_hash.lower().encode()

    def verify(self, key: str) -> Principal | None:
        given = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest().encode()
        # Constant time, and of equal length by construction.
        return Principal("admin", "admin") if hmac.compare_digest(given, self._hash) else None


def bearer_key(authorization: str) -> str | None:
    """The key in an Authorization header's value; None when it is not a bearer token."""
    scheme, _, key = authorization.partition(" ")
    key = key.strip()
    return key if scheme.lower() == "bearer" and key else None
