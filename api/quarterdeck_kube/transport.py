"""One HTTP session to one API server: login, limits, time-outs, metrics, foreign errors translated.

No aiohttp type or exception leaves this module, and no token enters a message.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import orjson
from yarl import URL

from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.errors import KubeError, Permanent, Transient, from_response
from quarterdeck_kube.metrics import NO_RESPONSE, NullRequestMetrics, RequestMetrics
from quarterdeck_kube.resources import Manifest

JSON: Final = "application/json"
MAX_STREAMS: Final = 64
"""Connections beside those for requests: watches and followed logs hold theirs for minutes."""


@dataclass(frozen=True)
class Request:
    """One request; ``kind`` is for metrics, ``path`` is encoded and relative to the server."""

    method: str
    path: str
    kind: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = JSON
    accept: str = JSON


class Transport:
    """Sends requests; at most ``max_in_flight`` at once, each within ``timeout`` seconds.

    Waiting for one's turn is not counted in ``timeout``. The session opens with the first request;
    ``close`` ends it.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        timeout: float,
        max_in_flight: int,
        metrics: RequestMetrics | None,
        user_agent: str,
    ) -> None:
        self._credentials = credentials
        self._tokens = credentials.token_source
        self._timeout = timeout
        self._turns = asyncio.Semaphore(max_in_flight)
        self._connections = max_in_flight + MAX_STREAMS
        self._metrics = metrics or NullRequestMetrics()
        self._user_agent = user_agent
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections; streams end with Transient."""
        if self._session is not None:
            await self._session.close()

    async def send(self, request: Request) -> bytes:
        """The body of a successful response. Raises KubeError."""
        limits = aiohttp.ClientTimeout(total=self._timeout)
        async with self._turns, self._response(request, limits, self._timeout) as response:
            return await response.read()

    async def send_json(self, request: Request) -> Manifest:
        """The decoded body of a successful response. Raises KubeError."""
        try:
            answer = orjson.loads(await self.send(request))
        except orjson.JSONDecodeError as exc:
            message = f"{self._credentials.server} answered no JSON: is it a Kubernetes API server?"
            raise Permanent(message, method=request.method, path=request.path) from exc
        if not isinstance(answer, dict):
            message = "the server answered JSON that is not an object"
            raise Permanent(message, method=request.method, path=request.path)
        return answer

    @asynccontextmanager
    async def stream(
        self, request: Request, *, idle_timeout: float | None, head_timeout: float | None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The chunks of a response as they arrive; it may last for ever.

        Raises Transient when the response does not start within ``head_timeout`` seconds, when
        nothing arrives for ``idle_timeout`` seconds, and when the connection breaks.
        """
        limits = aiohttp.ClientTimeout(connect=self._timeout, sock_read=idle_timeout)
        async with self._response(request, limits, head_timeout) as response:
            yield response.content.iter_any()

    @asynccontextmanager
    async def _response(
        self, request: Request, limits: aiohttp.ClientTimeout, head_timeout: float | None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with await self._open(request, limits, head_timeout) as response:
                if response.status >= 300:
                    raise await _refusal(request, response)
                yield response
        except (aiohttp.ClientError, OSError) as exc:
            raise self._translated(request, exc) from exc

    async def _open(
        self, request: Request, limits: aiohttp.ClientTimeout, head_timeout: float | None
    ) -> aiohttp.ClientResponse:
        """Exchange; after a 401 once more, provided that the token changed meanwhile."""
        used = await self._tokens.authorization() if self._tokens else None
        response = await self._exchange(request, limits, head_timeout, used)
        if response.status != 401 or self._tokens is None:
            return response
        newer = await self._tokens.authorization(refused=used)
        if newer == used:
            return response
        response.release()
        return await self._exchange(request, limits, head_timeout, newer)

    async def _exchange(
        self,
        request: Request,
        limits: aiohttp.ClientTimeout,
        head_timeout: float | None,
        authorization: str | None,
    ) -> aiohttp.ClientResponse:
        started, code = time.monotonic(), NO_RESPONSE
        try:
            async with asyncio.timeout(head_timeout):
                response = await self._opened_session().request(
                    request.method,
                    URL(self._credentials.server + request.path, encoded=True),
                    params=request.params,
                    data=request.body,
                    headers=_headers(request, authorization),
                    timeout=limits,
                    proxy=self._credentials.proxy,
                    server_hostname=self._credentials.tls_server_name,
                    # A redirect would carry the token to wherever it points.
                    allow_redirects=False,
                )
            code = str(response.status)
            return response
        finally:
            seconds = time.monotonic() - started
            self._metrics.observe(request.method, request.kind, code, seconds)

    def _opened_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    ssl=self._credentials.tls or True, limit=self._connections
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._user_agent},
            )
        return self._session

    def _translated(self, request: Request, exc: Exception) -> KubeError:
        server = self._credentials.server
        if isinstance(exc, aiohttp.ClientConnectorCertificateError):
            message = f"the certificate of {server} is not trusted: {exc.certificate_error}"
            return Permanent(message, method=request.method, path=request.path)
        if isinstance(exc, aiohttp.InvalidURL):
            message = f'"{server}" is not the URL of an API server'
            return Permanent(message, method=request.method, path=request.path)
        if isinstance(exc, TimeoutError):
            message = f"{server} did not answer in time"
        else:
            message = f"cannot reach {server}: {exc or type(exc).__name__}"
        return Transient(message, method=request.method, path=request.path)


def _headers(request: Request, authorization: str | None) -> dict[str, str]:
    headers = {"Accept": request.accept}
    if request.body is not None:
        headers["Content-Type"] = request.content_type
    if authorization is not None:
        headers["Authorization"] = authorization
    return headers


async def _refusal(request: Request, response: aiohttp.ClientResponse) -> KubeError:
    return from_response(
        response.status,
        await response.read(),
        method=request.method,
        path=request.path,
        retry_after=response.headers.get("Retry-After"),
    )
