"""What the gateway of a laptop writes: keys and budgets by the same door as people's manifests,
status beside the reconcilers' own.
"""

from collections.abc import Mapping
from typing import Any

from quarterdeck_gateway.catalogue.port import Manifest
from quarterdeck_gateway.errors import AlreadyExists, GatewayError, InvalidRequest, NotFound
from quarterdeck_local import errors
from quarterdeck_local.intake import Intake
from quarterdeck_local.objects import merged_status
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import ObjectKey, key_of


class LocalWriter:
    """The gateway's ``ResourceWriter`` over the store of the same process."""

    def __init__(self, store: ObjectStore, intake: Intake) -> None:
        self._store = store
        self._intake = intake

    async def create(self, manifest: Manifest) -> Manifest:
        key = key_of(manifest)
        if self._store.get(key) is not None:
            raise AlreadyExists(f'{key.kind} "{key.name}" is there already: choose another name.')
        return self._apply(manifest)

    async def patch_spec(
        self, kind: str, namespace: str, name: str, spec: Mapping[str, Any]
    ) -> Manifest:
        found = self._store.get(ObjectKey(kind, namespace, name))
        if found is None:
            raise NotFound(f'There is no {kind} "{name}" in the namespace "{namespace}".')
        merged = found["spec"] | spec
        return self._apply(
            found | {"spec": {field: value for field, value in merged.items() if value is not None}}
        )

    async def put(self, manifest: Manifest) -> Manifest:
        return self._apply(manifest)

    async def delete(self, kind: str, namespace: str, name: str) -> None:
        try:
            self._intake.delete(ObjectKey(kind, namespace, name))
        except errors.StoreError as exc:
            raise _translated(exc) from exc

    async def report(self, kind: str, namespace: str, name: str, status: Mapping[str, Any]) -> None:
        key = ObjectKey(kind, namespace, name)
        found = self._store.get(key)
        # Deleted meanwhile: there is nobody left to tell.
        if found is not None:
            self._store.put_status(key, merged_status(found.get("status") or {}, status))

    def _apply(self, manifest: Manifest) -> Manifest:
        try:
            return self._intake.apply(manifest)
        except errors.StoreError as exc:
            raise _translated(exc) from exc


def _translated(error: errors.StoreError) -> GatewayError:
    if isinstance(error, errors.Invalid):
        first = error.errors[0]
        return InvalidRequest(f"{first}.", param=first.field)
    if isinstance(error, errors.NotFound):
        return NotFound(f"{error}.")
    return AlreadyExists(f"{error}.")
