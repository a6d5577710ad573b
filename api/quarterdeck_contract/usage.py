"""The record of one chat: who asked what of whom, how it ended, what it used and cost.

Written by the gateway exactly once for every chat that was meant for an agent; the shape that
accounting is made of.
"""

from enum import StrEnum

from pydantic import Field

from quarterdeck_contract.v1alpha1.schema import Schema


class Outcome(StrEnum):
    """How a chat ended."""

    COMPLETED = "completed"
    CLIENT_GONE = "client_gone"
    UPSTREAM_ERROR = "upstream_error"
    DENIED = "denied"
    CUT = "cut"
    """The gateway ended it: a budget was used up in the middle of the answer."""


class UsageRecord(Schema):
    """One chat. Money is micro-USD; tokens are None where nothing is known of them."""

    id: str
    """Made by the gateway, unique; what accounting is idempotent by."""
    request_id: str
    """What the client may have chosen: for looking up, never for counting."""
    namespace: str
    agent: str
    key: str = ""
    """Who asked: ``namespace/name`` of an ApiKey, ``issuer-host/subject`` of a token, ``admin``."""
    team: str = ""
    model: str | None = None
    """Name of the Model resource that answered."""
    stream: bool
    outcome: Outcome = Field(strict=False)
    status: int
    """HTTP status that the client saw."""
    code: str | None = None
    """Error code that the client saw."""
    input_tokens: int | None = Field(default=None, ge=0)
    """Cached ones included."""
    cached_tokens: int | None = Field(default=None, ge=0)
    output_tokens: int | None = Field(default=None, ge=0)
    counted: bool = False
    """True where the provider gave no usage and the gateway counted the tokens."""
    cost_micro_usd: int = Field(default=0, ge=0)
    price_version: str = ""
    """Which price list made the cost: ``override``, ``free``, ``unknown`` or the list's version."""
    started_at: str
    """RFC 3339, UTC, milliseconds."""
    seconds: float = Field(ge=0, strict=False)
