"""Shapes of ``/api/v1/audit``."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from quarterdeck_contract.audit import AuditAction
from quarterdeck_gateway.audit.chain import CHECKPOINT
from quarterdeck_gateway.queries.answering import Word
from quarterdeck_gateway.queries.moments import From, To


class AuditFilters(BaseModel):
    """Query of ``GET /api/v1/audit``."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    since: From | None = Field(default=None, alias="from")
    """First moment, or date (UTC)."""
    until: To | None = Field(default=None, alias="to")
    """Up to this moment, or to the end of this date (UTC)."""
    namespace: Word | None = None
    actor: Word | None = None
    """Who: ``namespace/name`` of a key, ``issuer/subject`` of a token, or ``admin``."""
    action: AuditAction | None = None
    subject: Word | None = None
    """To what, like ``ApiKey/team-a/ci``."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = None
    """``next_cursor`` of the page before."""


class AuditEventView(BaseModel):
    """One event and its place in the chain."""

    seq: int
    id: str
    at: str
    action: str
    actor: str
    address: str
    namespace: str
    subject: str
    request_id: str
    detail: dict[str, Any]
    hash: str


class AuditPage(BaseModel):
    """Events, newest first."""

    items: list[AuditEventView]
    next_cursor: str | None
    """For the next page; null on the last."""


class VerifyQuery(BaseModel):
    """Query of ``GET /api/v1/audit/verify``."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    checkpoint: Annotated[str, Field(pattern=f"^{CHECKPOINT.pattern}$")] | None = None
    """``checkpoint`` of an earlier verification, or of the gateway's log: finds out whether the
    log was replaced by an older copy since."""


class AuditProblem(BaseModel):
    """The first row at which the log is not as it was written."""

    seq: int
    what: str


class AuditVerification(BaseModel):
    """Whether the log is as it was written."""

    ok: bool
    rows: int
    """Rows that hold, from the first on."""
    first: str | None
    """When the first of them was written."""
    last: str | None
    """When the last of them was written."""
    checkpoint: str | None
    """Number and hash of the last row: note it elsewhere, and give it to a later verification."""
    problem: AuditProblem | None
