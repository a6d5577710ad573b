"""A small Kubernetes API server over real HTTP, for tests of the client's handling of answers.

It plays only the protocol (paging, watches with bookmarks, expiry, preconditions, refusals), with
knobs to make it misbehave. Schemas, defaults and garbage collection need the real server.
"""

import asyncio
import copy
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from quarterdeck_kube.resources import RESOURCES

Manifest = dict[str, Any]
PLURALS = {resource.plural for resource in RESOURCES.values()} | {"widgets"}
UNDECLARED = "failed to create typed patch object: .spec.colour: field not declared in schema"


@dataclass(frozen=True)
class Seen:
    """A request as the server got it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """A canned answer that takes the place of the real one."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


def status_body(code: int, reason: str, message: str, **details: Any) -> Manifest:
    """A ``Status`` object, as the API server sends with every refusal."""
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    return body | {"reason": reason, "message": message, "details": details}


def refusal(code: int, reason: str, message: str = "refused", **details: Any) -> web.Response:
    return web.json_response(status_body(code, reason, message, **details), status=code)


class FakeApi:
    """Objects by path; ``url`` once ``running``. Change the attributes to make it misbehave."""

    def __init__(self) -> None:
        self.url = ""
        self.token: str | None = None
        self.requests: list[Seen] = []
        self.canned: deque[Answer] = deque()
        self.objects: dict[str, Manifest] = {}
        self.history: list[tuple[int, str, str, Manifest]] = []
        self.forgotten_before = 0
        self.expire_continue = False
        self.bookmark_seconds = 0.05
        self.silent = False
        self.logs: dict[str, bytes] = {}
        self._version = 100
        self._changed = asyncio.Condition()
        self._streams: set[asyncio.Transport] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FakeApi"]:
        """Serve on a free port of the loopback interface."""
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._serve)
        server = TestServer(app)
        await server.start_server()
        self.url = str(server.make_url("")).rstrip("/")
        try:
            yield self
        finally:
            self.cut_streams()
            await server.close()

    def answer_next(
        self, status: int, body: Manifest | bytes, *, delay: float = 0.0, **headers: str
    ) -> None:
        """Give this answer to the next request, after ``delay`` seconds."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.canned.append(Answer(status, raw, names, delay))

    async def put(self, path: str, manifest: Manifest) -> Manifest:
        """Create or change the object at ``path`` as another client would."""
        event = "MODIFIED" if path in self.objects else "ADDED"
        return await self._store(event, path, manifest)

    async def remove(self, path: str) -> None:
        """Delete the object at ``path`` as another client would."""
        await self._store("DELETED", path, self.objects[path])

    def forget_history(self) -> None:
        """From now on a watch from any earlier version is too old."""
        self.forgotten_before = self._version + 1
        self._version += 1

    def cut_streams(self) -> int:
        """Break the connections of all open watches; how many there were."""
        for transport in self._streams:
            transport.abort()
        return len(self._streams)

    async def _store(self, event: str, path: str, manifest: Manifest) -> Manifest:
        self._version += 1
        stored = copy.deepcopy(manifest)
        metadata = stored.setdefault("metadata", {})
        metadata["resourceVersion"] = str(self._version)
        metadata.setdefault("uid", f"uid-{self._version}")
        if event == "DELETED":
            del self.objects[path]
        else:
            self.objects[path] = stored
        self.history.append((self._version, event, path, stored))
        async with self._changed:
            self._changed.notify_all()
        return stored

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = orjson.loads(raw or b"{}")
        self.requests.append(
            Seen(request.method, request.path, dict(request.query), dict(request.headers), body)
        )
        if self.canned:
            return await self._canned(self.canned.popleft())
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return refusal(401, "Unauthorized", "Unauthorized")
        if request.path.endswith("/log"):
            return web.Response(body=self.logs[request.path])
        if request.query.get("watch") == "true":
            return await self._watch(request)
        if request.method == "GET":
            return self._get(request)
        writes = {
            "POST": self._post,
            "PUT": self._put,
            "PATCH": self._patch,
            "DELETE": self._delete,
        }
        return await writes[request.method](request, body)

    async def _canned(self, answer: Answer) -> web.Response:
        await asyncio.sleep(answer.delay)
        return web.Response(status=answer.status, body=answer.body, headers=dict(answer.headers))

    def _get(self, request: web.Request) -> web.Response:
        if request.path in self.objects:
            return web.json_response(self.objects[request.path])
        if request.path.rsplit("/", 1)[-1] in PLURALS:
            return self._list(request)
        return refusal(404, "NotFound", f"{request.path} not found")

    def _list(self, request: web.Request) -> web.Response:
        start = int(request.query.get("continue", "0"))
        if start and self.expire_continue:
            return refusal(410, "Expired", "The provided continue parameter is too old")
        found = [one for path, one in sorted(self.objects.items()) if within(path, request.path)]
        limit = int(request.query.get("limit", "0")) or len(found)
        metadata: Manifest = {"resourceVersion": str(self._version)}
        if start + limit < len(found):
            metadata["continue"] = str(start + limit)
        items = [as_requested(one, request) for one in found[start : start + limit]]
        return web.json_response({"kind": "List", "metadata": metadata, "items": items})

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        position = int(request.query["resourceVersion"])
        deadline = asyncio.get_running_loop().time() + float(request.query["timeoutSeconds"])
        transport = request.transport
        assert transport is not None
        self._streams.add(transport)
        try:
            while asyncio.get_running_loop().time() < deadline:
                if position < self.forgotten_before:
                    gone = status_body(410, "Expired", "too old resource version")
                    await send(response, "ERROR", gone)
                    break
                position = await self._send_since(response, request, position)
                await self._wait()
        finally:
            self._streams.discard(transport)
        return response

    async def _send_since(
        self, response: web.StreamResponse, request: web.Request, position: int
    ) -> int:
        if self.silent:
            return position
        for version, event, path, manifest in self.history:
            if version > position and within(path, request.path):
                await send(response, event, as_requested(manifest, request))
        bookmark = {"metadata": {"resourceVersion": str(self._version)}}
        await send(response, "BOOKMARK", bookmark)
        return self._version

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self.bookmark_seconds), self._changed:
                await self._changed.wait()
        except TimeoutError:
            return

    async def _post(self, request: web.Request, body: Manifest) -> web.Response:
        path = f"{request.path}/{body['metadata']['name']}"
        if path in self.objects:
            return refusal(409, "AlreadyExists", f"{path} already exists")
        return web.json_response(await self._store("ADDED", path, body), status=201)

    async def _put(self, request: web.Request, body: Manifest) -> web.Response:
        stored = self.objects[request.path]
        if body["metadata"]["resourceVersion"] != stored["metadata"]["resourceVersion"]:
            return refusal(409, "Conflict", "the object has been modified")
        return web.json_response(await self._store("MODIFIED", request.path, body))

    async def _patch(self, request: web.Request, body: Manifest) -> web.Response:
        if "colour" in body.get("spec", {}):
            return refusal(500, "", UNDECLARED)
        path = request.path.removesuffix("/status")
        before = self.objects.get(path)
        after = copy.deepcopy(before or {}) | body
        after["metadata"] = (before or {}).get("metadata", {}) | body.get("metadata", {})
        if after == before:
            return web.json_response(before)
        return web.json_response(await self.put(path, after), status=200 if before else 201)

    async def _delete(self, request: web.Request, body: Manifest) -> web.Response:
        stored = self.objects.get(request.path)
        if stored is None:
            return refusal(404, "NotFound", f"{request.path} not found")
        wanted = body.get("preconditions", {}).get("uid")
        if wanted not in (None, stored["metadata"]["uid"]):
            return refusal(409, "Conflict", "the UID in the precondition does not match")
        await self.remove(request.path)
        return web.json_response({"kind": "Status", "status": "Success"})


def within(path: str, collection: str) -> bool:
    """Whether the object at ``path`` belongs to a collection of one or of all namespaces."""
    if "/namespaces/" in collection:
        return path.rsplit("/", 1)[0] == collection
    base, plural = collection.rsplit("/", 1)
    return path.startswith(f"{base}/namespaces/") and path.rsplit("/", 2)[1] == plural


def as_requested(manifest: Manifest, request: web.Request) -> Manifest:
    """The whole object, or its metadata when the client asked for that view."""
    if "as=PartialObjectMetadata" in request.headers["Accept"]:
        return {"kind": "PartialObjectMetadata", "metadata": manifest["metadata"]}
    # Built-in lists leave out what each item is.
    return {key: value for key, value in manifest.items() if key not in ("kind", "apiVersion")}


async def send(response: web.StreamResponse, event: str, manifest: Manifest) -> None:
    await response.write(orjson.dumps({"type": event, "object": manifest}) + b"\n")
