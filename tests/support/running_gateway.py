"""A real gateway on a real port: everything but the registry and the ledger as in production."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import aiohttp
import uvicorn
from openai import AsyncOpenAI
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from quarterdeck_gateway.accounting.ledger import MemoryLedger
from quarterdeck_gateway.app import create_app
from quarterdeck_gateway.routing.registry import AgentEntry, MemoryRegistry, Replica
from quarterdeck_gateway.server import server_config
from quarterdeck_gateway.services import Services, open_services
from quarterdeck_gateway.settings import Settings

KEY = "qd_test-key"
MESSAGES: Any = [{"role": "user", "content": "hello"}]


def agent(name: str, *urls: str, namespace: str = "default", **changes: Any) -> AgentEntry:
    """An agent that is ready when it has workers."""
    known: dict[str, Any] = {
        "namespace": namespace,
        "name": name,
        "description": f"the agent {name}",
        "suspended": False,
        "ready": bool(urls),
        "reason": "WorkersReady" if urls else "WaitingForWorkers",
        "message": "" if urls else "0 of 1 workers are ready",
        "replicas": tuple(Replica(id=url, url=url, token="worker-secret") for url in urls),
        "manifest": {
            "metadata": {"name": name, "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"instructions": "Be brief.", "model": "demo"},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        },
    }
    return AgentEntry(**known | changes)


@dataclass
class Gateway:
    """What a test needs to talk to a gateway and to look behind it."""

    url: str
    services: Services
    registry: MemoryRegistry
    ledger: MemoryLedger
    http: aiohttp.ClientSession

    def openai(self, **options: Any) -> AsyncOpenAI:
        """The official SDK, pointed here; no retries of its own unless asked for."""
        given: dict[str, Any] = {"base_url": f"{self.url}/v1", "api_key": KEY, "max_retries": 0}
        return AsyncOpenAI(**given | options)

    def chat(self, model: str = "demo", **fields: Any) -> Any:
        """A chat request by a bare HTTP client; ``async with`` gives the response."""
        body = {"model": model, "messages": MESSAGES, **fields}
        return self.http.post(f"{self.url}/v1/chat/completions", json=body)

    def sample(self, name: str, **labels: str) -> float:
        """A metric's value, 0 when it has none yet."""
        return self.services.metrics.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def running_gateway(
    *,
    ledger: MemoryLedger | None = None,
    mounts: Mapping[str, ASGIApp] | None = None,
    **options: Any,
) -> AsyncIterator[Gateway]:
    """A gateway with these settings, in this event loop; whatever still runs is cancelled."""
    settings = Settings(admin_key_hash=hashlib.sha256(KEY.encode()).hexdigest(), **options)
    registry, records = MemoryRegistry(), ledger or MemoryLedger()
    async with open_services(
        settings, registry, ledger=records, metrics=CollectorRegistry()
    ) as services:
        app = create_app(settings, services, mounts=mounts)
        async with (
            _listening(server_config(app, settings, loop="none")) as url,
            aiohttp.ClientSession(headers={"authorization": f"Bearer {KEY}"}) as http,
        ):
            yield Gateway(url, services, registry, records, http)


@asynccontextmanager
async def _listening(config: uvicorn.Config) -> AsyncIterator[str]:
    """uvicorn's protocol without its server, whose stop takes a fifth of a second per test."""
    config.load()
    state = ServerState()
    protocol = partial(
        cast("type[HttpToolsProtocol]", config.http_protocol_class),
        config=config,
        server_state=state,
        app_state={},
    )
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        running = list(state.tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for connection in list(state.connections):
            connection.shutdown()


async def until(true: Callable[[], bool], seconds: float = 2.0) -> None:
    """Waits for a condition; fails the test when it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)
