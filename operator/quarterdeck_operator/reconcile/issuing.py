"""Makes the keys of ApiKeys: into a Secret once, and again when they are rotated or lost.

The key itself is held only for as long as it takes to write it.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from quarterdeck_contract.names import (
    API_KEY_SECRET_FIELD,
    api_key_secret_name,
    key_hash,
    key_hint,
    new_key,
)
from quarterdeck_contract.v1alpha1.api_key import ApiKey, IssuedKey
from quarterdeck_operator import reasons
from quarterdeck_operator.builders.key_secret import (
    ANNOTATION_KEY_CREATED,
    ANNOTATION_KEY_HASH,
    ANNOTATION_KEY_REVISION,
    build_key_secret,
    claimed_secret,
)
from quarterdeck_operator.cache import Cache, resource_version_of, without_content
from quarterdeck_operator.cluster.ownership import judge
from quarterdeck_operator.cluster.port import Cluster, Manifest, Note, ObjectKey, key_of
from quarterdeck_operator.keyring import Keys, overlap_end, with_newest, written
from quarterdeck_operator.pepper import Pepper

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Held:
    """The key in a Secret, without the key."""

    hash: str
    hint: str


class KeyIssuer:
    """Writes through ``cluster`` and keeps ``cache`` as new as its own writes."""

    def __init__(self, cache: Cache, cluster: Cluster, pepper: Pepper) -> None:
        self._cache = cache
        self._cluster = cluster
        self._pepper = pepper
        self._held: dict[ObjectKey, tuple[str, _Held | None]] = {}

    async def issue(self, api_key: ApiKey, keys: Keys, now: datetime) -> Keys:
        """The keys that should work, newest first; ``keys`` are those so far.

        Raises OperatorError.
        """
        if api_key.spec.hash is not None:
            return _shown_elsewhere(api_key, api_key.spec.hash, keys, now)
        pepper = await self._pepper.read()
        issued = await self._issued(api_key, pepper)
        if issued is None or issued.revision < api_key.spec.revision:
            why = _why(api_key, keys, lost=issued is None)
            issued = await self._make(api_key, pepper, now)
            await self._tell(api_key, why)
        if keys and keys[0].hash == issued.hash:
            return keys
        return with_newest(keys, issued, overlap_end(api_key, now), now)

    async def _issued(self, api_key: ApiKey, pepper: bytes) -> IssuedKey | None:
        """The public side of the key in the Secret; None if there is none that was made here."""
        found = self._cache.get(_secret_of(api_key))
        if found is None:
            return None
        judge(claimed_secret(api_key), found)
        said = found["metadata"].get("annotations", {})
        held = await self._read(found, pepper)
        revision = str(said.get(ANNOTATION_KEY_REVISION, ""))
        if held is None or held.hash != said.get(ANNOTATION_KEY_HASH) or not revision.isdecimal():
            return None
        return IssuedKey(
            hash=held.hash,
            revision=int(revision),
            hint=held.hint,
            created_at=str(said.get(ANNOTATION_KEY_CREATED, "")),
        )

    async def _read(self, found: Manifest, pepper: bytes) -> _Held | None:
        """What the Secret holds, read again only when its resourceVersion has moved."""
        key, version = key_of(found), resource_version_of(found)
        known = self._held.get(key)
        if known is not None and known[0] == version:
            return known[1]
        data = await self._cluster.secret(key.namespace, key.name) or {}
        value = data.get(API_KEY_SECRET_FIELD, b"").decode("utf-8", "surrogateescape")
        held = _Held(key_hash(pepper, value), key_hint(value)) if value else None
        self._held[key] = version, held
        return held

    async def _make(self, api_key: ApiKey, pepper: bytes, now: datetime) -> IssuedKey:
        key = new_key()
        issued = IssuedKey(
            hash=key_hash(pepper, key),
            revision=api_key.spec.revision,
            hint=key_hint(key),
            created_at=written(now),
        )
        found = self._cache.get(_secret_of(api_key))
        uid = None if found is None else str(found["metadata"]["uid"])
        stored = await self._cluster.apply(build_key_secret(api_key, key, issued), uid=uid)
        metadata = without_content("Secret", stored)
        self._cache.put(metadata)
        held = _Held(issued.hash, key_hint(key))
        self._held[key_of(metadata)] = resource_version_of(metadata), held
        _log.info("key issued", api_key=str(_key(api_key)), revision=issued.revision)
        return issued

    async def _tell(self, api_key: ApiKey, why: str) -> None:
        """An Event where a key took another's place: whoever uses the old one must act."""
        if why:
            ends = f"the old key works on for {api_key.spec.overlap_seconds} s"
            message = f'{why}: a new key is in Secret "{_secret_of(api_key).name}", {ends}'
            uid, key = api_key.metadata.uid, _key(api_key)
            await self._cluster.note(Note(key, uid, "Normal", reasons.KEY_REPLACED, message))


def _shown_elsewhere(api_key: ApiKey, hash_: str, keys: Keys, now: datetime) -> Keys:
    if keys and keys[0].hash == hash_:
        return keys
    issued = IssuedKey(
        hash=hash_,
        revision=api_key.spec.revision,
        hint=api_key.spec.hint,
        created_at=written(now),
    )
    return with_newest(keys, issued, overlap_end(api_key, now), now)


def _why(api_key: ApiKey, keys: Keys, *, lost: bool) -> str:
    if not keys:
        return ""
    if keys[0].revision < api_key.spec.revision:
        return f"spec.revision was raised to {api_key.spec.revision}"
    return "the Secret was deleted or edited" if lost else ""


def _key(api_key: ApiKey) -> ObjectKey:
    return ObjectKey("ApiKey", api_key.metadata.namespace, api_key.metadata.name)


def _secret_of(api_key: ApiKey) -> ObjectKey:
    name = api_key_secret_name(api_key.metadata.name)
    return ObjectKey("Secret", api_key.metadata.namespace, name)
