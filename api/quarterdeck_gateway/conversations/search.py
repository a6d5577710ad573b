"""Looks for words in encrypted conversations: they are opened one after the other.

No index could be kept without giving away what it is about. So one answer looks through a bounded
part, and its cursor says where the next one goes on.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from quarterdeck_gateway.conversations.encryption import Unreadable
from quarterdeck_gateway.conversations.store import (
    ConversationStore,
    Cursor,
    StoredConversation,
)
from quarterdeck_gateway.conversations.texts import Texts
from quarterdeck_gateway.queries.room import Room

MOST_CONVERSATIONS: Final = 500
"""Looked through for one answer."""
MOST_BYTES: Final = 16 * 1024 * 1024
"""Looked through for one answer; reached by few long conversations."""
BATCH_BYTES: Final = 2 * 1024 * 1024
BATCH: Final = 50
SLICE_BYTES: Final = 256 * 1024
"""Opened in one go."""
MOST_AT_ONCE: Final = 2

Body = tuple[str, int, bytes, str]
"""Conversation, position, encrypted text and name of its key."""
Found = tuple[list[StoredConversation], Cursor | None]
"""The conversations, and where to go on; None when there is nothing more."""


class Searches:
    """Searches of everybody at this gateway: few at once, on a thread of their own, so that chats
    wait for none of them."""

    def __init__(self, store: ConversationStore, texts: Texts) -> None:
        self._store = store
        self._texts = texts
        self._room = Room(MOST_AT_ONCE, "Too many searches are running")
        self._thread = ThreadPoolExecutor(1, "conversation-search")

    async def search(self, owner: str, words: str, after: Cursor | None, limit: int) -> Found:
        """Up to ``limit`` conversations with ``words`` in title or content, newest first. Raises
        Unavailable while there are too many searches."""
        async with self._room.enter():
            return await self._search(owner, words.casefold(), after, limit)

    async def _search(self, owner: str, wanted: str, after: Cursor | None, limit: int) -> Found:
        rows = await self._store.page(owner, after, MOST_CONVERSATIONS + 1)
        looked, found = 0, list[StoredConversation]()
        last: StoredConversation | None = None
        for batch in batches(rows[:MOST_CONVERSATIONS]):
            if looked >= MOST_BYTES:
                return found, _cursor(last)
            matching = await self._matching(batch, wanted)
            for row in batch:
                if row.id in matching:
                    found.append(row)
                last = row
                if len(found) == limit:
                    return found, _cursor(row)
            looked += sum(row.bytes for row in batch)
        return found, _cursor(last) if len(rows) > MOST_CONVERSATIONS else None

    async def _matching(self, batch: Sequence[StoredConversation], wanted: str) -> set[str]:
        texts, loop = self._texts, asyncio.get_running_loop()
        found = {row.id for row in batch if wanted in texts.title(row).casefold()}
        owners = {row.id: row.owner for row in batch}
        rows = await self._store.bodies([row.id for row in batch if row.messages])
        for some in slices([row for row in rows if row[0] not in found]):
            # Between two slices whatever else waits gets its turn.
            found |= await loop.run_in_executor(
                self._thread, _containing, texts, owners, some, wanted
            )
        return found


def batches(rows: Sequence[StoredConversation]) -> Iterator[list[StoredConversation]]:
    """Parts whose texts fit into memory together; a long one alone."""
    batch, size = list[StoredConversation](), 0
    for row in rows:
        if batch and (size + row.bytes > BATCH_BYTES or len(batch) == BATCH):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += row.bytes
    if batch:
        yield batch


def slices(bodies: Sequence[Body]) -> Iterator[list[Body]]:
    """Parts that are opened in a few milliseconds; a long text alone."""
    some, size = list[Body](), 0
    for body in bodies:
        if some and size + len(body[2]) > SLICE_BYTES:
            yield some
            some, size = [], 0
        some.append(body)
        size += len(body[2])
    if some:
        yield some


def _containing(
    texts: Texts, owners: Mapping[str, str], bodies: Sequence[Body], wanted: str
) -> set[str]:
    found = set[str]()
    for id_, position, body, key_id in bodies:
        try:
            content, _ = texts.body(body, key_id, owners[id_], id_, position)
        except Unreadable:
            # What nobody can read, nobody can find.
            continue
        if wanted in content.casefold():
            found.add(id_)
    return found


def _cursor(row: StoredConversation | None) -> Cursor | None:
    return None if row is None else Cursor(row.updated_at, row.id)
