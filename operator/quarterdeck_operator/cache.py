"""What the operator has seen, kept small: one store that only ever moves forward in time.

Objects are kept as JSON bytes without managedFields: a thousand agents' children as Python dicts
would weigh ten times as much. Our own writes go in at once, so a later reconcile never acts on
less than it did; events that are older than what is known are refused. Of Secrets nothing but the
resourceVersion is kept, which of them are Quarterdeck's own, and the metadata of those that our
resources own.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from quarterdeck_contract.names import GROUP
from quarterdeck_operator.cluster.ownership import controller_of
from quarterdeck_operator.cluster.port import Manifest, ObjectKey, key_of

REFERENCE_KINDS: Final = ("Secret", "ConfigMap")
"""Kinds that our resources mention but do not own."""


class Cache:
    """Objects by key, children by their controller's uid, referrers by what they mention."""

    def __init__(self) -> None:
        self._objects: dict[ObjectKey, tuple[str, bytes]] = {}
        self._kinds: defaultdict[str, dict[ObjectKey, None]] = defaultdict(dict)
        self._children: defaultdict[str, set[ObjectKey]] = defaultdict(set)
        self._controller: dict[ObjectKey, str] = {}
        self._versions: dict[ObjectKey, str] = {}
        self._reserved: set[ObjectKey] = set()
        self._mentions: dict[ObjectKey, frozenset[ObjectKey]] = {}
        self._referrers: defaultdict[ObjectKey, set[ObjectKey]] = defaultdict(set)

    def put(self, manifest: Mapping[str, Any]) -> bool:
        """Keep the object; False if this version, or a newer one, is known already."""
        key, version = _interned(key_of(manifest)), resource_version_of(manifest)
        known = self._objects.get(key)
        if known is not None and not _newer(version, known[0]):
            return False
        self._objects[key] = version, _compact(manifest)
        self._kinds[key.kind][key] = None
        self._own(key, manifest)
        return True

    def drop(self, key: ObjectKey, version: str = "") -> bool:
        """Forget a deleted object; False if it is unknown or was seen anew after ``version``."""
        known = self._objects.get(key)
        if known is None or (version and _newer(known[0], version)):
            return False
        del self._objects[key]
        del self._kinds[key.kind][key]
        self._disown(key)
        self.mention(key, frozenset())
        return True

    def get(self, key: ObjectKey) -> Manifest | None:
        """A copy of the object."""
        known = self._objects.get(key)
        if known is None:
            return None
        manifest: Manifest = orjson.loads(known[1])
        return manifest

    def version(self, key: ObjectKey) -> str | None:
        """The resourceVersion of the object that is kept."""
        known = self._objects.get(key)
        return known[0] if known else None

    def keys(self, kind: str) -> list[ObjectKey]:
        """Keys of all objects of a kind."""
        return list(self._kinds.get(kind, ()))

    def children(self, uid: str) -> Iterator[Manifest]:
        """Copies of the objects that the resource with this uid controls."""
        for key in sorted(self._children.get(uid, ())):
            child = self.get(key)
            if child is not None:
                yield child

    def missing_from(self, kind: str, listed: Iterable[ObjectKey], version: str) -> list[ObjectKey]:
        """What is known of a kind, is not in a LIST of ``version`` and is not newer than it."""
        seen = set(listed)
        return [
            key
            for key in self.keys(kind)
            if key not in seen and not (version and _newer(self._objects[key][0], version))
        ]

    # What is mentioned: Models, Secrets and ConfigMaps, whether they exist or not.

    def mention(self, referrer: ObjectKey, mentioned: frozenset[ObjectKey]) -> None:
        """``referrer`` depends on exactly these objects now."""
        before = self._mentions.pop(referrer, frozenset())
        for key in before - mentioned:
            self._referrers[key].discard(referrer)
            if not self._referrers[key]:
                del self._referrers[key]
        for key in mentioned - before:
            self._referrers[key].add(referrer)
        if mentioned:
            self._mentions[referrer] = mentioned

    def referrers(self, key: ObjectKey) -> frozenset[ObjectKey]:
        """Everything that depends on ``key``, directly or through a Model."""
        found: set[ObjectKey] = set()
        open_ = [key]
        while open_:
            fresh = self._referrers.get(open_.pop(), set()) - found
            found |= fresh
            open_ += fresh
        return frozenset(found)

    def put_version(self, key: ObjectKey, version: str, *, reserved: bool = False) -> bool:
        """Note that a Secret or ConfigMap stands at ``version``, and whether it is ours alone;
        False if that is not news."""
        known = self._versions.get(key)
        if known is not None and not _newer(version, known):
            return False
        self._versions[_interned(key)] = version
        (self._reserved.add if reserved else self._reserved.discard)(key)
        return True

    def drop_version(self, key: ObjectKey) -> bool:
        """Note that a Secret or ConfigMap is gone; False if it was unknown."""
        self._reserved.discard(key)
        return self._versions.pop(key, None) is not None

    def reference_version(self, key: ObjectKey) -> str | None:
        """The resourceVersion of a Secret or ConfigMap; None when there is none."""
        return self._versions.get(key)

    def is_reserved(self, key: ObjectKey) -> bool:
        """Whether it was noted as ours alone."""
        return key in self._reserved

    def _own(self, key: ObjectKey, manifest: Mapping[str, Any]) -> None:
        controller = controller_of(manifest)
        uid = controller["uid"] if controller else None
        if uid != self._controller.get(key):
            self._disown(key)
            if uid is not None:
                self._controller[key] = uid
                self._children[uid].add(key)

    def _disown(self, key: ObjectKey) -> None:
        uid = self._controller.pop(key, None)
        if uid is not None:
            self._children[uid].discard(key)
            if not self._children[uid]:
                del self._children[uid]


def resource_version_of(manifest: Mapping[str, Any]) -> str:
    """The object's resourceVersion; empty where there is none."""
    return str(manifest["metadata"].get("resourceVersion", ""))


def without_content(kind: str, manifest: Mapping[str, Any]) -> Manifest:
    """What may be kept of a Secret: a person's annotations can repeat what it holds."""
    metadata = dict(manifest["metadata"])
    annotations = metadata.pop("annotations", None) or {}
    ours = {name: value for name, value in annotations.items() if name.startswith(f"{GROUP}/")}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata | {"annotations": ours}}


def _newer(version: str, known: str) -> bool:
    # Kubernetes promises that resourceVersions of one kind compare as numbers; anything else can
    # only be told apart.
    if version.isdecimal() and known.isdecimal():
        return int(version) > int(known)
    return version != known


def _interned(key: ObjectKey) -> ObjectKey:
    return ObjectKey(sys.intern(key.kind), sys.intern(key.namespace), sys.intern(key.name))


def _compact(manifest: Mapping[str, Any]) -> bytes:
    metadata = {k: v for k, v in manifest["metadata"].items() if k != "managedFields"}
    # Copied, because orjson gives its bytes room for four times what they hold.
    return bytes(memoryview(orjson.dumps({**manifest, "metadata": metadata})))
