"""A real gateway on a real port: all decisions as in production, all that is stored in memory."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
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

from quarterdeck_contract.names import API_VERSION
from quarterdeck_gateway.accounting.ledger import MemoryLedger
from quarterdeck_gateway.accounting.metrics import GatewayMetrics
from quarterdeck_gateway.accounting.prices import CataloguePricer
from quarterdeck_gateway.admission.keeper import Keeper
from quarterdeck_gateway.admission.lines import line_of
from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.port import AdmissionStore
from quarterdeck_gateway.admission.seeding import NoHistory
from quarterdeck_gateway.admission.session_book import SessionBook
from quarterdeck_gateway.app import create_app
from quarterdeck_gateway.audit.port import MemoryAuditLog
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.identity.opening import open_identity
from quarterdeck_gateway.routing.loads import ReplicaLoads
from quarterdeck_gateway.routing.registry import AgentEntry, MemoryRegistry, Replica
from quarterdeck_gateway.server import server_config
from quarterdeck_gateway.services import Clock, Drain, Services
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.upstream.client import HttpUpstream, Timeouts
from support.declared import PEPPER

KEY = "qd_test-key"
MESSAGES: Any = [{"role": "user", "content": "hello"}]
REQUIRED: Any = {
    "admin_key_hash": hashlib.sha256(KEY.encode()).hexdigest(),
    "key_pepper": PEPPER,
    "redis_url": "redis://127.0.0.1:1",
    "database_url": "sqlite:///unused",
    # Clients, gateway and workers share one process here: when the machine holds it up, all wait.
    "connect_timeout_seconds": 60,
}
"""What a gateway does not start without; the stores are in memory here."""
READY: Any = {
    "type": "Ready",
    "status": "True",
    "reason": "WorkersReady",
    "message": "",
    "lastTransitionTime": "2026-01-01T00:00:10Z",
}
"""The condition of an agent that answers."""


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
            "apiVersion": API_VERSION,
            "kind": "Agent",
            "metadata": {
                "namespace": namespace,
                "name": name,
                "creationTimestamp": "2026-01-01T00:00:00Z",
            },
            "spec": {"instructions": "Be brief.", "model": "demo"},
            "status": {"conditions": [READY]},
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
    catalogue: EventCatalogue
    keeper: Keeper
    store: AdmissionStore
    audit: MemoryAuditLog
    http: aiohttp.ClientSession

    def openai(self, **options: Any) -> AsyncOpenAI:
        """The official SDK, pointed here; no retries of its own unless asked for."""
        given: dict[str, Any] = {"base_url": f"{self.url}/v1", "api_key": KEY, "max_retries": 0}
        return AsyncOpenAI(**given | options)

    def chat(self, model: str = "demo", *, key: str = KEY, **fields: Any) -> Any:
        """A chat request by a bare HTTP client; ``async with`` gives the response."""
        body = {"model": model, "messages": MESSAGES, **fields}
        headers = {"authorization": f"Bearer {key}"}
        return self.http.post(f"{self.url}/v1/chat/completions", json=body, headers=headers)

    def declare(self, *manifests: Any) -> None:
        """Models, Budgets and ApiKeys, as if somebody had applied them."""
        for manifest in manifests:
            self.catalogue.observe("ADDED", manifest)

    def sample(self, name: str, **labels: str) -> float:
        """A metric's value, 0 when it has none yet."""
        return self.services.metrics.registry.get_sample_value(name, labels) or 0.0

    async def budget(self, name: str = "all", namespace: str = "default") -> tuple[int, int]:
        """Spent and reserved micro-USD, once all that ended is settled; the gateway learns it too,
        as it does every few seconds."""
        entry = self.catalogue.budget(namespace, name)
        assert entry is not None
        await self.keeper.outbox.settled(60)
        states = await self.store.states([line_of(entry, time.time())])
        self.keeper.learn(states)
        return (states[0].spent, states[0].reserved) if states else (0, 0)


@asynccontextmanager
async def running_gateway(
    *,
    ledger: MemoryLedger | None = None,
    store: AdmissionStore | None = None,
    mounts: Mapping[str, ASGIApp] | None = None,
    **options: Any,
) -> AsyncIterator[Gateway]:
    """A gateway with these settings, in this event loop; whatever still runs is cancelled."""
    settings = Settings(**REQUIRED | options)
    store = store or MemoryAdmissionStore(time.time)
    async with (
        _composed(settings, ledger or MemoryLedger(), store) as (services, keeper),
        aiohttp.ClientSession(headers={"authorization": f"Bearer {KEY}"}) as http,
    ):
        app = create_app(settings, services, mounts=mounts)
        async with listening(server_config(app, settings, loop="none")) as url:
            yield Gateway(
                url=url,
                services=services,
                registry=cast("MemoryRegistry", services.registry),
                ledger=cast("MemoryLedger", services.ledger),
                catalogue=cast("EventCatalogue", services.catalogue),
                keeper=keeper,
                store=store,
                audit=cast("MemoryAuditLog", services.audit),
                http=http,
            )


@asynccontextmanager
async def _composed(
    settings: Settings, ledger: MemoryLedger, store: AdmissionStore
) -> AsyncIterator[tuple[Services, Keeper]]:
    clock, metrics = Clock(), CollectorRegistry()
    catalogue = EventCatalogue(settings.system_namespace, synced=True)
    audit, upstream = MemoryAuditLog(), HttpUpstream(_timeouts(settings))
    keeper = Keeper(
        store,
        catalogue,
        NoHistory(),
        AdmissionMetrics(metrics),
        gateway="test",
        reservation_seconds=settings.reservation_seconds,
        alone=True,
    )
    sessions = SessionBook(store, keeper.breaker)
    async with (
        open_identity(settings, catalogue, audit, clock.now, sessions, metrics=metrics) as door,
        _in_background(keeper),
    ):
        services = Services(
            registry=MemoryRegistry(),
            catalogue=catalogue,
            door=door,
            admission=keeper,
            upstream=upstream,
            pricer=CataloguePricer(catalogue),
            ledger=ledger,
            audit=audit,
            metrics=GatewayMetrics(metrics),
            loads=ReplicaLoads(clock.monotonic, settings.eject_seconds),
            drain=Drain(),
            clock=clock,
        )
        try:
            yield services, keeper
        finally:
            await upstream.close()


@asynccontextmanager
async def _in_background(keeper: Keeper) -> AsyncIterator[None]:
    task = asyncio.create_task(keeper.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _timeouts(settings: Settings) -> Timeouts:
    return Timeouts(
        connect=settings.connect_timeout_seconds,
        first_byte=settings.first_byte_timeout_seconds,
        idle=settings.idle_timeout_seconds,
    )


@asynccontextmanager
async def listening(config: uvicorn.Config) -> AsyncIterator[str]:
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


async def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits for a condition; fails the test when it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


async def error_of(response: Any) -> dict[str, Any]:
    """The ``error`` object of a refusal."""
    error: dict[str, Any] = (await response.json())["error"]
    return error
