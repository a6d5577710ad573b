"""Conversations in the database, whose texts it only ever sees encrypted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from quarterdeck_gateway.conversations.quota import Quota, lock
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import conversation_messages, conversations
from quarterdeck_gateway.errors import Conflict, ConversationChanged, InvalidRequest, NotFound

MAX_BYTES: Final = 8 * 1024 * 1024
"""Of one conversation, encrypted: what is read for one answer must fit into memory."""
ROW_BYTES: Final = 512
"""What a message counts beside its text, so that many short ones count too."""
_C: Final = conversations.c
_M: Final = conversation_messages.c


@dataclass(frozen=True)
class StoredConversation:
    """A row of ``conversations``; moments in milliseconds since the epoch."""

    id: str
    owner: str
    agent: str
    title: bytes
    titled: bool
    """Whether a person chose the title."""
    key_id: str
    messages: int
    bytes: int
    """Of all messages: their encrypted texts, and ROW_BYTES each."""
    created_at: int
    updated_at: int
    revision: int


@dataclass(frozen=True)
class StoredMessage:
    """A row of ``conversation_messages``, but for the conversation."""

    position: int
    role: str
    body: bytes
    key_id: str
    model: str | None
    status: str
    error_code: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: str | None
    seconds: float | None
    request_id: str | None
    created_at: int


@dataclass(frozen=True)
class Cursor:
    """The last conversation of a page."""

    updated_at: int
    id: str

    def __str__(self) -> str:
        return f"{self.updated_at}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The opposite of ``str``; ``text`` fits the pattern of the query."""
        updated_at, _, id_ = text.partition("-")
        return cls(int(updated_at), id_)


_CONVERSATION: Final = tuple(_C[name] for name in StoredConversation.__dataclass_fields__)
_MESSAGE: Final = tuple(_M[name] for name in StoredMessage.__dataclass_fields__)


class ConversationStore:
    """Questions to ``database``, each about one owner. All raise DatabaseAway."""

    def __init__(self, database: Database, quota: Quota) -> None:
        self._database = database
        self._quota = quota

    async def page(self, owner: str, after: Cursor | None, limit: int) -> list[StoredConversation]:
        """The newest conversations of ``owner`` that are older than ``after``."""
        conditions = [_C.owner == owner] + ([] if after is None else [_older(after)])
        statement = select(*_CONVERSATION).where(*conditions)
        newest = statement.order_by(_C.updated_at.desc(), _C.id.desc()).limit(limit)
        async with self._database.read() as connection:
            return [StoredConversation(*row) for row in await connection.execute(newest)]

    async def get(self, owner: str, id_: str) -> tuple[StoredConversation, list[StoredMessage]]:
        """One conversation and its messages, of one moment. Raises NotFound."""
        messages = select(*_MESSAGE).where(_M.conversation_id == id_).order_by(_M.position)
        async with self._database.read() as connection:
            found = await _one(connection, owner, id_)
            rows = await connection.execute(messages.where(_M.position < found.messages))
            return found, [StoredMessage(*row) for row in rows]

    async def bodies(self, ids: Sequence[str]) -> list[tuple[str, int, bytes, str]]:
        """Conversation, position, encrypted text and name of its key, of all their messages."""
        columns = select(_M.conversation_id, _M.position, _M.body, _M.key_id)
        async with self._database.read() as connection:
            rows = await connection.execute(columns.where(_M.conversation_id.in_(ids)))
            return [(row[0], row[1], row[2], row[3]) for row in rows]

    async def add(self, conversation: StoredConversation) -> None:
        """Begin a conversation. Raises Conflict when the owner has too many."""
        async with self._database.write() as connection:
            await self._quota.admit(connection, conversation.owner)
            await connection.execute(insert(conversations).values(asdict(conversation)))

    async def change(self, owner: str, id_: str, **columns: Any) -> StoredConversation:
        """Set these columns; the row after that. Raises NotFound."""
        async with self._database.write() as connection:
            found = await _one(connection, owner, id_, locked=True)
            columns["revision"] = found.revision + 1
            await connection.execute(update(conversations).where(_C.id == id_).values(columns))
            return await _one(connection, owner, id_)

    async def delete(self, owner: str, id_: str) -> None:
        """Remove a conversation and its messages. Raises NotFound."""
        async with self._database.write() as connection:
            await _one(connection, owner, id_, locked=True)
            await remove(connection, [id_])

    async def put_message(
        self,
        owner: str,
        id_: str,
        message: StoredMessage,
        title: bytes | None,
        revision: int | None = None,
    ) -> int:
        """Write a message, drop those after it, and set ``title`` unless a person chose one; the
        revision after that.

        With ``revision`` only if the conversation still has that one. Raises NotFound,
        ConversationChanged, Conflict for a gap, InvalidRequest when the conversation is full,
        QuotaExceeded.
        """
        async with self._database.write() as connection:
            await lock(connection, owner)
            found = await _one(connection, owner, id_, locked=True)
            _refuse_misplaced(found, message.position, revision)
            size = await _size_with(connection, id_, message)
            await self._quota.require(connection, owner, id_, size)
            await connection.execute(_messages_from(id_, message.position))
            row = {"conversation_id": id_, **asdict(message)}
            await connection.execute(insert(conversation_messages).values(row))
            changes: dict[str, Any] = {"messages": message.position + 1, "bytes": size}
            changes |= {"updated_at": message.created_at, "revision": found.revision + 1}
            if title is not None and not found.titled:
                changes |= {"title": title, "key_id": message.key_id}
            await connection.execute(update(conversations).where(_C.id == id_).values(changes))
            return found.revision + 1


async def remove(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Remove conversations with their messages."""
    await connection.execute(delete(conversation_messages).where(_M.conversation_id.in_(ids)))
    await connection.execute(delete(conversations).where(_C.id.in_(ids)))


async def _one(
    connection: AsyncConnection, owner: str, id_: str, *, locked: bool = False
) -> StoredConversation:
    statement = select(*_CONVERSATION).where(_C.id == id_, _C.owner == owner)
    found = (await connection.execute(statement.with_for_update() if locked else statement)).first()
    if found is None:
        # The same words whether it never was or is somebody else's.
        raise NotFound(f"There is no conversation {id_}.")
    return StoredConversation(*found)


def _refuse_misplaced(found: StoredConversation, position: int, revision: int | None) -> None:
    """Raises ConversationChanged, Conflict."""
    if revision not in (None, found.revision):
        raise ConversationChanged(
            f"The conversation has the revision {found.revision} now, not {revision}: it was "
            "changed elsewhere. Read it again first.",
            param="if-match",
        )
    if position > found.messages:
        raise Conflict(
            f"The conversation has {found.messages} messages: the next one has the position "
            f"{found.messages}, not {position}."
        )


async def _size_with(connection: AsyncConnection, id_: str, message: StoredMessage) -> int:
    """Bytes of the conversation when it ends with ``message``. Raises InvalidRequest."""
    total = select(func.coalesce(func.sum(func.length(_M.body)), 0))
    before = total.where(_M.conversation_id == id_, _M.position < message.position)
    texts = int((await connection.execute(before)).scalar_one()) + len(message.body)
    size = texts + (message.position + 1) * ROW_BYTES
    if size > MAX_BYTES:
        raise InvalidRequest(
            f"The conversation would have more than {MAX_BYTES} bytes: begin another one.",
            param="content",
        )
    return size


def _messages_from(id_: str, position: int) -> Any:
    return delete(conversation_messages).where(_M.conversation_id == id_, _M.position >= position)


def _older(cursor: Cursor) -> ColumnElement[bool]:
    same = and_(_C.updated_at == cursor.updated_at, _C.id < cursor.id)
    return or_(_C.updated_at < cursor.updated_at, same)
