"""The whole gateway in process: every router and layer over real stores, asked without a socket.

What stands in for a cluster is a catalogue and a writer in memory; the worker listens on a port.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_contract.v1alpha1.model import DEMO_MODEL
from quarterdeck_gateway.app import create_app
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.catalogue.port import EventType, Manifest
from quarterdeck_gateway.composition import open_gateway
from quarterdeck_gateway.routing.registry import MemoryRegistry
from quarterdeck_gateway.services import Services
from quarterdeck_gateway.settings import Settings
from support.declared import PEPPER, api_key, budget
from support.management import manifest_of
from support.running_gateway import agent

INSTALLATION = "qd_installation"
"""The admin key."""
TENANTS = ("team-a", "team-b")
SPECS: Mapping[str, Any] = {
    "Agent": {"model": "victim", "instructions": "Be brief."},
    "Model": {"provider": "local", "model": DEMO_MODEL},
}
"""What the victims of these kinds say."""


def key_of(tenant: str, role: Role) -> str:
    """The key of a tenant's ApiKey with this role."""
    return f"qd_{tenant}_{role}"


@dataclass
class WholeGateway:
    """The application, a client of it, and what it works with."""

    app: FastAPI
    settings: Settings
    services: Services
    writer: MemoryWriter
    http: httpx.AsyncClient

    async def ask(self, method: str, path: str, key: str | None, **options: Any) -> httpx.Response:
        """One request with this key, or without any."""
        # The cookie of whoever signed in before is not this caller's.
        self.http.cookies.clear()
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        # In process nothing else would get its turn: connections that are being made, timers.
        await asyncio.sleep(0)
        return await self.http.request(method, path, headers=headers, **options)

    async def restore(self) -> None:
        """team-a has a ``victim`` of every kind and no ApiKey ``made``."""
        everyone = [("ApiKey", "made"), *((kind, "victim") for kind in KINDS)]
        for kind, name in everyone:
            if (kind, "team-a", name) in self.writer.objects:
                await self.writer.delete(kind, "team-a", name)
        await self.writer.create(api_key("victim", "qd_victim", namespace="team-a"))
        await self.writer.create(budget("victim", 1000.0, namespace="team-a"))
        for kind, spec in SPECS.items():
            await self.writer.create(manifest_of(kind, "victim", spec))


@asynccontextmanager
async def whole_gateway(
    folder: Path, redis_url: str, *workers: str, **options: Any
) -> AsyncIterator[WholeGateway]:
    """A gateway with a key of each role for two tenants, and the agent ``bot`` of team-a."""
    known: dict[str, Any] = {
        "admin_key_hash": hashlib.sha256(INSTALLATION.encode()).hexdigest(),
        "key_pepper": PEPPER,
        "redis_url": redis_url,
        # A busy machine is not a dead Redis.
        "redis_timeout_seconds": 5,
        "redis_prefix": folder.name[:64],
        "database_url": f"sqlite:///{folder / 'gateway.db'}",
        "spool_directory": folder / "spool",
        "migrate_on_start": True,
        "allowed_networks": "127.0.0.0/8",
    }
    settings = Settings(**known | options)
    catalogue = EventCatalogue(settings.system_namespace, synced=True)
    registry = MemoryRegistry([agent("bot", *workers, namespace="team-a")])

    def observe(event_type: EventType, manifest: Manifest) -> None:
        catalogue.observe(event_type, manifest)
        registry.observe(event_type, manifest)

    writer = MemoryWriter(observe)
    for tenant in TENANTS:
        for role in Role:
            secret = key_of(tenant, role)
            await writer.create(api_key(str(role), secret, namespace=tenant, role=str(role)))
    async with open_gateway(settings, registry, catalogue, writer, alone=True) as gateway:
        app = create_app(
            settings,
            gateway.services,
            management=gateway.management,
            mounts={"/k8s": PlainTextResponse("cluster")},
        )
        transport = httpx.ASGITransport(app, client=("192.0.2.1", 1), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            yield WholeGateway(app, settings, gateway.services, writer, http)
