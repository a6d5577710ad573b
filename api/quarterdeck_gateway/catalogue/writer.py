"""Writes our kinds to a cluster, on behalf of somebody who was admitted.

The API server judges the manifest; what it says about a field reaches the caller unchanged.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog

from quarterdeck_contract.names import API_VERSION
from quarterdeck_gateway.catalogue.managers import require_unmanaged
from quarterdeck_gateway.catalogue.merge_patch import difference, merged
from quarterdeck_gateway.catalogue.port import Manifest
from quarterdeck_gateway.catalogue.versions import require_own, require_version
from quarterdeck_gateway.errors import (
    AlreadyExists,
    GatewayError,
    InvalidRequest,
    NotFound,
    Unavailable,
)
from quarterdeck_kube import errors as kube
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import Resource, resource_for

_ATTEMPTS: Final = 3
_BAD_MANIFEST: Final = frozenset({400, 422, 500})

log = structlog.get_logger(__name__)


class KubernetesWriter:
    """A ``ResourceWriter`` over the API server; the client's field manager owns what it reports."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client

    async def create(self, manifest: Manifest, *, dry_run: bool = False) -> Manifest:
        metadata = manifest["metadata"]
        resource = resource_for(manifest["kind"])
        missing = f"There is no namespace '{metadata['namespace']}'."
        async with _translated(missing, resource.kind, metadata["name"]):
            return await self._client.create(resource, dict(manifest), dry_run=dry_run)

    async def patch_spec(
        self, kind: str, namespace: str, name: str, spec: Mapping[str, Any]
    ) -> Manifest:
        async with _translated(missing_message(kind, namespace, name), kind, name):
            return await self._client.patch_merge(
                resource_for(kind), namespace, name, {"spec": spec}
            )

    async def edit_spec(
        self,
        kind: str,
        namespace: str,
        name: str,
        spec: Mapping[str, Any],
        *,
        force: bool = False,
    ) -> Manifest:
        resource = resource_for(kind)

        async def attempt() -> Manifest:
            stored = await self._client.get(resource, namespace, name)
            old = stored.get("spec") or {}
            changed = difference(old, merged(old, spec))
            return await self._change(resource, stored, {"spec": changed} if changed else {}, force)

        async with _translated(missing_message(kind, namespace, name), kind, name):
            return await _insisted(attempt)

    async def put(
        self, manifest: Manifest, *, force: bool = False, dry_run: bool = False
    ) -> Manifest:
        metadata = manifest["metadata"]
        async with _translated(
            f"There is no namespace '{metadata['namespace']}'.", manifest["kind"], metadata["name"]
        ):
            return await _insisted(lambda: self._put(manifest, force=force, dry_run=dry_run))

    async def delete(self, kind: str, namespace: str, name: str, *, force: bool = False) -> None:
        missing = missing_message(kind, namespace, name)
        async with _translated(missing, kind, name):
            if not force:
                stored = await self._client.get(resource_for(kind), namespace, name)
                require_unmanaged(stored, "remove it there, or repeat with force=true")
            if not await self._client.delete(resource_for(kind), namespace, name):
                raise NotFound(missing)

    async def report(self, kind: str, namespace: str, name: str, status: Mapping[str, Any]) -> None:
        given = {field: value for field, value in status.items() if value is not None}
        manifest = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": {"namespace": namespace, "name": name},
            "status": given,
        }
        async with _translated(missing_message(kind, namespace, name), kind, name):
            try:
                await self._client.apply_status(resource_for(kind), manifest)
            except kube.NotFound:
                # Deleted meanwhile: there is nobody left to tell.
                return

    async def _put(self, manifest: Manifest, *, force: bool, dry_run: bool) -> Manifest:
        """One attempt; raises kube's Conflict when the object changed between reading and
        writing."""
        resource, metadata = resource_for(manifest["kind"]), manifest["metadata"]
        try:
            stored = await self._client.get(resource, metadata["namespace"], metadata["name"])
        except kube.NotFound:
            require_version(None, manifest)
            return await self._client.create(resource, dict(manifest), dry_run=dry_run)
        require_version(stored, manifest)
        return await self._change(resource, stored, replacement(stored, manifest), force, dry_run)

    async def _change(
        self,
        resource: Resource,
        stored: Manifest,
        patch: dict[str, Any],
        force: bool,
        dry_run: bool = False,
    ) -> Manifest:
        """Patch what was read, and nothing newer."""
        if not patch:
            return stored
        if not force:
            require_unmanaged(stored, "change it there, or repeat with force=true")
            require_own(stored, patch, self._client.field_manager)
        metadata = stored["metadata"]
        version = {"resourceVersion": metadata["resourceVersion"]}
        patch["metadata"] = patch.get("metadata", {}) | version
        return await self._client.patch_merge(
            resource, metadata["namespace"], metadata["name"], patch, dry_run=dry_run
        )


async def _insisted(attempt: Callable[[], Awaitable[Manifest]]) -> Manifest:
    """The outcome of ``attempt``, which is made again when the object changed in between."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await attempt()
        except kube.Conflict:
            continue
    return await attempt()


def replacement(stored: Manifest, wanted: Manifest) -> dict[str, Any]:
    """The merge patch that gives ``stored`` the spec of ``wanted``, and its labels and annotations
    where it says something about them; empty for none."""
    patch: dict[str, Any] = {}
    if spec := difference(stored.get("spec") or {}, wanted["spec"]):
        patch["spec"] = spec
    for field in given_texts(wanted):
        old, new = (each["metadata"].get(field) or {} for each in (stored, wanted))
        if changed := difference(old, new):
            patch.setdefault("metadata", {})[field] = changed
    return patch


def given_texts(wanted: Manifest) -> list[str]:
    """Which of labels and annotations a manifest says something about; the others stay."""
    return [each for each in ("labels", "annotations") if wanted["metadata"].get(each) is not None]


def missing_message(kind: str, namespace: str, name: str) -> str:
    """What a person is told about an object that is not there, or not for them."""
    return f"There is no {kind} '{name}' in the namespace '{namespace}'."


@asynccontextmanager
async def _translated(missing: str, kind: str, name: str) -> AsyncIterator[None]:
    try:
        yield
    except kube.KubeError as exc:
        raise refusal_for(exc, missing, kind, name) from exc


def refusal_for(error: kube.KubeError, missing: str, kind: str, name: str) -> GatewayError:
    """The gateway's error for one of the API server's."""
    if isinstance(error, kube.AlreadyExists):
        return AlreadyExists(f"{kind} '{name}' is there already: choose another name.")
    if isinstance(error, kube.NotFound):
        return NotFound(missing)
    if isinstance(error, kube.Invalid) and error.causes:
        first = error.causes[0]
        return InvalidRequest(f"{first.field}: {first.message}.", param=first.field or None)
    if isinstance(error, kube.Conflict):
        return Unavailable(f"{kind} '{name}' changed at the same moment: try again.", retry_after=1)
    if isinstance(error, kube.Permanent) and error.status in _BAD_MANIFEST:
        return InvalidRequest(f"{error.message}.")
    log.error("cannot write", kind=kind, name=name, error=str(error))
    return Unavailable(
        f"{kind} '{name}' cannot be written now; the gateway's log says why.",
        retry_after=round(error.retry_after or 1.0) or 1,
    )
