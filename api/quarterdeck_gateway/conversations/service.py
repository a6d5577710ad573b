"""Conversations as their owners keep them. Whatever is somebody else's does not exist."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from quarterdeck_gateway.conversations.schemas import (
    MAX_CONTENT,
    ConversationChange,
    ConversationDetail,
    ConversationPage,
    ConversationQuery,
    ConversationView,
    MessageRole,
    NewConversation,
    WantedMessage,
    WrittenMessage,
)
from quarterdeck_gateway.conversations.search import Found, Searches
from quarterdeck_gateway.conversations.store import (
    ConversationStore,
    Cursor,
    StoredConversation,
    StoredMessage,
)
from quarterdeck_gateway.conversations.texts import Texts, derived_title
from quarterdeck_gateway.errors import InvalidRequest, LimitExceeded
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.identity.throttle import Throttle
from quarterdeck_gateway.queries.answering import answering
from quarterdeck_gateway.queries.moments import rfc3339_of

WRITES_PER_MINUTE: Final = 120
"""Of one caller at one gateway: a chat needs two, and people do not type faster."""
_FACTS: Final = (
    "model",
    "error_code",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "seconds",
    "request_id",
)
"""Of a message; kept as they are, without being encrypted."""


class ConversationService:
    """What ``/api/v1/conversations`` does. Everything raises Unavailable without a database, and
    NotFound for what is not the caller's. ``writes`` counts what each caller writes."""

    def __init__(
        self,
        store: ConversationStore,
        texts: Texts,
        now: Callable[[], datetime],
        writes: Throttle,
    ) -> None:
        self._store = store
        self._texts = texts
        self._now = now
        self._writes = writes
        self._searches = Searches(store, texts)

    async def page(self, caller: Principal, query: ConversationQuery) -> ConversationPage:
        """One page of the caller's conversations."""
        await self._texts.ready()
        after = None if query.cursor is None else Cursor.parse(query.cursor)
        async with answering():
            if words := query.search.strip():
                found, cursor = await self._searches.search(
                    caller.subject, words, after, query.limit
                )
            else:
                found, cursor = await self._newest(caller.subject, after, query.limit)
        items = [self._texts.view(row) for row in found]
        return ConversationPage(items=items, next_cursor=None if cursor is None else str(cursor))

    async def _newest(self, owner: str, after: Cursor | None, limit: int) -> Found:
        # One more than asked for tells whether there is a next page.
        rows = await self._store.page(owner, after, limit + 1)
        found = rows[:limit]
        more = len(rows) > limit
        return found, Cursor(found[-1].updated_at, found[-1].id) if more else None

    async def get(self, caller: Principal, id_: str) -> ConversationDetail:
        """One conversation with its messages."""
        async with answering():
            row, messages = await self._store.get(caller.subject, id_)
        return await asyncio.to_thread(self._texts.detail, row, messages)

    async def create(self, caller: Principal, wanted: NewConversation) -> ConversationView:
        """Begin one. Raises Conflict when there are too many, LimitExceeded."""
        self._slow_down(caller)
        await self._texts.ready()
        id_, moment = uuid.uuid4().hex, self._moment()
        row = StoredConversation(
            id=id_,
            owner=caller.subject,
            agent=wanted.agent,
            title=self._texts.seal_title(caller.subject, id_, wanted.title or ""),
            titled=wanted.title is not None,
            key_id=self._texts.key_id,
            messages=0,
            bytes=0,
            created_at=moment,
            updated_at=moment,
            revision=0,
        )
        async with answering():
            await self._store.add(row)
        return self._texts.view(row)

    async def change(
        self, caller: Principal, id_: str, change: ConversationChange
    ) -> ConversationView:
        """Rename it, or give it another agent. Raises LimitExceeded."""
        self._slow_down(caller)
        await self._texts.ready()
        columns: dict[str, Any] = {"updated_at": self._moment()}
        if change.agent is not None:
            columns["agent"] = change.agent
        if change.title is not None:
            title = self._texts.seal_title(caller.subject, id_, change.title)
            columns |= {"title": title, "titled": True, "key_id": self._texts.key_id}
        async with answering():
            return self._texts.view(await self._store.change(caller.subject, id_, **columns))

    async def delete(self, caller: Principal, id_: str) -> None:
        """Remove it for good."""
        async with answering():
            await self._store.delete(caller.subject, id_)

    async def put_message(
        self,
        caller: Principal,
        id_: str,
        position: int,
        wanted: WantedMessage,
        *,
        revision: int | None = None,
    ) -> WrittenMessage:
        """Write a message, drop those after it; with ``revision`` only if it still has that one.

        Raises Conflict for a gap, ConversationChanged, InvalidRequest, QuotaExceeded,
        LimitExceeded.
        """
        self._slow_down(caller)
        if len(wanted.content.encode()) > MAX_CONTENT:
            raise InvalidRequest(
                f"content is longer than {MAX_CONTENT} bytes: shorten it.", param="content"
            )
        await self._texts.ready()
        facts = {name: getattr(wanted, name) for name in _FACTS}
        message = StoredMessage(
            position=position,
            role=wanted.role,
            body=self._texts.seal_body(caller.subject, id_, position, wanted),
            key_id=self._texts.key_id,
            status=wanted.status,
            created_at=self._moment(),
            **facts,
        )
        title = self._title(caller.subject, id_, position, wanted)
        async with answering():
            written = await self._store.put_message(caller.subject, id_, message, title, revision)
        return WrittenMessage(
            position=position,
            revision=written,
            created_at=rfc3339_of(message.created_at),
            **wanted.model_dump(),
        )

    def _title(self, owner: str, id_: str, position: int, wanted: WantedMessage) -> bytes | None:
        if position > 0 or wanted.role is not MessageRole.USER:
            return None
        return self._texts.seal_title(owner, id_, derived_title(wanted.content))

    def _slow_down(self, caller: Principal) -> None:
        wait = self._writes.count(caller.subject)
        if wait is not None:
            raise LimitExceeded(
                f"More than {WRITES_PER_MINUTE} changes of conversations came within a minute: "
                f"try again in {wait} seconds.",
                retry_after=wait,
            )

    def _moment(self) -> int:
        return int(self._now().timestamp() * 1000)
