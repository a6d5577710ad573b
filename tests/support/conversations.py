"""The API of conversations over a real database, with whoever a test wants to be."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.app import _translate_fields
from quarterdeck_gateway.conversations import endpoints
from quarterdeck_gateway.conversations.encryption import TextCipher
from quarterdeck_gateway.conversations.quota import MEBIBYTE, Quota
from quarterdeck_gateway.conversations.service import WRITES_PER_MINUTE, ConversationService
from quarterdeck_gateway.conversations.store import ConversationStore
from quarterdeck_gateway.conversations.texts import Texts
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.identity.throttle import Throttle
from quarterdeck_gateway.middleware.errors import ErrorEnvelopeMiddleware

PEPPER = b"a pepper of thirty-two bytes or more"
START = datetime(2026, 7, 1, 12, tzinfo=UTC)
PATH = "/api/v1/conversations"


def user(name: str) -> Principal:
    """Somebody with a key of their own."""
    return Principal(name, Role.USER, ("team-a",))


@dataclass
class Desk:
    """Ask with ``call``; change ``caller`` to be somebody else, ``now`` for another time."""

    http: httpx.AsyncClient = field(init=False)
    caller: Principal = field(default_factory=lambda: user("team-a/ann"))
    now: datetime = START

    async def ask(self, method: str, path: str = "", **options: Any) -> httpx.Response:
        """One request, a second after the one before."""
        self.now += timedelta(seconds=1)
        return await self.http.request(method, PATH + path, **options)

    async def call(self, method: str, path: str = "", expect: int = 200, **body: Any) -> Any:
        """The JSON of an answer, which must have this status."""
        answer = await self.ask(method, path, json=body or None)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    async def begin(self, *contents: str, **body: Any) -> str:
        """A conversation of these messages, by turns; its id."""
        made = await self.call("POST", "", 201, **({"agent": "team-a/bot"} | body))
        for position, content in enumerate(contents):
            await self.say(made["id"], position, content)
        return str(made["id"])

    async def say(
        self, id_: str, position: int, content: str, expect: int = 200, **more: Any
    ) -> Any:
        """Write a message; odd positions are the assistant's."""
        role = "assistant" if position % 2 else "user"
        path = f"/{id_}/messages/{position}"
        return await self.call("PUT", path, expect, role=role, content=content, **more)

    async def put(
        self, id_: str, position: int, content: str, if_match: str | int = "*"
    ) -> httpx.Response:
        """The answer for a person's message that is written at this revision, or header."""
        body = {"role": "user", "content": content}
        tag = if_match if isinstance(if_match, str) else f'"{if_match}"'
        headers = {"if-match": tag}
        return await self.ask("PUT", f"/{id_}/messages/{position}", json=body, headers=headers)

    async def listed(self, **query: Any) -> list[str]:
        """Titles of one page."""
        answer = await self.ask("GET", params=query)
        assert answer.status_code == 200, answer.text
        return [item["title"] for item in answer.json()["items"]]


@asynccontextmanager
async def desk_over(
    database: Database, pepper: bytes = PEPPER, quota: int = 10 * MEBIBYTE
) -> AsyncIterator[Desk]:
    """The API over ``database``, which has the tables."""
    desk = Desk()
    service = ConversationService(
        ConversationStore(database, Quota(quota)),
        Texts(TextCipher(pepper)),
        lambda: desk.now,
        Throttle(WRITES_PER_MINUTE, lambda: desk.now.timestamp()),
    )
    app = FastAPI(
        middleware=[Middleware(_Someone, desk=desk), Middleware(ErrorEnvelopeMiddleware)],
        exception_handlers={RequestValidationError: _translate_fields},
    )
    app.include_router(endpoints.router(service))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        desk.http = http
        yield desk


class _Someone:
    """In the place of authentication: whoever the test says."""

    def __init__(self, app: ASGIApp, *, desk: Desk) -> None:
        self.app = app
        self.desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"principal": self.desk.caller, "request_id": "request-1"}
        await self.app(scope, receive, send)
