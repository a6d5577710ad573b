"""Shapes of ``/api/v1/keys``. The key itself is in two answers, once each, and in no other."""

from typing import Annotated, Any, ClassVar, NoReturn

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from quarterdeck_contract.v1alpha1.api_key import Glob, Owner, Role
from quarterdeck_contract.v1alpha1.limits import RateLimit
from quarterdeck_contract.v1alpha1.schema import ResourceName, Rule

NamespaceName = Annotated[
    str, Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", min_length=1, max_length=63)
]
TeamName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$", min_length=1, max_length=63),
]


class NewKey(BaseModel):
    """What to make a key with."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    namespace: NamespaceName | None = None
    """Where its ApiKey goes; the gateway's default namespace when absent."""
    name: ResourceName | None = None
    """Name of its ApiKey; made from the owner when absent."""
    owner: Owner
    """Who uses the key: a person, a team or an application."""
    role: Role = Role.USER
    """viewer looks, user also chats, editor also changes agents, admin also keys and budgets."""
    agents: list[Glob] | None = Field(default=None, min_length=1, max_length=64)
    """Agents that the key may chat with, as names or patterns; all when absent."""
    namespaces: list[Glob] | None = Field(default=None, min_length=1, max_length=64)
    """Namespaces that the key may enter; only for keys of the installation's own namespace."""
    team: TeamName | None = None
    """Whose budget pays."""
    rate_limit: RateLimit | None = None
    """What all chats with this key may use together."""
    expires_at: AwareDatetime | None = None
    """When the key stops working; never when absent."""


def _without_default(schema: dict[str, Any]) -> None:
    """What is absent stays: there is no default, whatever the field of the model says."""
    schema.pop("default", None)
    for each in schema.get("properties", {}).values():
        each.pop("default", None)


class LimitChanges(RateLimit):
    """Limits to change: a number sets one, null removes it, what is absent stays."""

    model_config = ConfigDict(json_schema_extra=_without_default)

    rules: ClassVar[tuple[Rule, ...]] = ()


def _refuse_fixed(_value: object) -> NoReturn:
    raise PydanticCustomError(
        "fixed", "it stays as the key was made: make another key, then revoke this one"
    )


Fixed = Annotated[SkipJsonSchema[None], BeforeValidator(_refuse_fixed)]
"""A field of a key that no edit changes. Named only to say so when somebody tries."""


class KeyChanges(BaseModel):
    """What to change of a key; what is absent stays."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    owner: Owner = Field(default="", json_schema_extra=_without_default)
    """Who uses the key: a person, a team or an application."""
    rate_limit: LimitChanges | None = Field(default=None, json_schema_extra=_without_default)
    """What all chats with this key may use together; null for no limits."""
    expires_at: AwareDatetime | None = Field(default=None, json_schema_extra=_without_default)
    """When the key stops working; never when null. An expired key works again with a later one."""
    role: Fixed = None
    agents: Fixed = None
    namespaces: Fixed = None
    team: Fixed = None
    namespace: Fixed = None
    name: Fixed = None


class Rotation(BaseModel):
    """How to rotate a key."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    overlap_seconds: int | None = Field(default=None, ge=0, le=2_592_000)
    """How long the old key works on, in seconds; as the ApiKey says when absent. 0 stops it at
    once. Later rotations keep to it."""


class KeyView(BaseModel):
    """An API key as people manage it: everything but the key."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    namespace: str
    name: str
    owner: str
    role: Role
    agents: list[str]
    namespaces: list[str]
    """Namespaces that are in force."""
    team: str
    rate_limit: RateLimit | None
    revision: int
    """How often it was rotated, plus one."""
    hint: str
    """First characters of the newest key; empty where nobody noted them."""
    secret_name: str | None
    """Secret that holds the key; None for a key that was shown to its maker."""
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    """To about five minutes."""
    revoked: bool
    ready: bool
    """Whether the gateway accepts the key."""
    reason: str
    """Why, in one word."""
    message: str


class KeyList(BaseModel):
    """Keys, ordered by namespace and name."""

    items: list[KeyView]


class ShownKey(BaseModel):
    """A key that was made: ``secret`` is shown this once. None when the operator puts the new key
    into the Secret of the ApiKey."""

    key: KeyView
    secret: str | None = Field(repr=False)
