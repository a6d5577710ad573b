"""The laptop's API server: objects in memory, versions, owners' garbage collection, subscribers.

It knows nothing of kinds: who may write what, and whether it is good, is decided before
(``intake``). One event loop uses it, so every method is a whole transaction.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from quarterdeck_local import objects
from quarterdeck_local.errors import Conflict, NotFound
from quarterdeck_operator.cluster.port import Manifest, ObjectKey, key_of

EventType = Literal["ADDED", "MODIFIED", "DELETED"]
Listener = Callable[[EventType, Manifest], None]


def utc_now() -> str:
    """This second, as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class ObjectStore:
    """Objects by kind, namespace and name. What it returns may be kept but not changed."""

    def __init__(self, *, now: Callable[[], str] = utc_now) -> None:
        self._now = now
        self._objects: dict[ObjectKey, Manifest] = {}
        self._uids: set[str] = set()
        self._listeners: list[Listener] = []
        self._version = 0

    def subscribe(self, listener: Listener) -> None:
        """Call ``listener`` with every object there is, then with every change, as it happens.

        It is called in the middle of a write: it may take notes, not write.
        """
        for manifest in self._objects.values():
            listener("ADDED", manifest)
        self._listeners.append(listener)

    def get(self, key: ObjectKey) -> Manifest | None:
        """The object, or None."""
        return self._objects.get(key)

    def list(self, kind: str, namespace: str | None = None, labels: str = "") -> list[Manifest]:
        """Objects of a kind in order of namespace and name; ``labels`` is an equality selector."""
        return [
            self._objects[key]
            for key in sorted(self._objects)
            if key.kind == kind
            and namespace in (None, key.namespace)
            and objects.matches(self._objects[key], labels)
        ]

    @property
    def resource_version(self) -> str:
        """The version of the last write."""
        return str(self._version)

    def preview(self, manifest: Mapping[str, Any]) -> Manifest:
        """What ``put`` would store."""
        old, version = self._objects.get(key_of(manifest)), self._version + 1
        if old is None:
            return objects.created(manifest, version=version, now=self._now())
        return objects.replaced(old, manifest, version=version)

    def put(self, manifest: Mapping[str, Any]) -> Manifest:
        """Create the object, or replace all of it but its status; the object as stored.

        A write that changes nothing keeps the version and tells nobody. An object whose owners
        are all gone goes at once, as garbage collection would have it.
        """
        key = key_of(manifest)
        old = self._objects.get(key)
        new = self.preview(manifest)
        return self._added(key, new) if old is None else self._replaced(key, old, new)

    def put_status(self, key: ObjectKey, status: Mapping[str, Any]) -> Manifest:
        """Replace the status; the object as stored. Raises NotFound."""
        old = self._existing(key)
        return self._replaced(key, old, objects.with_status(old, status, version=self._version + 1))

    def delete(self, key: ObjectKey, uid: str | None = None) -> Manifest:
        """Delete the object and all it owns; the object as it was.

        Raises NotFound, and Conflict when ``uid`` is given and the object's is another.
        """
        old = self._existing(key)
        if uid is not None and uid != old["metadata"]["uid"]:
            raise Conflict(f"{key} has been replaced by another object of that name")
        self._remove(key)
        return old

    def _existing(self, key: ObjectKey) -> Manifest:
        if key not in self._objects:
            raise NotFound(f'{key.kind} "{key.name}" not found in namespace "{key.namespace}"')
        return self._objects[key]

    def _added(self, key: ObjectKey, new: Manifest) -> Manifest:
        self._version += 1
        self._objects[key] = new
        self._uids.add(new["metadata"]["uid"])
        self._tell("ADDED", new)
        owners = objects.owners(new)
        if owners and not owners & self._uids:
            self._remove(key)
        return new

    def _replaced(self, key: ObjectKey, old: Manifest, new: Manifest) -> Manifest:
        if new is old:
            return old
        self._version += 1
        self._objects[key] = new
        self._tell("MODIFIED", new)
        return new

    def _remove(self, key: ObjectKey) -> None:
        gone = self._objects.pop(key)
        self._version += 1
        self._uids.discard(gone["metadata"]["uid"])
        version = {"resourceVersion": str(self._version)}
        self._tell("DELETED", gone | {"metadata": gone["metadata"] | version})
        for dependent in list(self._left_alone_by(gone["metadata"]["uid"])):
            if dependent in self._objects:
                self._remove(dependent)

    def _left_alone_by(self, uid: str) -> Iterator[ObjectKey]:
        for key, manifest in self._objects.items():
            owners = objects.owners(manifest)
            if uid in owners and not owners & self._uids:
                yield key

    def _tell(self, event: EventType, manifest: Manifest) -> None:
        for listener in self._listeners:
            listener(event, manifest)
