"""API keys, looked up by their HMAC, so that the gateway holds nothing worth stealing.

A key has 32 random bytes: a fast hash is enough, for there is nothing to guess, and whoever times
the look-up learns about an HMAC that they cannot compute without the pepper.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from quarterdeck_contract.names import key_hash
from quarterdeck_gateway.catalogue.port import Catalogue, KeyEntry
from quarterdeck_gateway.errors import GatewayError, Starting, Unauthenticated
from quarterdeck_gateway.identity.principal import Principal, installation_admin

_MAX_REMEMBERED: Final = 10_000

Now = Callable[[], datetime]
Used = Callable[[str, str], None]
"""Called with namespace and name of an ApiKey whenever it has let somebody in."""


def nobody_asks(_namespace: str, _name: str) -> None:
    """Who has no use for it."""


class Keyring:
    """The admin key, known by its SHA-256, and the ApiKeys of the catalogue."""

    def __init__(
        self,
        catalogue: Catalogue,
        pepper: bytes,
        admin_key_hash: str,
        now: Now,
        *,
        used: Used = nobody_asks,
    ) -> None:
        self._catalogue = catalogue
        self._pepper = pepper
        self._admin_hash = admin_key_hash.lower().encode()
        self._now = now
        self._used = used
        self._principals: dict[str, tuple[KeyEntry, Principal]] = {}

    async def verify(self, credential: str) -> Principal:
        """The owner of the key; raises Unauthenticated, or Starting while keys are not known."""
        found = self.find(credential)
        if found is None:
            raise self.unknown()
        return found

    def find(self, key: str) -> Principal | None:
        """The owner of ``key``, None when nobody has it. Raises Unauthenticated, saying why, for
        one that has stopped working: whoever holds it may know."""
        found = self.find_by_hash(self.hash_of(key))
        return installation_admin() if found is None and self._is_admin(key) else found

    def find_by_hash(self, hashed: str) -> Principal | None:
        """The same for the ApiKey whose key has this hash; the admin key has none here."""
        entry = self._catalogue.key_by_hash(hashed)
        if entry is None:
            return None
        not_after = _not_after(entry, hashed)
        now = self._now()
        if (reason := stopped(entry, not_after, now.timestamp())) is not None:
            raise Unauthenticated(reason)
        self._used(entry.namespace, entry.name)
        return self._principal(hashed, entry)

    def hash_of(self, key: str) -> str:
        """The hash by which a key is known."""
        return key_hash(self._pepper, key)

    @property
    def admin_key_hash(self) -> str:
        """SHA-256 of the admin key in hex."""
        return self._admin_hash.decode()

    @property
    def synced(self) -> bool:
        """Whether all keys are known."""
        return self._catalogue.synced

    def unknown(self) -> GatewayError:
        """The refusal for a key that nobody has."""
        if not self._catalogue.synced:
            return Starting("The gateway does not know its API keys yet.", retry_after=1)
        return Unauthenticated(
            "The API key is not one of this gateway: "
            "check the key that is sent as 'Authorization: Bearer <key>'."
        )

    def _principal(self, hashed: str, entry: KeyEntry) -> Principal:
        # Entries are replaced, never changed: the same one gives the same Principal.
        known = self._principals.get(hashed)
        if known is not None and known[0] is entry:
            return known[1]
        if len(self._principals) >= _MAX_REMEMBERED:
            self._principals.clear()
        made = Principal(
            entry.id,
            entry.role,
            entry.namespaces,
            entry.agents,
            entry.team,
            entry.rate_limit,
            subject=entry.subject,
        )
        self._principals[hashed] = (entry, made)
        return made

    def _is_admin(self, key: str) -> bool:
        given = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest().encode()
        # Constant time, and of equal length by construction.
        return hmac.compare_digest(given, self._admin_hash)


def _not_after(entry: KeyEntry, hashed: str) -> float | None:
    # Compared anew: the catalogue's index may be older than its entry by a rotation.
    for known, not_after in entry.hashes.items():
        if hmac.compare_digest(known.encode(), hashed.encode()):
            return not_after
    return float("-inf")


def stopped(entry: KeyEntry, not_after: float | None, now: float) -> str | None:
    """Why a key of this entry no longer works, for its holder; None while it does."""
    if entry.revoked:
        return "This API key was revoked: ask for another one."
    if entry.expires_at is not None and now >= entry.expires_at:
        expired = datetime.fromtimestamp(entry.expires_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
        return f"This API key expired on {expired}: ask for another one."
    if not_after is not None and now >= not_after:
        return "This API key was replaced by a newer one: use that."
    return None
