"""ApiKeys by the hashes of the keys that were issued for them.

Whoever may read ApiKeys sees hashes, and could write one of them into an ApiKey of their own. So
the first to have a hash keeps it. When that was is in the operator's note beside the hash: the age
of an ApiKey says nothing, for a rotation can give an old one any hash.
"""

import structlog

from quarterdeck_gateway.catalogue.entries import issued_keys
from quarterdeck_gateway.catalogue.port import KeyEntry

log = structlog.get_logger(__name__)


class KeyIndex:
    """Entries by hash."""

    def __init__(self) -> None:
        self._claims: dict[str, dict[str, KeyEntry]] = {}
        self._by_hash: dict[str, KeyEntry] = {}

    def get(self, key_hash: str) -> KeyEntry | None:
        """The entry that this hash belongs to."""
        return self._by_hash.get(key_hash)

    def replace(self, old: KeyEntry | None, new: KeyEntry | None) -> None:
        """Put ``new`` in the place of ``old``; None for one that is not there."""
        before = old.hashes if old is not None else {}
        after = new.hashes if new is not None else {}
        for key_hash in before.keys() - after.keys():
            if old is not None:
                self._claims[key_hash].pop(old.id)
                self._decide(key_hash)
        for key_hash in after:
            if new is not None:
                self._claims.setdefault(key_hash, {})[new.id] = new
                self._decide(key_hash)

    def _decide(self, key_hash: str) -> None:
        claims = self._claims[key_hash]
        if not claims:
            del self._claims[key_hash], self._by_hash[key_hash]
            return
        first = min(claims.values(), key=lambda entry: _age(entry, key_hash))
        self._by_hash[key_hash] = first
        if len(claims) > 1:
            log.warning("a key's hash is claimed twice", owner=first.id, claimed_by=sorted(claims))


def _age(entry: KeyEntry, key_hash: str) -> tuple[bool, str, str, str]:
    # RFC 3339 in UTC sorts as text. A hash without a note is newer than any that has one.
    notes = (key.created_at for key in issued_keys(entry.manifest) if key.hash == key_hash)
    noted = min(notes, default=None)
    created = entry.manifest["metadata"].get("creationTimestamp") or ""
    return noted is None, noted or "", created, entry.id
