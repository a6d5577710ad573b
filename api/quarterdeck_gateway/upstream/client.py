"""The real upstream: one aiohttp session for all replicas.

Nothing is decoded and nothing is retried here. Connections are kept for less time than a worker
keeps them, so that a request is not sent into one that the worker is just closing.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import aiohttp

from quarterdeck_contract.addresses import ON_A_LAPTOP, AddressPolicy
from quarterdeck_contract.names import (
    HEADER_AGENT,
    HEADER_MODEL,
    HEADER_REQUEST_ID,
    HEADER_TRACEPARENT,
    HEADER_WORKER_TOKEN,
)
from quarterdeck_gateway.errors import ReplicaDisconnected, ReplicaTimedOut, ReplicaUnreachable
from quarterdeck_gateway.routing.registry import Replica
from quarterdeck_gateway.upstream.guard import guarded_connector
from quarterdeck_gateway.upstream.port import UpstreamRequest
from quarterdeck_gateway.upstream.silence import SilenceTimer

CHAT_PATH: Final = "/v1/chat/completions"
KEEP_ALIVE_SECONDS: Final = 4.0
"""Below the five seconds after which a worker's server closes an idle connection."""
WRITTEN_AT_ONCE: Final = 256 * 1024


@dataclass(frozen=True)
class Timeouts:
    """In seconds: until connected, until the first byte of the body, between two pieces of it."""

    connect: float = 2.0
    first_byte: float = 300.0
    idle: float = 120.0


class HttpUpstream:
    """Sends chats over HTTP, to ``addresses`` alone. Make it where an event loop runs; ``close`` it
    in the end."""

    def __init__(
        self, timeouts: Timeouts | None = None, addresses: AddressPolicy = ON_A_LAPTOP
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._session = aiohttp.ClientSession(
            connector=guarded_connector(
                addresses, limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS, ttl_dns_cache=10
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            # Bytes are passed on as they come, so they must not come compressed.
            headers={"accept-encoding": "identity", "content-type": "application/json"},
            skip_auto_headers=("user-agent",),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._timeouts.connect),
        )

    async def open(self, replica: Replica, request: UpstreamRequest) -> "HttpAnswer":
        headers = {HEADER_REQUEST_ID: request.request_id, HEADER_AGENT: request.agent}
        if replica.token is not None:
            headers[HEADER_WORKER_TOKEN] = replica.token
        if request.model is not None:
            headers[HEADER_MODEL] = request.model
        if request.traceparent is not None:
            headers[HEADER_TRACEPARENT] = request.traceparent
        try:
            async with asyncio.timeout(self._timeouts.first_byte):
                response = await self._session.post(
                    replica.url + CHAT_PATH,
                    data=_payload(request.body),
                    headers=headers,
                    allow_redirects=False,
                )
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as exc:
            raise ReplicaUnreachable(f"{replica.url}: {exc}") from exc
        except aiohttp.InvalidURL as exc:
            raise ReplicaUnreachable(f"{replica.url}: not a URL") from exc
        except TimeoutError as exc:
            raise ReplicaTimedOut(f"{replica.url}: no answer") from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise ReplicaDisconnected(f"{replica.url}: {exc!r}") from exc
        return HttpAnswer(response, replica.url, self._timeouts)

    async def close(self) -> None:
        await self._session.close()


def _payload(body: bytes) -> bytes | BytesIO:
    # Long ones are written piece by piece, so that one chat does not hold up the others.
    return body if len(body) <= WRITTEN_AT_ONCE else BytesIO(body)


class HttpAnswer:
    """A response of aiohttp as an Answer."""

    def __init__(self, response: aiohttp.ClientResponse, url: str, timeouts: Timeouts) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._url = url
        self._idle = timeouts.idle
        self._begun = False
        self._timed_out = False
        self._silence = SilenceTimer(self._give_up, timeouts.first_byte)

    async def chunk(self) -> bytes:
        self._silence.wait_begins()
        try:
            piece = await self._response.content.readany()
        except (aiohttp.ClientError, OSError) as exc:
            if self._timed_out:
                raise ReplicaTimedOut(f"{self._url}: silent in its answer") from exc
            raise ReplicaDisconnected(f"{self._url}: {exc!r}") from exc
        self._silence.wait_ends()
        if not self._begun:
            self._begun = True
            self._silence.restart(self._idle)
        return piece

    def close(self) -> None:
        self._silence.stop()
        self._response.close()

    def _give_up(self) -> None:
        # Ends the read that is waiting, with an error.
        self._timed_out = True
        self._response.close()
