"""What tests of usage, costs and audit share: stored records, and routers behind a caller."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from quarterdeck_contract.usage import UsageRecord
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.accounting.rows import line_of, row_of
from quarterdeck_gateway.app import _translate_fields
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import usage_records
from quarterdeck_gateway.identity.principal import Principal, installation_admin
from quarterdeck_gateway.middleware.errors import ErrorEnvelopeMiddleware

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADMIN = installation_admin()
_NUMBERS = itertools.count()


def now() -> datetime:
    """The moment at which all these tests happen."""
    return NOW


async def nothing() -> None:
    """A ledger that has nothing to flush."""


def tenant(*namespaces: str, role: Role = Role.ADMIN) -> Principal:
    """Somebody of these namespaces."""
    return Principal("somebody", role, namespaces=namespaces)


def usage(**fields: Any) -> UsageRecord:
    """One chat of the morning of ``NOW``, with a new id."""
    number = next(_NUMBERS)
    values: dict[str, Any] = {
        "id": f"{number:032x}",
        "request_id": f"r-{number}",
        "namespace": "team-a",
        "agent": "demo",
        "key": "team-a/ci",
        "team": "research",
        "model": "small",
        "stream": False,
        "outcome": "completed",
        "status": 200,
        "input_tokens": 10,
        "cached_tokens": 4,
        "output_tokens": 5,
        "cost_micro_usd": 1000,
        "price_version": "override",
        "started_at": "2026-11-23T08:00:00.000Z",
        "seconds": 0.5,
    }
    return UsageRecord(**(values | fields))


async def store(database: Database, records: Sequence[UsageRecord]) -> None:
    """Put them into the ledger's table, as the ledger does."""
    async with database.write() as connection:
        rows = [row_of(line_of(record)) for record in records]
        await connection.execute(database.insert_new(usage_records, "id"), rows)


class _Admitted:
    """Stands for the middleware that found out who asks."""

    def __init__(self, app: ASGIApp, principal: Principal) -> None:
        self.app = app
        self.principal = principal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["principal"] = self.principal
        scope["state"].setdefault("request_id", "r-test")
        await self.app(scope, receive, send)


@asynccontextmanager
async def client(
    router: APIRouter, principal: Principal = ADMIN
) -> AsyncIterator[httpx.AsyncClient]:
    """Asks ``router`` as ``principal``; refusals are rendered as by the gateway."""
    app = FastAPI(
        middleware=[
            Middleware(_Admitted, principal=principal),
            Middleware(ErrorEnvelopeMiddleware),
        ],
        exception_handlers={RequestValidationError: _translate_fields},
    )
    app.include_router(router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as opened:
        yield opened
