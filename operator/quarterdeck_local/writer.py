"""What the gateway of a laptop writes: objects by the same door as people's manifests, so that they
outlive a restart; status beside the reconcilers' own.
"""

from collections.abc import Mapping
from typing import Any, Final

import structlog

from quarterdeck_gateway.catalogue.merge_patch import merged
from quarterdeck_gateway.catalogue.port import Manifest
from quarterdeck_gateway.catalogue.versions import require_version
from quarterdeck_gateway.catalogue.writer import given_texts, missing_message
from quarterdeck_gateway.errors import (
    AlreadyExists,
    Conflict,
    GatewayError,
    InvalidRequest,
    NotFound,
    Unavailable,
)
from quarterdeck_local import errors
from quarterdeck_local.intake import Intake, manifest_source
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import ObjectKey, key_of
from quarterdeck_operator.cluster.status_part import operator_part

_CHANGE_THERE: Final = "change it there, or repeat with force=true until it changes"

log = structlog.get_logger(__name__)


class LocalWriter:
    """The gateway's ``ResourceWriter`` over the store of the same process."""

    def __init__(self, store: ObjectStore, intake: Intake) -> None:
        self._store = store
        self._intake = intake

    async def create(self, manifest: Manifest, *, dry_run: bool = False) -> Manifest:
        key = key_of(manifest)
        if self._store.get(key) is not None:
            raise AlreadyExists(f"{key.kind} '{key.name}' is there already: choose another name.")
        return self._apply(manifest, dry_run=dry_run)

    async def patch_spec(
        self, kind: str, namespace: str, name: str, spec: Mapping[str, Any]
    ) -> Manifest:
        found = self._existing(kind, namespace, name)
        source = manifest_source(found)
        if source is not None:
            # The folder would undo it at the next start: a revoked key would work again.
            raise InvalidRequest(f"{kind} '{name}' stands in {source}: change it there.")
        return self._apply(_changed(found, spec=merged(found["spec"], spec)))

    async def edit_spec(
        self,
        kind: str,
        namespace: str,
        name: str,
        spec: Mapping[str, Any],
        *,
        force: bool = False,
    ) -> Manifest:
        found = self._existing(kind, namespace, name)
        if not force:
            _require_no_file(found, _CHANGE_THERE)
        return self._apply(_changed(found, spec=merged(found["spec"], spec)))

    async def put(
        self, manifest: Manifest, *, force: bool = False, dry_run: bool = False
    ) -> Manifest:
        found = self._store.get(key_of(manifest))
        require_version(found, manifest)
        if found is None:
            return self._apply(manifest, dry_run=dry_run)
        if not force:
            _require_no_file(found, _CHANGE_THERE)
        metadata = manifest["metadata"]
        given = {field: dict(metadata[field]) for field in given_texts(manifest)}
        changed = _changed(found, spec=manifest["spec"], metadata=given)
        return self._apply(changed, dry_run=dry_run)

    async def delete(self, kind: str, namespace: str, name: str, *, force: bool = False) -> None:
        key = ObjectKey(kind, namespace, name)
        found = self._store.get(key)
        if found is not None and not force:
            _require_no_file(found, "remove it there, or it comes back at the next start")
        try:
            self._intake.delete(key)
        except errors.StoreError as exc:
            raise _translated(exc, key) from exc

    async def report(self, kind: str, namespace: str, name: str, status: Mapping[str, Any]) -> None:
        key = ObjectKey(kind, namespace, name)
        found = self._store.get(key)
        # Deleted meanwhile: there is nobody left to tell.
        if found is not None:
            self._store.put_status(key, with_gateway_part(kind, found.get("status"), status))

    def _existing(self, kind: str, namespace: str, name: str) -> Manifest:
        found = self._store.get(ObjectKey(kind, namespace, name))
        if found is None:
            raise NotFound(missing_message(kind, namespace, name))
        return found

    def _apply(self, manifest: Manifest, *, dry_run: bool = False) -> Manifest:
        try:
            return self._intake.apply(manifest, dry_run=dry_run)
        except errors.StoreError as exc:
            raise _translated(exc, key_of(manifest)) from exc


def with_gateway_part(
    kind: str, stored: Mapping[str, Any] | None, ours: Mapping[str, Any]
) -> Manifest:
    """The stored status with all that is not the operator's replaced by ``ours``."""
    theirs = operator_part(kind, stored)
    given = {field: value for field, value in ours.items() if value is not None}
    conditions = [*theirs.get("conditions", ()), *given.get("conditions", ())]
    return theirs | given | ({"conditions": conditions} if conditions else {})


def _changed(
    found: Manifest, *, spec: Mapping[str, Any], metadata: Mapping[str, Any] | None = None
) -> Manifest:
    kept = {field: value for field, value in found.items() if field != "status"}
    return kept | {"metadata": {**found["metadata"], **(metadata or {})}, "spec": spec}


def _require_no_file(found: Manifest, advice: str) -> None:
    """Raises Conflict for an object of the manifests folder: the folder has the last word."""
    source = manifest_source(found)
    if source is not None:
        key = key_of(found)
        raise Conflict(f"{key.kind} '{key.name}' stands in {source}: {advice}.")


def _translated(error: errors.StoreError, key: ObjectKey) -> GatewayError:
    if isinstance(error, errors.Invalid):
        first = error.errors[0]
        return InvalidRequest(f"{first}.", param=first.field)
    if isinstance(error, errors.NotFound):
        return NotFound(missing_message(key.kind, key.namespace, key.name))
    if isinstance(error, errors.NotKept):
        log.error("cannot write", kind=key.kind, name=key.name, error=str(error))
        return Unavailable(
            f"{key.kind} '{key.name}' cannot be written now; the log says why.", retry_after=1
        )
    return InvalidRequest(f"{error}.")
