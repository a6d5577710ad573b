"""Limits per minute and at once, as several kinds spell them."""

from typing import ClassVar

from pydantic import Field

from quarterdeck_contract.v1alpha1.schema import Rule, Schema


class RateLimit(Schema):
    """How much may be asked for. Exact across all replicas of the gateway."""

    requests_per_minute: int | None = Field(default=None, ge=1, le=10_000_000)
    """Chats per minute; a full minute's worth may come at once."""
    tokens_per_minute: int | None = Field(default=None, ge=1, le=2_000_000_000)
    """Input and output tokens per minute, estimated before a chat and corrected after it."""
    concurrency: int | None = Field(default=None, ge=1, le=1_000_000)
    """Chats that may run at the same time."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "has(self.requestsPerMinute) || has(self.tokensPerMinute) || has(self.concurrency)",
            "set at least one of requestsPerMinute, tokensPerMinute and concurrency",
            lambda limit: bool(limit.manifest()),
        ),
    )
