"""Which version of each object was reported last: what turns a LIST into the changes it implies.

After a watch was cut, only the difference to a new LIST tells what was deleted meanwhile. Versions
are all that is kept, so that a process with its own cache does not hold everything twice.
"""

from collections.abc import Set
from typing import Literal

from quarterdeck_kube.resources import Manifest, Resource

EventType = Literal["ADDED", "MODIFIED", "DELETED"]
Key = tuple[str, str]
"""(namespace, name); the namespace of cluster-scoped objects is empty."""


def key_of(manifest: Manifest) -> Key:
    """The key of an object."""
    metadata = manifest["metadata"]
    return metadata.get("namespace") or "", metadata["name"]


class Versions:
    """Last reported resourceVersion by key, for objects of one resource."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._known: dict[Key, str] = {}

    def __len__(self) -> int:
        return len(self._known)

    def present(self, manifest: Manifest) -> EventType | None:
        """How an object that exists differs from what was reported; None when it does not."""
        key, version = key_of(manifest), manifest["metadata"]["resourceVersion"]
        before = self._known.get(key)
        if before == version:
            return None
        self._known[key] = version
        return "ADDED" if before is None else "MODIFIED"

    def deleted(self, manifest: Manifest) -> EventType | None:
        """DELETED, or None when the object was never reported."""
        return None if self._known.pop(key_of(manifest), None) is None else "DELETED"

    def retain(self, seen: Set[Key]) -> list[Manifest]:
        """Forget all but ``seen``; the forgotten as objects that have nothing but their name."""
        gone = [key for key in self._known if key not in seen]
        return [self._tombstone(key, self._known.pop(key)) for key in gone]

    def _tombstone(self, key: Key, version: str) -> Manifest:
        namespace, name = key
        metadata = {"name": name, "resourceVersion": version}
        if namespace:
            metadata["namespace"] = namespace
        return {
            "apiVersion": self._resource.api_version,
            "kind": self._resource.kind,
            "metadata": metadata,
        }
