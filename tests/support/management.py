"""The management API without a whole gateway: its routers over a catalogue and a writer in memory,
with whoever a test wants to be."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import httpx
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from quarterdeck_contract.names import API_VERSION, SYSTEM_NAMESPACE
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.accounting.prices import CataloguePricer
from quarterdeck_gateway.accounting.pricing import Pricer
from quarterdeck_gateway.agents import endpoints as agents
from quarterdeck_gateway.agents.service import AgentChanges
from quarterdeck_gateway.audit.port import MemoryAuditLog
from quarterdeck_gateway.budgets import endpoints as budgets
from quarterdeck_gateway.budgets.service import BudgetService
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.catalogue.port import EventType, Manifest
from quarterdeck_gateway.chat.floor import ChatFloors
from quarterdeck_gateway.errors import InvalidRequest
from quarterdeck_gateway.events.port import MemoryEvents
from quarterdeck_gateway.identity.keyring import Keyring
from quarterdeck_gateway.identity.principal import Principal, installation_admin
from quarterdeck_gateway.keys import endpoints as keys
from quarterdeck_gateway.keys.service import KeyService
from quarterdeck_gateway.manifests.service import Find, ManifestService
from quarterdeck_gateway.middleware.errors import ErrorEnvelopeMiddleware
from quarterdeck_gateway.model_resources import endpoints as models
from quarterdeck_gateway.model_resources.service import ModelService
from quarterdeck_gateway.namespaces import endpoints as namespaces
from quarterdeck_gateway.routing.registry import MemoryRegistry
from quarterdeck_gateway.whoami import endpoints as whoami

PEPPER = b"a pepper of thirty-two bytes or more"
OPERATOR = "quarterdeck-operator"
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def manifest_of(
    kind: str, name: str, spec: Mapping[str, Any], namespace: str = "team-a", **metadata: Any
) -> dict[str, Any]:
    """A manifest of one of our kinds."""
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"namespace": namespace, "name": name, **metadata},
        "spec": dict(spec),
    }


def api_key(name: str = "ci", namespace: str = "team-a", **spec: Any) -> dict[str, Any]:
    """An ApiKey as it is applied."""
    return manifest_of("ApiKey", name, {"owner": "ann", **spec}, namespace)


def budget(name: str = "month", namespace: str = "team-a", **spec: Any) -> dict[str, Any]:
    """A Budget as it is applied."""
    given = {"scope": {"kind": "Namespace"}, "amountUSD": 10, **spec}
    return manifest_of("Budget", name, given, namespace)


def admin_of(*namespaces: str, **changes: Any) -> Principal:
    """An admin of some namespaces."""
    given: dict[str, Any] = {"name": "team-a/boss", "role": Role.ADMIN, "namespaces": namespaces}
    return Principal(**given | changes)


@dataclass
class Management:
    """What a test needs. Change ``principal`` to be somebody else, ``now`` for another time."""

    http: httpx.AsyncClient = field(init=False)
    principal: Principal = field(default_factory=installation_admin)
    now: datetime = NOW
    catalogue: EventCatalogue = field(default_factory=lambda: EventCatalogue(synced=True))
    writer: MemoryWriter = field(init=False)
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    audit: MemoryAuditLog = field(default_factory=MemoryAuditLog)
    keyring: Keyring = field(init=False)
    pricer: Pricer = field(init=False)

    def __post_init__(self) -> None:
        self.pricer = CataloguePricer(self.catalogue)
        self.writer = MemoryWriter(self.observe)
        self.keyring = Keyring(self.catalogue, PEPPER, "0" * 64, lambda: self.now)

    def observe(self, event_type: EventType, manifest: Manifest) -> None:
        """Tell catalogue and registry of a change."""
        self.catalogue.observe(event_type, manifest)
        self.registry.observe(event_type, manifest)

    def manifests(self, kind: str, known: Find, **options: Any) -> ManifestService:
        """The service of one kind."""
        return ManifestService(
            kind,
            known,
            lambda: self.catalogue.synced,
            self.writer,
            self.audit,
            now=lambda: self.now,
            **options,
        )

    def later(self, **units: float) -> None:
        """Let time pass."""
        self.now += timedelta(**units)

    async def call(self, method: str, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
        """The JSON of an answer, which must have this status."""
        response = await self.http.request(method, f"/api/v1{path}", json=body or None)
        assert response.status_code == status, response.text
        found: dict[str, Any] = response.json() if response.content else {}
        return found

    async def note_keys(self, namespace: str, name: str, *keys: Mapping[str, Any]) -> None:
        """Write the issued keys into the status, as the operator does."""
        await self.writer.report("ApiKey", namespace, name, {"keys": list(keys)}, manager=OPERATOR)

    def stored(self, kind: str, namespace: str, name: str) -> Manifest:
        """The object as it stands."""
        return self.writer.objects[kind, namespace, name]


@asynccontextmanager
async def management(*, wait_seconds: float = 0.1) -> AsyncIterator[Management]:
    """The routers, with an HTTP client in this process."""
    world = Management()
    service = KeyService(
        world.catalogue,
        world.writer,
        world.audit,
        pepper=PEPPER,
        default_namespace="default",
        system_namespace=SYSTEM_NAMESPACE,
        now=lambda: world.now,
        wait_seconds=wait_seconds,
    )
    app = FastAPI(
        middleware=[
            Middleware(_Someone, world=world),
            Middleware(ErrorEnvelopeMiddleware),
        ],
        exception_handlers={RequestValidationError: _refuse_fields},
    )
    app.include_router(keys.router(service))
    app.include_router(
        budgets.router(
            BudgetService(
                world.catalogue,
                world.writer,
                world.audit,
                now=lambda: world.now,
                floors=ChatFloors(world.registry, world.catalogue, world.pricer),
            )
        )
    )
    app.include_router(whoami.router())
    for router in _resource_routers(world):
        app.include_router(router)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        world.http = http
        yield world


def _resource_routers(world: Management) -> Iterator[APIRouter]:
    registry, catalogue = world.registry, world.catalogue

    def agent(namespace: str, name: str) -> Manifest | None:
        entry = registry.get(namespace, name)
        return None if entry is None else entry.manifest

    def model(namespace: str, name: str) -> Manifest | None:
        entry = catalogue.model(namespace, name)
        return None if entry is None else entry.manifest

    changes = AgentChanges(registry, world.manifests("Agent", agent), "default")
    yield agents.router(registry, "default")
    yield agents.changes_router(registry, changes, world.events)
    of_models = world.manifests("Model", model)
    yield models.router(ModelService(catalogue, registry, of_models, world.pricer))
    yield namespaces.router(registry, catalogue, "default")


class _Someone:
    """In the place of authentication: whoever the test says."""

    def __init__(self, app: ASGIApp, *, world: Management) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {
            "principal": self.world.principal,
            "client_address": "203.0.113.9",
            "request_id": "request-1",
        }
        await self.app(scope, receive, send)


async def _refuse_fields(_request: Request, error: RequestValidationError) -> NoReturn:
    first = error.errors()[0]
    path = ".".join(map(str, first["loc"][1:]))
    raise InvalidRequest(f"{path}: {first['msg']}", param=path) from error
