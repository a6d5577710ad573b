"""The end of every reconcile: one status write, only if it differs, and its Event."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from quarterdeck_operator.cache import Cache
from quarterdeck_operator.cluster.port import Cluster, Manifest, ObjectKey, key_of
from quarterdeck_operator.cluster.status_part import operator_part
from quarterdeck_operator.events import transition


class StatusWriter:
    """Writes through ``cluster`` and keeps ``cache`` as new as its own writes."""

    def __init__(self, cache: Cache, cluster: Cluster) -> None:
        self._cache = cache
        self._cluster = cluster
        self._written: dict[ObjectKey, bytes] = {}

    def is_echo(self, manifest: Mapping[str, Any]) -> bool:
        """Whether our part of the resource's status is the one that was written last."""
        key = key_of(manifest)
        return self._written.get(key) == _digest(operator_part(key.kind, manifest.get("status")))

    def forget(self, key: ObjectKey) -> None:
        """The resource is gone."""
        self._written.pop(key, None)

    async def write(self, manifest: Mapping[str, Any], status: Manifest) -> None:
        """Make ``status`` our part of the resource's; ``manifest`` is its last known state."""
        key = key_of(manifest)
        before = operator_part(key.kind, manifest.get("status"))
        if status == before:
            return
        # Noted before it is sent: the event may be faster than the response.
        self._written[key] = _digest(status)
        self._cache.put(await self._cluster.apply_status(key, status))
        note = transition(key, manifest["metadata"].get("uid", ""), before, status)
        if note is not None:
            await self._cluster.note(note)


def _digest(status: object) -> bytes:
    return sha256(orjson.dumps(status, option=orjson.OPT_SORT_KEYS)).digest()
