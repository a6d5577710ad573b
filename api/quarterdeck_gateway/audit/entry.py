"""An audit event between being taken and being a row: bytes in the spool, then storable text.

What comes from clients (a path, a name in a token) may hold anything; what reaches the chain must
be text that every database gives back as it was stored, or the chain would not verify.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any, Final

from quarterdeck_contract.audit import AuditEvent

MAX_TEXT: Final = 1024
MAX_DETAIL: Final = 8192


@dataclass(frozen=True)
class Entry:
    """One event with the id that makes writing it idempotent."""

    id: str
    event: AuditEvent


def encode(event: AuditEvent) -> bytes:
    """One line for the spool, with a new id."""
    fields = event.model_dump(mode="python", exclude={"detail"})
    fields["action"] = event.action.value
    return json.dumps(
        {"id": uuid.uuid4().hex, "event": fields, "detail": detail_text(event.detail)}
    ).encode()


def decode(line: bytes) -> Entry:
    """What ``encode`` made. Raises ValueError for any other line."""
    try:
        found = json.loads(line)
        event = AuditEvent(**found["event"], detail=json.loads(found["detail"]))
        return Entry(str(found["id"]), event)
    except (ValueError, KeyError, TypeError) as exc:
        raise ValueError(f"not an audit event: {type(exc).__name__}") from exc


def columns(entry: Entry) -> dict[str, Any]:
    """The values of the row's columns, but for its place in the chain."""
    event = entry.event
    return {
        "id": entry.id,
        "at": storable(event.at),
        "action": event.action.value,
        "actor": storable(event.actor),
        "address": storable(event.address),
        "namespace": storable(event.namespace),
        "subject": storable(event.subject),
        "request_id": storable(event.request_id),
        "detail": detail_text(event.detail),
        "once": None if event.once is None else storable(event.once),
    }


def storable(text: str) -> str:
    """``text`` without what UTF-8 or a database cannot hold, and not without end."""
    clean = text.encode("utf-8", "replace").decode().replace("\x00", "�")
    return clean if len(clean) <= MAX_TEXT else clean[: MAX_TEXT - 1] + "…"


def detail_text(detail: dict[str, Any]) -> str:
    """``detail`` as JSON: the same text for the same facts, ASCII for any database."""
    try:
        text = json.dumps(
            detail, sort_keys=True, separators=(",", ":"), default=str, allow_nan=False
        )
    except (TypeError, ValueError, RecursionError):
        return '{"omitted":"it is not JSON"}'
    return text if len(text) <= MAX_DETAIL else f'{{"omitted":"it has {len(text)} characters"}}'
