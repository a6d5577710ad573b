"""The part of the Kubernetes HTTP API that the ``quarterdeck`` command needs, over the store.

So one client serves laptop and cluster. Authentication is done before (by the gateway, under which
this is mounted). What people may not write is read-only; the values of Secrets never leave.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from quarterdeck_kube.resources import RESOURCES, Resource
from quarterdeck_local.api_status import refusal, succeeded
from quarterdeck_local.errors import BadRequest, NotAllowed, NotFound, StoreError
from quarterdeck_local.intake import WRITABLE, Intake
from quarterdeck_local.journal import Journal
from quarterdeck_local.objects import matches
from quarterdeck_local.pod_logs import PodLogs
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import Manifest, ObjectKey

_BY_PATH: Final = {(each.group, each.version, each.plural): each for each in RESOURCES.values()}

PodLister = Callable[[str | None], list[Manifest]]
"""The Pods of a namespace, of all for None."""


class LocalApi:
    """The handlers; ``app`` makes them an ASGI application."""

    def __init__(
        self, store: ObjectStore, intake: Intake, journal: Journal, pods: PodLister, logs: PodLogs
    ) -> None:
        self._store = store
        self._intake = intake
        self._journal = journal
        self._pods = pods
        self._logs = logs

    def app(self) -> Starlette:
        """An ASGI application to mount."""
        return Starlette(routes=self._routes(), exception_handlers={StoreError: refusal})

    def _routes(self) -> list[BaseRoute]:
        one = "/namespaces/{namespace}/{plural}/{name}"
        some, everywhere = "/namespaces/{namespace}/{plural}", "/{plural}"
        pod_log = "/api/v1/namespaces/{namespace}/pods/{name}/log"
        routes: list[BaseRoute] = [
            Route("/version", self._version),
            Route(pod_log, self._logs.endpoint),
        ]
        for prefix in ("/api/{version}", "/apis/{group}/{version}"):
            routes += [
                Route(prefix + one, self._get, methods=["GET"]),
                Route(prefix + one, self._apply, methods=["PATCH"]),
                Route(prefix + one, self._delete, methods=["DELETE"]),
                Route(prefix + some, self._list, methods=["GET"]),
                Route(prefix + everywhere, self._list, methods=["GET"]),
            ]
        return routes

    async def _version(self, _request: Request) -> Response:
        return JSONResponse({"gitVersion": f"v{version('quarterdeck')}", "platform": "standalone"})

    async def _get(self, request: Request) -> Response:
        resource, key = _resource(request), _key(request)
        found = self._one(resource, key)
        if found is None:
            raise NotFound(f'{resource.plural} "{key.name}" not found')
        return JSONResponse(_public(found))

    async def _list(self, request: Request) -> Response:
        resource = _resource(request)
        if request.query_params.get("watch") in ("true", "1"):
            raise NotAllowed("standalone mode serves no watches: list again instead")
        items = self._many(resource, request.path_params.get("namespace"))
        selector = request.query_params.get("labelSelector", "")
        fields = request.query_params.get("fieldSelector", "")
        return JSONResponse(
            {
                "apiVersion": resource.api_version,
                "kind": f"{resource.kind}List",
                "metadata": {"resourceVersion": self._store.resource_version},
                "items": [
                    _public(item)
                    for item in items
                    if matches(item, selector) and _has_fields(item, fields)
                ],
            }
        )

    async def _apply(self, request: Request) -> Response:
        _require_writable(_resource(request))
        manifest, key = await _body(request), _key(request)
        _require_address(manifest, key)
        dry_run = "dryRun" in request.query_params
        stored = self._intake.apply(manifest, dry_run=dry_run)
        return JSONResponse(_public(stored))

    async def _delete(self, request: Request) -> Response:
        _require_writable(_resource(request))
        options = await _body(request)
        uid = options.get("preconditions", {}).get("uid")
        deleted = self._intake.delete(_key(request), uid)
        return JSONResponse(succeeded(deleted))

    def _one(self, resource: Resource, key: ObjectKey) -> Manifest | None:
        if resource.kind == "Pod":
            pods = self._pods(key.namespace)
            return next((pod for pod in pods if pod["metadata"]["name"] == key.name), None)
        return self._store.get(key)

    def _many(self, resource: Resource, namespace: str | None) -> list[Manifest]:
        if resource.kind == "Pod":
            return self._pods(namespace)
        if resource.kind == "Event":
            return self._journal.events(namespace)
        return self._store.list(resource.kind, namespace)


def _resource(request: Request) -> Resource:
    path = request.path_params
    resource = _BY_PATH.get((path.get("group", ""), path["version"], path["plural"]))
    if resource is None:
        raise NotFound("the server could not find the requested resource")
    return resource


def _key(request: Request) -> ObjectKey:
    path = request.path_params
    return ObjectKey(_resource(request).kind, path["namespace"], path["name"])


def _require_writable(resource: Resource) -> None:
    if resource.kind not in WRITABLE:
        raise NotAllowed(f"standalone mode lets nobody but itself write {resource.plural}")


def _require_address(manifest: Mapping[str, Any], key: ObjectKey) -> None:
    metadata = manifest.get("metadata")
    if not isinstance(metadata, Mapping):
        return
    named = manifest.get("kind"), metadata.get("namespace", "default"), metadata.get("name")
    if named != (key.kind, key.namespace, key.name):
        raise BadRequest("kind, namespace and name of the object are not those of the URL")


async def _body(request: Request) -> Manifest:
    try:
        body = orjson.loads(await request.body() or b"{}")
    except orjson.JSONDecodeError as exc:
        raise BadRequest(f"the body is not JSON: {exc}") from exc
    if not isinstance(body, dict):
        raise BadRequest("the body is not an object")
    return body


def _has_fields(item: Mapping[str, Any], selector: str) -> bool:
    """Equality of dotted fields, such as ``regarding.name=demo``."""
    for requirement in filter(None, selector.split(",")):
        path, _, wanted = requirement.partition("=")
        value: Any = item
        for field in path.split("."):
            value = value.get(field) if isinstance(value, Mapping) else None
        if value != wanted.removeprefix("="):
            return False
    return True


def _public(manifest: Manifest) -> Manifest:
    if manifest["kind"] != "Secret":
        return manifest
    return manifest | {"data": dict.fromkeys(manifest.get("data", {}), "")}
