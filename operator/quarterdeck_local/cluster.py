"""The operator's ``Cluster`` port over the laptop's store: what makes standalone mode run the very
same reconcilers as a cluster.
"""

import base64
from collections.abc import Mapping, Sequence

import aiohttp

from quarterdeck_local.errors import Conflict, NotFound
from quarterdeck_local.journal import Journal
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.ownership import judge
from quarterdeck_operator.cluster.port import Manifest, Note, ObjectKey, Probe, key_of
from quarterdeck_operator.cluster.probe import probe
from quarterdeck_operator.cluster.status_part import with_operator_part
from quarterdeck_operator.errors import Transient


class LocalCluster:
    """A cluster of one laptop. ``session`` probes agents that run elsewhere."""

    def __init__(
        self, store: ObjectStore, journal: Journal, session: aiohttp.ClientSession
    ) -> None:
        self._store = store
        self._journal = journal
        self._session = session

    async def secret(self, namespace: str, name: str) -> Mapping[str, bytes] | None:
        found = self._store.get(ObjectKey("Secret", namespace, name))
        if found is None:
            return None
        return {key: base64.b64decode(value) for key, value in found.get("data", {}).items()}

    async def config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        found = self._store.get(ObjectKey("ConfigMap", namespace, name))
        return None if found is None else found.get("data", {})

    async def pods(self, namespace: str, labels: Mapping[str, str]) -> Sequence[Manifest]:
        # Nothing to add: here the Deployment's own status says why workers are missing.
        return ()

    async def apply(self, manifest: Manifest, *, uid: str | None) -> Manifest:
        key = key_of(manifest)
        found = self._store.get(key)
        if found is None and uid is not None:
            raise Transient("Conflict", f"{key} has gone meanwhile")
        if found is not None and found["metadata"]["uid"] != uid:
            judge(manifest, found)
        return self._store.put(_with_scale_of(found, manifest))

    async def apply_status(self, key: ObjectKey, status: Manifest) -> Manifest:
        found = self._store.get(key)
        stored = found.get("status") if found is not None else None
        try:
            return self._store.put_status(key, with_operator_part(key.kind, stored, status))
        except NotFound as exc:
            raise Transient("NotFound", str(exc)) from exc

    async def delete(self, key: ObjectKey, uid: str) -> None:
        try:
            self._store.delete(key, uid)
        except (NotFound, Conflict):
            return

    async def note(self, note: Note) -> None:
        self._journal.write(note)

    async def probe(self, url: str) -> Probe:
        return await probe(self._session, url)


def _with_scale_of(found: Manifest | None, manifest: Manifest) -> Manifest:
    """Who leaves ``replicas`` out leaves them to the autoscaler, whose choice then stays."""
    if manifest["kind"] != "Deployment" or found is None or "replicas" not in found["spec"]:
        return manifest
    return manifest | {"spec": {"replicas": found["spec"]["replicas"]} | manifest["spec"]}
