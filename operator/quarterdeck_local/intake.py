"""The only door for what people write: judged, then kept, then stored.

Two kinds of people's words meet here. What was applied by command lasts until it is deleted by
command. What stands in the manifests folder follows the folder: it is never kept in the database,
and an apply by command over it lasts until the folder changes.
"""

from collections.abc import Mapping
from typing import Any, Final

from quarterdeck_cli.admission import CORE_KINDS, admit
from quarterdeck_cli.instance import ANNOTATION_MANIFEST
from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_contract.validation import InvalidManifest, check_update, parse
from quarterdeck_local.database import AppliedObjects
from quarterdeck_local.errors import Conflict, Invalid
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.ownership import controller_of
from quarterdeck_operator.cluster.port import Manifest, ObjectKey, key_of

WRITABLE: Final = (*KINDS, *CORE_KINDS)
"""Kinds that people may write."""


class Intake:
    """Applies and deletes on behalf of people."""

    def __init__(self, store: ObjectStore, kept: AppliedObjects) -> None:
        self._store = store
        self._kept = kept

    def restore(self) -> list[Invalid]:
        """Store again what was kept; those that a newer version refuses are returned, and stay."""
        refused = []
        for manifest in self._kept:
            try:
                admitted = _from(None, _judged(manifest, None))
            except Invalid as exc:
                refused.append(exc)
                continue
            metadata = manifest["metadata"] | admitted["metadata"]
            self._store.put(admitted | {"metadata": metadata})
        return refused

    def apply(self, manifest: Mapping[str, Any], *, dry_run: bool = False) -> Manifest:
        """Store what a command applies; the object as stored, or as it would be.

        Raises Invalid, Conflict and NotKept; then nothing has changed.
        """
        old = self._store.get(_key(manifest))
        source = manifest_source(old) if old else None
        planned = self._store.preview(_from(source, _judged(manifest, old)))
        if dry_run:
            return planned
        if source is None:
            self._kept.keep(planned)
        return self._store.put(planned)

    def follow(self, manifest: Mapping[str, Any], source: str) -> Manifest:
        """Store what stands in the folder at ``source``; takes over what a command applied.

        Raises Invalid, Conflict and NotKept; then nothing has changed.
        """
        key = _key(manifest)
        old = self._store.get(key)
        new = _from(source, _judged(manifest, old))
        if old is not None and manifest_source(old) is None:
            self._kept.forget(key)
        return self._store.put(new)

    def delete(self, key: ObjectKey, uid: str | None = None) -> Manifest:
        """Delete what people wrote, and all it owns; the object as it was.

        Raises NotFound, Conflict and NotKept.
        """
        old = self._store.get(key)
        if old is not None:
            _refuse_controlled(old)
        deleted = self._store.delete(key, uid)
        self._kept.forget(key)
        return deleted


def manifest_source(manifest: Mapping[str, Any]) -> str | None:
    """Where in the folder an object stands; None for one that a command applied."""
    found = manifest["metadata"].get("annotations", {}).get(ANNOTATION_MANIFEST)
    return None if found is None else str(found)


def _key(manifest: Mapping[str, Any]) -> ObjectKey:
    metadata = manifest.get("metadata")
    named: Mapping[str, Any] = metadata if isinstance(metadata, Mapping) else {}
    return ObjectKey(
        str(manifest.get("kind")), str(named.get("namespace", "default")), str(named.get("name"))
    )


def _judged(manifest: Mapping[str, Any], old: Manifest | None) -> Manifest:
    key = _key(manifest)
    try:
        new = admit(manifest)
        if old is not None and key.kind in KINDS:
            check_update(parse(old), parse(new))
    except InvalidManifest as exc:
        raise Invalid(f'{key.kind} "{key.name}"', exc.errors) from exc
    if old is not None:
        _refuse_controlled(old)
    new["metadata"].setdefault("namespace", "default")
    return new


def _from(source: str | None, manifest: Manifest) -> Manifest:
    """The manifest with ``source`` as its only word about where it came from."""
    metadata = manifest["metadata"]
    annotations = metadata.pop("annotations", {}) | {ANNOTATION_MANIFEST: source}
    kept = {key: value for key, value in annotations.items() if value is not None}
    return manifest | {"metadata": metadata | ({"annotations": kept} if kept else {})}


def _refuse_controlled(old: Manifest) -> None:
    owner = controller_of(old)
    if owner is not None:
        key = key_of(old)
        raise Conflict(
            f'{key.kind} "{key.name}" is managed by {owner["kind"]} "{owner["name"]}":'
            " change that one instead"
        )
