"""One event of the audit log: who did what to what, and whether it was allowed.

Never a secret, never a prompt.
"""

from enum import StrEnum
from typing import Any

from pydantic import Field

from quarterdeck_contract.v1alpha1.schema import Schema


class AuditAction(StrEnum):
    """What was done or tried."""

    AUTHENTICATION_FAILED = "authentication.failed"
    SESSION_CREATED = "session.created"
    SESSION_ENDED = "session.ended"
    ACCESS_DENIED = "access.denied"
    CHAT_DENIED = "chat.denied"
    RESOURCE_CREATED = "resource.created"
    RESOURCE_CHANGED = "resource.changed"
    RESOURCE_DELETED = "resource.deleted"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    BUDGET_ALERT = "budget.alert"


class AuditEvent(Schema):
    """One event, as it is written."""

    action: AuditAction = Field(strict=False)
    actor: str
    """Who: a Principal's name, empty when unknown, ``cluster`` for changes seen by watching."""
    address: str = ""
    """Network address of the client, empty where there is none."""
    namespace: str = ""
    subject: str = ""
    """What it was done to, like ``ApiKey/team-a/ci`` or ``POST /api/v1/keys``."""
    request_id: str = ""
    detail: dict[str, Any] = Field(default_factory=dict)
    """A few small facts, like the error code or the changed fields; never values of secrets."""
    at: str
    """RFC 3339, UTC, milliseconds."""
    once: str | None = None
    """Where several gateways see the same event, only the first of this name is kept."""
