"""The record of one chat: what was asked of whom, how it ended, what it used.

Written by the gateway exactly once for every chat that reached an agent; the shape that
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


class UsageRecord(Schema):
    """One chat. Tokens are as the provider counted them, None where it did not say."""

    request_id: str
    namespace: str
    agent: str
    model: str | None = None
    """Name of the Model resource that answered."""
    stream: bool
    outcome: Outcome = Field(strict=False)
    status: int
    """HTTP status that the client saw."""
    input_tokens: int | None = Field(default=None, ge=0)
    output_tokens: int | None = Field(default=None, ge=0)
    started_at: str
    """RFC 3339, UTC."""
    seconds: float = Field(ge=0, strict=False)
