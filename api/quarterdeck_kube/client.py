"""The verbs of the Kubernetes API that Quarterdeck uses, each exactly one request.

Nothing is retried here: the error classes say what happens next, and only the caller (a work
queue, an informer, a person at a terminal) knows whether to wait.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Final, Literal, Self

import orjson

from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.errors import NotFound, Permanent
from quarterdeck_kube.listing import ObjectList, list_all, pages
from quarterdeck_kube.metrics import RequestMetrics
from quarterdeck_kube.resources import POD, Manifest, Resource
from quarterdeck_kube.selection import Selection
from quarterdeck_kube.streaming import lines
from quarterdeck_kube.transport import JSON, Request, Transport
from quarterdeck_kube.watch import INACTIVITY_TIMEOUT, WatchEvent, watch

APPLY: Final = "application/apply-patch+yaml"
MERGE: Final = "application/merge-patch+json"
Propagation = Literal["Background", "Foreground", "Orphan"]


class KubeClient:
    """A client of one API server; use as ``async with`` or call ``close``.

    ``field_manager`` owns the fields that this client writes; ``timeout`` is in seconds per
    request; ``max_in_flight`` bounds requests at once (watches and logs apart). Every method
    raises KubeError, see ``errors``.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        field_manager: str = "quarterdeck",
        timeout: float = 10.0,
        max_in_flight: int = 32,
        metrics: RequestMetrics | None = None,
    ) -> None:
        self.credentials = credentials
        self.field_manager = field_manager
        self.timeout = timeout
        self.transport = Transport(
            credentials,
            timeout=timeout,
            max_in_flight=max_in_flight,
            metrics=metrics,
            user_agent=field_manager,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self.transport.close()

    async def version(self) -> str:
        """The server's version, such as ``v1.34.1``."""
        answer = await self.transport.send_json(Request("GET", "/version"))
        return str(answer.get("gitVersion", ""))

    async def get(
        self,
        resource: Resource,
        namespace: str | None,
        name: str,
        *,
        subresource: str | None = None,
    ) -> Manifest:
        """One object. Raises NotFound."""
        path = resource.path(namespace, name, subresource)
        return await self.transport.send_json(Request("GET", path, resource.kind))

    async def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str | None = None,
        field_selector: str | None = None,
        metadata_only: bool = False,
    ) -> ObjectList:
        """All objects that match, and the resourceVersion from which to watch."""
        selection = Selection(resource, namespace, label_selector, field_selector, metadata_only)
        return await list_all(self.transport, selection)

    def pages(self, selection: Selection) -> AsyncGenerator[ObjectList, None]:
        """The same, page by page; raises Expired when the list goes out of date in between."""
        return pages(self.transport, selection)

    def watch(
        self,
        selection: Selection,
        resource_version: str,
        *,
        timeout: int = 300,
        inactivity_timeout: float = INACTIVITY_TIMEOUT,
        on_open: Callable[[], None] | None = None,
    ) -> AsyncGenerator[WatchEvent, None]:
        """Changes after ``resource_version`` until the server ends the stream; see ``watch``."""
        return watch(
            self.transport,
            selection,
            resource_version,
            timeout=timeout,
            inactivity_timeout=inactivity_timeout,
            on_open=on_open,
        )

    async def create(
        self, resource: Resource, manifest: Manifest, *, dry_run: bool = False
    ) -> Manifest:
        """Create an object; the namespace is its own. Raises AlreadyExists. ``dry_run`` answers
        what would be."""
        path = resource.path(_namespace(resource, manifest))
        return await self._write("POST", resource, path, manifest, self._validation(dry_run))

    async def replace(self, resource: Resource, manifest: Manifest) -> Manifest:
        """Replace an object whose resourceVersion is still the manifest's. Raises Conflict."""
        path = resource.path(_namespace(resource, manifest), _name(manifest))
        return await self._write("PUT", resource, path, manifest, self._validation())

    async def apply(
        self,
        resource: Resource,
        manifest: Manifest,
        *,
        subresource: str | None = None,
        force: bool = True,
        dry_run: bool = False,
    ) -> Manifest:
        """Server-side apply: create the object or set the fields that the manifest has.

        Fields owned before and no longer in the manifest are removed. An apply that changes
        nothing keeps the resourceVersion. Without ``force`` raises Conflict when someone else
        owns a field; ``dry_run`` answers what would be.
        """
        path = resource.path(_namespace(resource, manifest), _name(manifest), subresource)
        params = self._validation(dry_run) | {"force": "true" if force else "false"}
        return await self._write("PATCH", resource, path, manifest, params, APPLY)

    async def apply_status(self, resource: Resource, manifest: Manifest) -> Manifest:
        """Apply ``manifest["status"]``; the object must exist. Raises NotFound.

        With ``metadata.resourceVersion`` set, raises Conflict when the object changed since; the
        server ignores a ``metadata.uid`` here.
        """
        return await self.apply(resource, manifest, subresource="status")

    async def patch_merge(
        self,
        resource: Resource,
        namespace: str | None,
        name: str,
        patch: Mapping[str, Any],
        *,
        subresource: str | None = None,
        dry_run: bool = False,
    ) -> Manifest:
        """JSON merge patch (null removes a field), such as ``spec.replicas`` on ``scale``;
        ``dry_run`` answers what would be."""
        path = resource.path(namespace, name, subresource)
        return await self._write("PATCH", resource, path, patch, self._validation(dry_run), MERGE)

    async def delete(
        self,
        resource: Resource,
        namespace: str | None,
        name: str,
        *,
        propagation: Propagation = "Background",
        uid: str | None = None,
    ) -> bool:
        """Ask for deletion; False when the object was not there.

        With ``uid``, raises Conflict for another object of the same name.
        """
        options: Manifest = {"propagationPolicy": propagation}
        if uid is not None:
            options["preconditions"] = {"uid": uid}
        path = resource.path(namespace, name)
        try:
            await self._write("DELETE", resource, path, options, {})
        except NotFound:
            return False
        return True

    async def logs(
        self,
        namespace: str,
        pod: str,
        *,
        container: str | None = None,
        follow: bool = False,
        tail_lines: int | None = None,
        previous: bool = False,
    ) -> AsyncGenerator[bytes, None]:
        """The lines of a container's log; with ``follow`` for as long as it runs."""
        options = {
            "container": container,
            "follow": "true" if follow else None,
            "tailLines": None if tail_lines is None else str(tail_lines),
            "previous": "true" if previous else None,
        }
        params = {key: value for key, value in options.items() if value is not None}
        request = Request("GET", POD.path(namespace, pod, "log"), POD.kind, params, accept="*/*")
        # A container that writes nothing sends nothing, not even the head of the response.
        patience = None if follow else self.timeout
        async with self.transport.stream(
            request, idle_timeout=patience, head_timeout=patience
        ) as chunks:
            async for line in lines(chunks):
                yield line

    def _validation(self, dry_run: bool = False) -> dict[str, str]:
        params = {"fieldManager": self.field_manager, "fieldValidation": "Strict"}
        return params | ({"dryRun": "All"} if dry_run else {})

    async def _write(
        self,
        method: str,
        resource: Resource,
        path: str,
        body: Mapping[str, Any],
        params: Mapping[str, str],
        content_type: str = JSON,
    ) -> Manifest:
        request = Request(method, path, resource.kind, params, orjson.dumps(body), content_type)
        return await self.transport.send_json(request)


def _name(manifest: Manifest) -> str:
    name = (manifest.get("metadata") or {}).get("name")
    if not name:
        raise Permanent(f"metadata.name: {manifest.get('kind', 'the object')} needs a name")
    return str(name)


def _namespace(resource: Resource, manifest: Manifest) -> str | None:
    namespace = (manifest.get("metadata") or {}).get("namespace")
    if resource.namespaced and not namespace:
        raise Permanent(f"metadata.namespace: {resource.kind} needs a namespace")
    return str(namespace) if resource.namespaced else None
