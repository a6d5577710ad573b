"""``ApiKey``: who may chat with which agents, how much, until when.

The key itself never stands here. For a key applied as a manifest the operator makes one and puts
it into a Secret; a key made through the gateway's API is shown to its maker once, and only its
hash comes along in ``spec.hash``.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from quarterdeck_contract.v1alpha1.limits import RateLimit
from quarterdeck_contract.v1alpha1.schema import (
    Column,
    Kind,
    Resource,
    Schema,
    Status,
    TransitionRule,
    ready_columns,
)

Glob = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[-a-z0-9*?]+$")]
"""A name, or a pattern of names with ``*`` and ``?``."""

Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"}, max_length=64)]
"""RFC 3339, with a time zone."""

KeyHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]
"""HMAC-SHA256 of a key with the installation's pepper, 64 hex digits."""


Owner = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""A person, a team or an application. No control characters: it is printed on terminals."""


class Role(StrEnum):
    """What a caller may do; each includes those before it."""

    VIEWER = "viewer"
    USER = "user"
    EDITOR = "editor"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Role).index(self)

    def includes(self, other: "Role") -> bool:
        """Whether whoever has this role may do what ``other`` may."""
        return self.rank >= other.rank


class ApiKeySpec(Schema):
    """What a person writes under ``spec`` of an ApiKey."""

    owner: Owner
    """Who uses the key: a person, a team or an application."""
    role: Role = Field(default=Role.USER, strict=False)
    """viewer looks, user also chats, editor also changes agents, admin also keys and budgets."""
    agents: list[Glob] | None = Field(default=None, min_length=1, max_length=64)
    """Agents that the key may chat with, as names or patterns; all of the namespace when absent."""
    namespaces: list[Glob] | None = Field(default=None, min_length=1, max_length=64)
    """Namespaces that the key may enter, as names or patterns; only the key's own when absent.
    Others are in force only for keys in the namespace of the installation."""
    rate_limit: RateLimit | None = None
    """What all chats with this key may use together."""
    expires_at: Timestamp | None = None
    """When the key stops working, RFC 3339; never when absent."""
    revision: int = Field(default=1, ge=1, le=1_000_000)
    """Raise it to rotate: a new key is made and the old one works on for overlapSeconds."""
    overlap_seconds: int = Field(default=86_400, ge=0, le=2_592_000)
    """How long the old key works on after a rotation, in seconds."""
    revoked: bool = False
    """True stops the key, and its predecessors, within a second."""
    hash: KeyHash | None = None
    """Set by the gateway's API for a key that it showed to its maker; then no Secret is made."""
    hint: str | None = Field(default=None, max_length=16)
    """First characters of the key that hash is of, by which a person recognises it."""

    transition_rules: ClassVar[tuple[TransitionRule, ...]] = (
        TransitionRule(
            "self.revision >= oldSelf.revision",
            "revision can only be raised",
            lambda old, new: new.revision >= old.revision,
            "revision",
        ),
        TransitionRule(
            "has(self.hash) == has(oldSelf.hash)",
            "hash cannot be added or removed: create another ApiKey",
            lambda old, new: (old.hash is None) == (new.hash is None),
            "hash",
        ),
        TransitionRule(
            "!has(self.hash) || !has(oldSelf.hash) || self.hash == oldSelf.hash"
            " || self.revision > oldSelf.revision",
            "a new hash needs a higher revision",
            lambda old, new: (
                None in (old.hash, new.hash) or old.hash == new.hash or new.revision > old.revision
            ),
            "revision",
        ),
    )


class IssuedKey(Schema):
    """One key that was made for an ApiKey."""

    hash: KeyHash
    """HMAC-SHA256 of the key."""
    revision: int = Field(ge=1)
    """Revision of the spec that it was made for."""
    hint: str | None = Field(default=None, max_length=16)
    """The key's first characters, by which a person recognises it."""
    created_at: Timestamp
    """When it was made."""
    not_after: Timestamp | None = None
    """When it stops working because another took its place; absent for the newest."""


class ApiKeyStatus(Status):
    """The keys that work; ``last_used_at`` is written by the gateway, the rest by the operator."""

    keys: list[IssuedKey] | None = Field(default=None, max_length=16)
    """Newest first."""
    secret_name: str | None = Field(default=None, max_length=253)
    """Secret that holds the newest key under ``key``."""
    hint: str | None = Field(default=None, max_length=16)
    """First characters of the newest key."""
    last_used_at: Timestamp | None = None
    """When the key was last used, to about five minutes."""


class ApiKey(Resource[ApiKeySpec, ApiKeyStatus]):
    """A key to the gateway."""

    described: ClassVar[Kind] = Kind(
        kind="ApiKey",
        plural="apikeys",
        short_names=("qkey",),
        columns=ready_columns(
            Column("Owner", ".spec.owner"),
            Column("Role", ".spec.role"),
            Column("Key", ".status.hint"),
            Column("Secret", ".status.secretName", priority=1),
            Column("Expires", ".spec.expiresAt", priority=1),
            Column("Last Used", ".status.lastUsedAt", "date"),
        ),
    )
