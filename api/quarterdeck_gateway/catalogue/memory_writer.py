"""A writer without an API server: the same verdicts, kept in memory. For tests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from quarterdeck_contract.names import GATEWAY_FIELD_MANAGER
from quarterdeck_contract.validation import InvalidManifest, check_update, parse
from quarterdeck_gateway.catalogue.managers import require_unmanaged
from quarterdeck_gateway.catalogue.merge_patch import merged
from quarterdeck_gateway.catalogue.port import EventType, Manifest, Observer
from quarterdeck_gateway.catalogue.versions import require_version
from quarterdeck_gateway.catalogue.writer import given_texts, missing_message
from quarterdeck_gateway.errors import AlreadyExists, Conflict, InvalidRequest, NotFound

Key = tuple[str, str, str]


class MemoryWriter:
    """A ``ResourceWriter`` that judges by the contract and tells ``observe`` of every change."""

    def __init__(self, observe: Observer) -> None:
        self.objects: dict[Key, dict[str, Any]] = {}
        self.managed: dict[Key, str] = {}
        """Objects that something else manages, with its name: changed only with ``force``."""
        self._observe = observe
        self._statuses: dict[Key, dict[str, Mapping[str, Any]]] = {}
        self._versions = count(1)

    async def create(self, manifest: Manifest, *, dry_run: bool = False) -> Manifest:
        key = _key(manifest)
        if key in self.objects:
            raise AlreadyExists(f"{key[0]} '{key[2]}' is there already: choose another name.")
        server = {
            "uid": str(uuid4()),
            "generation": 1,
            "creationTimestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        stored = {name: value for name, value in manifest.items() if name != "status"}
        _judge(None, stored)
        if dry_run:
            return stored
        return self._store("ADDED", stored | {"metadata": {**manifest["metadata"], **server}})

    async def patch_spec(
        self, kind: str, namespace: str, name: str, spec: Mapping[str, Any]
    ) -> Manifest:
        old = self._existing((kind, namespace, name))
        return self._change(old, {**old, "spec": merged(old["spec"], spec)})

    async def edit_spec(
        self,
        kind: str,
        namespace: str,
        name: str,
        spec: Mapping[str, Any],
        *,
        force: bool = False,
    ) -> Manifest:
        self._existing((kind, namespace, name))
        self._require_free((kind, namespace, name), force=force)
        return await self.patch_spec(kind, namespace, name, spec)

    async def put(
        self, manifest: Manifest, *, force: bool = False, dry_run: bool = False
    ) -> Manifest:
        key = _key(manifest)
        old = self.objects.get(key)
        require_version(old, manifest)
        self._require_free(key, force=force)
        if dry_run:
            _judge(old, manifest)
            return {**(old or {}), **manifest}
        if old is None:
            return await self.create(manifest)
        given = manifest["metadata"]
        texts = {field: dict(given[field]) for field in given_texts(manifest)}
        metadata = {**old["metadata"], **texts}
        return self._change(old, {**old, "metadata": metadata, "spec": manifest["spec"]})

    async def delete(self, kind: str, namespace: str, name: str, *, force: bool = False) -> None:
        key = kind, namespace, name
        gone = self._existing(key)
        self._require_free(key, force=force)
        del self.objects[key]
        self._statuses.pop(key, None)
        self._observe("DELETED", gone)

    async def report(
        self,
        kind: str,
        namespace: str,
        name: str,
        status: Mapping[str, Any],
        *,
        manager: str = GATEWAY_FIELD_MANAGER,
    ) -> None:
        """As the gateway, or as another ``manager``, whose part stays apart from it."""
        key = kind, namespace, name
        old = self.objects.get(key)
        if old is None:
            return
        parts = self._statuses.setdefault(key, {})
        parts[manager] = {field: value for field, value in status.items() if value is not None}
        new = {**old, "status": _joined(parts)}
        if new != old:
            self._store("MODIFIED", new)

    def _change(self, old: dict[str, Any], new: dict[str, Any]) -> Manifest:
        _judge(old, new)
        if new == old:
            return old
        if new["spec"] != old["spec"]:
            generation = old["metadata"]["generation"] + 1
            new = {**new, "metadata": {**new["metadata"], "generation": generation}}
        return self._store("MODIFIED", new)

    def _store(self, event_type: EventType, manifest: dict[str, Any]) -> Manifest:
        version = {"resourceVersion": str(next(self._versions))}
        stored = {**manifest, "metadata": {**manifest["metadata"], **version}}
        self.objects[_key(stored)] = stored
        self._observe(event_type, stored)
        return stored

    def _require_free(self, key: Key, *, force: bool) -> None:
        if force:
            return
        if (stored := self.objects.get(key)) is not None:
            require_unmanaged(stored, "change it there, or repeat with force=true")
        if (manager := self.managed.get(key)) is not None:
            raise Conflict(f"{key[0]} '{key[2]}' is managed by '{manager}': change it there.")

    def _existing(self, key: Key) -> dict[str, Any]:
        if key not in self.objects:
            raise NotFound(missing_message(*key))
        return self.objects[key]


def _key(manifest: Manifest) -> Key:
    metadata = manifest["metadata"]
    return manifest["kind"], metadata["namespace"], metadata["name"]


def _judge(old: Manifest | None, new: Manifest) -> None:
    try:
        parsed = parse(new)
        if old is not None:
            check_update(parse(old), parsed)
    except InvalidManifest as exc:
        first = exc.errors[0]
        raise InvalidRequest(f"{first}.", param=first.field) from exc


def _joined(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """One status of several writers' parts: fields side by side, conditions by type."""
    joined: dict[str, Any] = {}
    conditions: dict[str, Any] = {}
    for part in parts.values():
        joined |= part
        conditions |= {each["type"]: each for each in part.get("conditions", ())}
    return joined | ({"conditions": list(conditions.values())} if conditions else {})
