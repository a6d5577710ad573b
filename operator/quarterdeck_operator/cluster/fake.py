"""A cluster in memory, for tests: server-side apply, versions, events, faults, and every call.

It keeps the promises of the ``Cluster`` port that the shared contract test checks, also of the
real adapter, and those only: no defaults, no admission, no controllers.
"""

import base64
import copy
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from quarterdeck_operator.cluster.ownership import controls, judge
from quarterdeck_operator.cluster.port import Manifest, Note, ObjectKey, Probe, key_of
from quarterdeck_operator.cluster.status_part import with_operator_part
from quarterdeck_operator.drift import MERGED_LISTS
from quarterdeck_operator.errors import OperatorError, Transient

Listener = Callable[[Any, Manifest], None]


class FakeCluster:
    """``calls`` counts what the operator did by (verb, kind); ``listeners`` get every change."""

    def __init__(self) -> None:
        self.objects: dict[ObjectKey, Manifest] = {}
        self.calls: Counter[tuple[str, str]] = Counter()
        self.notes: list[Note] = []
        self.probes: dict[str, Probe] = {}
        self.listeners: list[Listener] = []
        self._faults: defaultdict[str, list[OperatorError]] = defaultdict(list)
        self._applied: dict[ObjectKey, Manifest] = {}
        self._version = 0
        self._uids = 0

    # What the operator does: the port.

    async def secret(self, namespace: str, name: str) -> Mapping[str, bytes] | None:
        """See Cluster."""
        found = self._read("secret", ObjectKey("Secret", namespace, name))
        if found is None:
            return None
        plain = {k: v.encode() for k, v in found.get("stringData", {}).items()}
        return {k: base64.b64decode(v) for k, v in found.get("data", {}).items()} | plain

    async def config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """See Cluster."""
        found = self._read("config_map", ObjectKey("ConfigMap", namespace, name))
        return None if found is None else dict(found["data"])

    async def pods(self, namespace: str, labels: Mapping[str, str]) -> Sequence[Manifest]:
        """See Cluster."""
        self._called("pods", ObjectKey("Pod", namespace, ""))
        return [
            copy.deepcopy(found)
            for key, found in self.objects.items()
            if (key.kind, key.namespace) == ("Pod", namespace)
            and labels.items() <= found["metadata"].get("labels", {}).items()
        ]

    async def apply(self, manifest: Manifest, *, uid: str | None) -> Manifest:
        """See Cluster."""
        key = key_of(manifest)
        self._called("apply", key)
        stored = self.objects.get(key)
        if stored is not None and stored["metadata"]["uid"] != uid:
            judge(manifest, stored)
        if stored is None and uid is not None:
            raise Transient("Gone", f"{key} with uid {uid} is gone")
        without = _without(stored or {}, self._applied.get(key, {}), manifest)
        self._applied[key] = copy.deepcopy(manifest)
        return self._store(_merged(without, manifest))

    async def apply_status(self, key: ObjectKey, status: Manifest) -> Manifest:
        """See Cluster."""
        self._called("status", key)
        if key not in self.objects:
            raise Transient("Gone", f"{key} is gone")
        stored = self.objects[key]
        merged = with_operator_part(key.kind, stored.get("status"), copy.deepcopy(status))
        return self._store(stored | {"status": merged})

    async def delete(self, key: ObjectKey, uid: str) -> None:
        """See Cluster."""
        self._called("delete", key)
        stored = self.objects.get(key)
        if stored is not None and stored["metadata"]["uid"] == uid:
            self.remove(key)

    async def note(self, note: Note) -> None:
        """See Cluster."""
        self.notes.append(note)

    async def probe(self, url: str) -> Probe:
        """See Cluster."""
        self.calls["probe", url] += 1
        return self.probes.get(url, Probe(False, "connection refused"))

    # What others do.

    def put(self, manifest: Mapping[str, Any]) -> Manifest:
        """A person creates an object or replaces all of it but its identity and status."""
        key = key_of(manifest)
        stored = self.objects.get(key, {})
        kept = {"status": stored["status"]} if "status" in stored else {}
        identity = stored.get("metadata", {})
        metadata = {k: identity[k] for k in ("uid", "generation") if k in identity}
        new = copy.deepcopy(dict(manifest))
        return self._store(kept | new | {"metadata": metadata | new["metadata"]})

    def change(self, key: ObjectKey, change: Callable[[Manifest], None]) -> Manifest:
        """Anybody edits an object in place."""
        edited = copy.deepcopy(self.objects[key])
        change(edited)
        return self._store(edited)

    def remove(self, key: ObjectKey, *, collect: bool = False) -> None:
        """An object is deleted; ``collect`` takes what it controls along."""
        gone = self.objects.pop(key)
        self._applied.pop(key, None)
        self._version += 1
        gone = gone | {"metadata": gone["metadata"] | {"resourceVersion": str(self._version)}}
        self._tell("DELETED", gone)
        if collect:
            uid = gone["metadata"]["uid"]
            for child in [k for k, found in self.objects.items() if controls(uid, found)]:
                self.remove(child)

    def fail(self, verb: str, *errors: OperatorError) -> None:
        """The next calls of ``verb`` (apply, status, delete, secret, pods ...) raise these."""
        self._faults[verb] += errors

    def writes(self) -> int:
        """How many writing requests were made so far."""
        return sum(n for (verb, _), n in self.calls.items() if verb in _WRITES)

    def _read(self, verb: str, key: ObjectKey) -> Manifest | None:
        self._called(verb, key)
        return self.objects.get(key)

    def _called(self, verb: str, key: ObjectKey) -> None:
        self.calls[verb, key.kind] += 1
        if self._faults[verb]:
            raise self._faults[verb].pop(0)

    def _store(self, manifest: Manifest) -> Manifest:
        key, metadata = key_of(manifest), manifest["metadata"]
        before = self.objects.get(key)
        if before is not None and before == manifest:
            return copy.deepcopy(before)
        self._version += 1
        if "uid" not in metadata:
            self._uids += 1
            metadata["uid"] = f"uid-{self._uids}"
        if before is None or before.get("spec") != manifest.get("spec"):
            metadata["generation"] = metadata.get("generation", 0) + 1
        metadata["resourceVersion"] = str(self._version)
        self.objects[key] = copy.deepcopy(manifest)
        self._tell("ADDED" if before is None else "MODIFIED", manifest)
        return copy.deepcopy(manifest)

    def _tell(self, event_type: str, manifest: Manifest) -> None:
        for listener in list(self.listeners):
            listener(event_type, copy.deepcopy(manifest))


_WRITES = frozenset({"apply", "status", "delete"})


def _merged(stored: Any, applied: Any, field: str = "") -> Any:
    if isinstance(stored, Mapping) and isinstance(applied, Mapping):
        fields = {k: _merged(stored.get(k), v, k) for k, v in applied.items()}
        return {**copy.deepcopy(dict(stored)), **fields}
    key = MERGED_LISTS.get(field)
    if key is None or not isinstance(stored, list):
        return copy.deepcopy(applied)
    by_key = {item[key]: item for item in stored}
    items = [_merged(by_key.get(item[key]), item) for item in applied]
    named = {item[key] for item in applied}
    return items + [copy.deepcopy(item) for item in stored if item[key] not in named]


def _without(stored: Any, before: Any, now: Any) -> Any:
    """``stored`` less the fields that were applied ``before`` and are not applied ``now``."""
    if not (isinstance(stored, Mapping) and isinstance(before, Mapping)):
        return stored
    after = now if isinstance(now, Mapping) else {}
    return {
        name: _without(value, before.get(name), after.get(name))
        for name, value in stored.items()
        if name not in before or name in after
    }
