"""An audit event between being taken and being a row: a line in the spool, made of storable text.

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
_TEXTS: Final = ("at", "actor", "address", "namespace", "subject", "request_id")
_COLUMNS: Final = frozenset({"id", "action", "detail", "once", *_TEXTS})


@dataclass(frozen=True)
class Entry:
    """The columns of one event's row, but for its place in the chain. Its id makes writing it
    idempotent; of those with the same ``once`` the first is kept."""

    columns: dict[str, Any]

    @property
    def id(self) -> str:
        """Made when the event was taken."""
        return str(self.columns["id"])

    @property
    def once(self) -> str | None:
        """None for most."""
        once: str | None = self.columns["once"]
        return once


def encode(event: AuditEvent) -> bytes:
    """One line for the spool, with a new id."""
    columns: dict[str, Any] = {name: storable(getattr(event, name)) for name in _TEXTS}
    columns["id"] = uuid.uuid4().hex
    columns["action"] = event.action.value
    columns["detail"] = detail_text(event.detail)
    columns["once"] = None if event.once is None else storable(event.once)
    return json.dumps(columns, separators=(",", ":")).encode()


def decode(line: bytes) -> Entry:
    """What ``encode`` made. Raises ValueError for any other line."""
    columns = json.loads(line)
    if not isinstance(columns, dict) or columns.keys() != _COLUMNS:
        raise ValueError("not an audit event")
    texts = [value for name, value in columns.items() if name != "once" or value is not None]
    if not all(isinstance(value, str) for value in texts):
        raise ValueError("not an audit event")
    return Entry(columns)


def storable(text: str) -> str:
    """``text`` without what UTF-8 or a database cannot hold, and not without end."""
    clean = text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    return clean if len(clean) <= MAX_TEXT else clean[: MAX_TEXT - 1] + "…"


def detail_text(detail: dict[str, Any]) -> str:
    """``detail`` as JSON: the same text for the same facts, ASCII for any database."""
    if not detail:
        return "{}"
    try:
        text = json.dumps(
            detail, sort_keys=True, separators=(",", ":"), default=str, allow_nan=False
        )
    except (TypeError, ValueError, RecursionError):
        return '{"omitted":"it is not JSON"}'
    return text if len(text) <= MAX_DETAIL else f'{{"omitted":"it has {len(text)} characters"}}'
