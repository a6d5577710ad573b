"""A reverse proxy that breaks things on purpose, to stand before the real API server.

Clients reach it over plain HTTP on the loopback interface and their Authorization header passes
through, so that any program under test (also one in another process) can be sent through it.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from quarterdeck_kube.credentials import Credentials

HOP_BY_HOP = {"connection", "content-length", "host", "transfer-encoding", "content-encoding"}
REASONS = {409: "Conflict", 410: "Expired", 429: "TooManyRequests", 500: "InternalError"}
OBJECT_PATH = re.compile(
    r"^(?P<base>/api/v1|/apis/[^/]+/[^/]+)"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/))?"
    r"/(?P<plural>[^/]+)(?:/(?P<name>[^/]+))?(?P<subresource>/[^/]+)?$"
)


@dataclass
class Fault:
    """The next ``times`` requests whose verb and path match are answered with ``status``."""

    status: int
    verb: re.Pattern[str]
    path: re.Pattern[str]
    times: int
    retry_after: int | None = None

    def matches(self, verb: str, path: str) -> bool:
        return self.times > 0 and bool(self.verb.fullmatch(verb) and self.path.search(path))


def path_template(path: str) -> str:
    """``path`` with namespace and name replaced by placeholders, for counting by kind."""
    found = OBJECT_PATH.match(path)
    if found is None:
        return path
    namespace = "/namespaces/{namespace}" if found["namespace"] else ""
    name = "/{name}" if found["name"] else ""
    return f"{found['base']}{namespace}/{found['plural']}{name}{found['subresource'] or ''}"


class FaultProxy:
    """Forwards to ``upstream``; ``counts`` has (verb, path template), where a watch is WATCH.

    ``latency`` seconds are added to every request.
    """

    def __init__(self, upstream: Credentials) -> None:
        self.url = ""
        self.latency = 0.0
        self.counts: Counter[tuple[str, str]] = Counter()
        self._upstream = upstream
        self._faults: list[Fault] = []
        self._streams: dict[asyncio.Transport, str] = {}
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FaultProxy"]:
        """Serve on a free port of the loopback interface."""
        app = web.Application(client_max_size=8 * 1024**2)
        app.router.add_route("*", "/{tail:.*}", self._serve)
        server = TestServer(app)
        connector = aiohttp.TCPConnector(ssl=self._upstream.tls or True, limit=0)
        async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
            self._session = session
            await server.start_server()
            self.url = str(server.make_url("")).rstrip("/")
            try:
                yield self
            finally:
                self._flowing.set()
                self.cut_streams()
                await server.close()

    def credentials(self) -> Credentials:
        """The upstream's credentials, but through this proxy."""
        return Credentials(server=self.url, token=self._upstream.token)

    async def write_kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig that sends a program through this proxy."""
        source = self._upstream.token_source
        header = await source.authorization() if source else None
        user = {"token": header.removeprefix("Bearer ")} if header else {}
        content: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "proxy",
            "clusters": [{"name": "proxy", "cluster": {"server": self.url}}],
            "users": [{"name": "proxy", "user": user}],
            "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": "proxy"}}],
        }
        path.write_text(yaml.safe_dump(content))
        return path

    def fail(
        self,
        status: int,
        *,
        verb: str = ".*",
        path: str = "",
        times: int = 1,
        retry_after: int | None = None,
    ) -> None:
        """Answer ``status`` to the next ``times`` requests that match (regular expressions)."""
        fault = Fault(status, re.compile(verb), re.compile(path), times, retry_after)
        self._faults.append(fault)

    def clear_faults(self) -> None:
        """Forget the faults that have not happened yet."""
        self._faults.clear()

    def cut_streams(self, path: str = "") -> int:
        """Break the connections of open watches whose path matches; how many there were."""
        pattern = re.compile(path)
        cut = [transport for transport, where in self._streams.items() if pattern.search(where)]
        for transport in cut:
            transport.abort()
        return len(cut)

    @property
    def open_streams(self) -> int:
        """How many watches are open."""
        return len(self._streams)

    def freeze(self) -> None:
        """Accept and never answer; pass on no byte of open streams. Until ``thaw``."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Let everything flow again, what was held back included."""
        self._flowing.set()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        verb = "WATCH" if request.query.get("watch") in ("true", "1") else request.method
        self.counts[verb, path_template(request.path)] += 1
        await asyncio.sleep(self.latency)
        await self._flowing.wait()
        for fault in self._faults:
            if fault.matches(verb, request.path):
                fault.times -= 1
                return _refusal(fault)
        return await self._forward(request, verb)

    async def _forward(self, request: web.Request, verb: str) -> web.StreamResponse:
        assert self._session is not None
        async with self._session.request(
            request.method,
            URL(self._upstream.server + request.raw_path, encoded=True),
            headers=_passed_on(request.headers.items()),
            # An empty body would get a content type, which discovery refuses.
            data=await request.read() or None,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None),
        ) as answer:
            response = web.StreamResponse(
                status=answer.status,
                headers=_passed_on(answer.headers.items(), keep="content-encoding"),
            )
            await response.prepare(request)
            with self._counted(request, verb):
                await self._relay(answer, response)
        return response

    @contextmanager
    def _counted(self, request: web.Request, verb: str) -> Iterator[None]:
        """Keep the connection of a watch at hand, to cut it."""
        transport = request.transport if verb == "WATCH" else None
        if transport is None:
            yield
            return
        self._streams[transport] = request.path
        try:
            yield
        finally:
            del self._streams[transport]

    async def _relay(self, answer: aiohttp.ClientResponse, response: web.StreamResponse) -> None:
        async for chunk in answer.content.iter_any():
            await self._flowing.wait()
            await response.write(chunk)
        await response.write_eof()


def _passed_on(headers: Any, keep: str = "") -> dict[str, str]:
    return {
        name: value
        for name, value in headers
        if name.lower() not in HOP_BY_HOP or name.lower() == keep
    }


def _refusal(fault: Fault) -> web.Response:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": fault.status,
        "reason": REASONS.get(fault.status, ""),
        "message": "injected fault",
    }
    return web.Response(
        status=fault.status,
        body=orjson.dumps(status),
        headers=headers,
        content_type="application/json",
    )
