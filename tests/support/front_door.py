"""The gateway's layers before a small application, in process: for tests of the layers alone."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from quarterdeck_contract.audit import AuditEvent
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.session_book import SessionBook
from quarterdeck_gateway.audit.port import MemoryAuditLog
from quarterdeck_gateway.identity.access import ACCESS
from quarterdeck_gateway.identity.opening import open_identity
from quarterdeck_gateway.middleware.layers import layers
from quarterdeck_gateway.settings import Settings
from support.key_shelf import PEPPER, Clock, KeyShelf, key_entry

ADMIN_KEY = "qd_admin"


def keys_of_roles() -> KeyShelf:
    """A key ``qd_ROLE`` for each role, in team-a."""
    return KeyShelf(*(key_entry(f"qd_{role}", name=str(role), role=role) for role in Role))


def settings_with(**options: Any) -> Settings:
    """Settings of a gateway whose admin key is ``qd_admin``."""
    known: dict[str, Any] = {
        # The admin key of the installation; "qd_admin" itself is an ApiKey's.
        "admin_key_hash": hashlib.sha256(b"qd_installation").hexdigest(),
        "key_pepper": PEPPER.decode(),
        "redis_url": "redis://127.0.0.1:1",
        "database_url": "sqlite:///unused",
    }
    return Settings(**known | options)


@dataclass
class FrontDoor:
    """The application, a client of it, and what the layers left behind."""

    app: ASGIApp
    http: httpx.AsyncClient
    shelf: KeyShelf
    clock: Clock
    log: MemoryAuditLog

    def ask(self, method: str, path: str, key: str | None = None, **options: Any) -> Any:
        """A request with this key; await the response."""
        headers = dict(options.pop("headers", {}))
        if key is not None:
            headers["authorization"] = f"Bearer {key}"
        return self.http.request(method, path, headers=headers, **options)

    @property
    def events(self) -> list[AuditEvent]:
        return self.log.events


async def tell(request: Request) -> Response:
    """An endpoint that says who was let in."""
    state = request.scope["state"]
    principal = state.get("principal")
    return JSONResponse(
        {"name": principal.name if principal else None, "address": state["client_address"]}
    )


@asynccontextmanager
async def front_door(
    endpoint: Callable[[Request], Any] | ASGIApp = tell,
    *,
    shelf: KeyShelf | None = None,
    client: tuple[str, int] = ("192.0.2.1", 1234),
    **options: Any,
) -> AsyncIterator[FrontDoor]:
    """The layers with these settings; every path of the access table leads to ``endpoint``."""
    settings, clock, log = settings_with(**options), Clock(), MemoryAuditLog()
    store = MemoryAdmissionStore(lambda: clock.now().timestamp())
    sessions = SessionBook(store, Breaker(store.ping, AdmissionMetrics(CollectorRegistry())))
    shelf = shelf or keys_of_roles()
    async with open_identity(settings, shelf, log, clock.now, sessions, clock.monotonic) as door:
        routes: list[Any] = [
            Route(row.path, endpoint, methods=[row.method]) for row in ACCESS if row.method != "*"
        ]
        app = Starlette(
            routes=[*routes, Mount("/k8s", Route("/{path:path}", endpoint))],
            middleware=layers(settings, door),
        )
        transport = httpx.ASGITransport(app, client=client, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            yield FrontDoor(app, http, shelf, clock, log)
