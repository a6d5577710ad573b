"""Shapes of ``/api/v1/usage``."""

from typing import Annotated

from pydantic import BaseModel, Field

from quarterdeck_contract.usage import Outcome
from quarterdeck_gateway.usage.selection import UsageFilters


class UsageQuery(UsageFilters):
    """Query of ``GET /api/v1/usage``."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str, Field(pattern=r"^-?[0-9]{1,15}\.[0-9A-Za-z_-]{1,64}$")] | None = None
    """``next_cursor`` of the page before."""


class UsageView(BaseModel):
    """One chat. Tokens are null where nothing is known of them."""

    id: str
    request_id: str
    started_at: str
    seconds: float
    namespace: str
    agent: str
    key: str
    team: str
    model: str | None
    stream: bool
    outcome: Outcome
    status: int
    code: str | None
    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    counted: bool
    """Whether the gateway counted the tokens, because the provider gave no usage."""
    cost_micro_usd: int
    cost_usd: str
    price_version: str


class UsagePage(BaseModel):
    """Chats, newest first."""

    items: list[UsageView]
    next_cursor: str | None
    """For the next page; null on the last."""
