"""A conversation as a file that people take along."""

import re
from typing import Final

from fastapi import Response

from quarterdeck_gateway.conversations.schemas import (
    ConversationDetail,
    ExportFormat,
    MessageRole,
    MessageStatus,
    MessageView,
)

_SUFFIX: Final = {ExportFormat.MARKDOWN: "md", ExportFormat.JSON: "json"}
_TYPE: Final = {
    ExportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ExportFormat.JSON: "application/json",
}
_ODD: Final = re.compile(r"[^a-z0-9]+")
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>#])")


def attachment(conversation: ConversationDetail, form: ExportFormat) -> Response:
    """The file as a download."""
    as_json = form is ExportFormat.JSON
    content = conversation.model_dump_json(indent=2) if as_json else markdown(conversation)
    name = f"{file_stem(conversation)}.{_SUFFIX[form]}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_TYPE[form], headers=headers)


def file_stem(conversation: ConversationDetail) -> str:
    """A name that no file system and no header takes for anything else: a-z, 0-9 and dashes."""
    words = _ODD.sub("-", conversation.title.lower())[:60].strip("-")
    return "-".join(filter(None, (conversation.created_at[:10], words or "conversation")))


def markdown(conversation: ConversationDetail) -> str:
    """The conversation to read: a heading per message, its content as it was written."""
    title = _MARKUP.sub(r"\\\1", conversation.title or "Conversation")
    head = f"# {title}\n\nWith {conversation.agent}, begun {conversation.created_at}\n"
    return "\n".join([head, *map(_section, conversation.messages)])


def _section(message: MessageView) -> str:
    who = "You" if message.role is MessageRole.USER else (message.model or "Assistant")
    ended = "" if message.status is MessageStatus.COMPLETE else f" ({message.status})"
    why = f"\n\n> {' '.join(message.error.split())}" if message.error else ""
    facts = _facts(message)
    said = f"## {who}{ended}\n\n{message.content}{why}\n"
    return f"{said}\n_{facts}_\n" if facts else said


def _facts(message: MessageView) -> str:
    known = {
        "tokens in": message.input_tokens,
        "tokens out": message.output_tokens,
        "USD": message.cost_usd,
        "s": None if message.seconds is None else round(message.seconds, 1),
    }
    return ", ".join(f"{value} {unit}" for unit, value in known.items() if value is not None)
