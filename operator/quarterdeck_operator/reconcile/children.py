"""Makes the children what the builders said: applies what differs, deletes what is no more.

What is as it should be costs no request, and nothing that another owns is touched.
"""

from collections.abc import Iterable

import structlog

from quarterdeck_operator.cache import Cache, resource_version_of
from quarterdeck_operator.cluster.ownership import judge
from quarterdeck_operator.cluster.port import Cluster, Manifest, ObjectKey, key_of
from quarterdeck_operator.drift import contains, drifted

_log = structlog.get_logger(__name__)


class Children:
    """Writes through ``cluster`` and keeps ``cache`` as new as its own writes."""

    def __init__(self, cache: Cache, cluster: Cluster) -> None:
        self._cache = cache
        self._cluster = cluster
        # Versions that differ from what was applied although it was applied just now: an
        # admission policy has the last word there, and repeating the apply would never end.
        self._conceded: dict[ObjectKey, str] = {}

    async def apply(self, built: Iterable[Manifest]) -> None:
        """Apply each manifest that is missing or has drifted, in order. Raises OperatorError."""
        for manifest in built:
            key = key_of(manifest)
            found = self._cache.get(key)
            if found is not None:
                judge(manifest, found)
            if found is None or self._must_repair(manifest, found):
                uid = None if found is None else str(found["metadata"]["uid"])
                self._keep(manifest, await self._cluster.apply(manifest, uid=uid))

    async def prune(self, owner_uid: str, built: Iterable[Manifest]) -> None:
        """Delete what the owner controls and is not built any more. Raises OperatorError."""
        wanted = {key_of(manifest) for manifest in built}
        for child in list(self._cache.children(owner_uid)):
            key, metadata = key_of(child), child["metadata"]
            if key not in wanted and "deletionTimestamp" not in metadata:
                await self._cluster.delete(key, metadata["uid"])
                self._cache.drop(key)
                self._conceded.pop(key, None)

    def _must_repair(self, manifest: Manifest, found: Manifest) -> bool:
        conceded = self._conceded.get(key_of(manifest)) == resource_version_of(found)
        return drifted(manifest, found) and not conceded

    def _keep(self, built: Manifest, stored: Manifest) -> None:
        key = key_of(built)
        self._cache.put(stored)
        if contains(stored, built):
            self._conceded.pop(key, None)
        else:
            self._conceded[key] = resource_version_of(stored)
            _log.warning("child differs from what was applied", child=str(key))
