"""Between rows, whose texts are encrypted, and views, whose texts are not.

A text that does not open (the pepper was replaced, the row was changed) hides itself, not the
conversation around it.
"""

import json
from typing import Final

from quarterdeck_gateway.conversations.encryption import TextCipher, Unreadable
from quarterdeck_gateway.conversations.schemas import (
    MAX_TITLE,
    ConversationDetail,
    ConversationView,
    FailureCode,
    MessageRole,
    MessageStatus,
    MessageView,
    WantedMessage,
)
from quarterdeck_gateway.conversations.store import StoredConversation, StoredMessage
from quarterdeck_gateway.queries.moments import rfc3339_of

UNREADABLE_TITLE: Final = "(unreadable)"
UNREADABLE: Final = "This message cannot be read: it was encrypted with another key, or changed."
_TITLE: Final = "title"
_DERIVED_TITLE: Final = 80


class Texts:
    """Seals and opens texts of conversations; each is bound to its owner and its place."""

    def __init__(self, cipher: TextCipher) -> None:
        self._cipher = cipher

    @property
    def key_id(self) -> str:
        """Name of the key that seals."""
        return self._cipher.key_id

    async def ready(self) -> None:
        """Await this before the first text."""
        await self._cipher.ready()

    def seal_title(self, owner: str, id_: str, title: str) -> bytes:
        return self._cipher.encrypt(title, owner, id_, _TITLE)

    def title(self, row: StoredConversation) -> str:
        try:
            return self._cipher.decrypt(row.title, row.key_id, row.owner, row.id, _TITLE)
        except Unreadable:
            return UNREADABLE_TITLE

    def seal_body(self, owner: str, id_: str, position: int, message: WantedMessage) -> bytes:
        body = json.dumps([message.content, message.error], ensure_ascii=False)
        return self._cipher.encrypt(body, owner, id_, position)

    def body(
        self, sealed: bytes, key_id: str, owner: str, id_: str, position: int
    ) -> tuple[str, str | None]:
        """Content and error of a message. Raises Unreadable."""
        content, error = json.loads(self._cipher.decrypt(sealed, key_id, owner, id_, position))
        return content, error

    def view(self, row: StoredConversation) -> ConversationView:
        """The conversation in a list."""
        return ConversationView(
            id=row.id,
            title=self.title(row),
            agent=row.agent,
            created_at=rfc3339_of(row.created_at),
            updated_at=rfc3339_of(row.updated_at),
            revision=row.revision,
            messages=row.messages,
        )

    def detail(self, row: StoredConversation, messages: list[StoredMessage]) -> ConversationDetail:
        """The conversation with its messages."""
        opened = [self.message(row, message) for message in messages]
        return ConversationDetail(**self.view(row).model_dump() | {"messages": opened})

    def message(self, row: StoredConversation, message: StoredMessage) -> MessageView:
        """One message."""
        place = (row.owner, row.id, message.position)
        status, code = MessageStatus(message.status), known_code(message.error_code)
        try:
            content, error = self.body(message.body, message.key_id, *place)
        except Unreadable:
            content, error, status, code = "", UNREADABLE, MessageStatus.ERROR, None
        return MessageView(
            position=message.position,
            role=MessageRole(message.role),
            content=content,
            model=message.model,
            status=status,
            error=error,
            error_code=code,
            input_tokens=message.input_tokens,
            output_tokens=message.output_tokens,
            cost_usd=message.cost_usd,
            seconds=message.seconds,
            request_id=message.request_id,
            created_at=rfc3339_of(message.created_at),
        )


def known_code(stored: str | None) -> FailureCode | None:
    """The code; None for one of another release, so that its message can still be read."""
    return next((code for code in FailureCode if code == stored), None)


def derived_title(content: str) -> str:
    """A title out of a first message: its beginning, on one line."""
    words = "".join(each if each.isprintable() else " " for each in content[: 4 * MAX_TITLE])
    line = " ".join(words.split())
    return line if len(line) <= _DERIVED_TITLE else line[: _DERIVED_TITLE - 1].rstrip() + "…"
