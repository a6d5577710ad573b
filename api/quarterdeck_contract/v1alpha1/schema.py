"""What every kind is made of: strict camelCase models, cross-field rules, metadata, conditions.

A rule is written twice side by side, as CEL for the API server and as a Python predicate for
places without one (a laptop, a CLI before it sends); tests hold both to the same verdicts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from quarterdeck_contract.names import MAX_NAME_LENGTH

NAME_PATTERN: Final = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"

ResourceName = Annotated[
    str, Field(pattern=NAME_PATTERN, min_length=1, max_length=MAX_NAME_LENGTH, title="name")
]
"""Name of one of our kinds in the same namespace."""

ObjectName = Annotated[
    str, Field(pattern=r"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", min_length=1, max_length=253)
]
"""Name of a Secret or ConfigMap in the same namespace."""

DataKey = Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]+$", min_length=1, max_length=253)]
"""Key inside a Secret or ConfigMap."""

HttpUrl = Annotated[
    str, Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#@]*)?$", min_length=8, max_length=2048)
]
"""Absolute http(s) URL without user, query or fragment, so that no secret can hide in it."""


@dataclass(frozen=True)
class Rule:
    """A cross-field rule of one model. ``holds`` gets the validated model.

    ``field`` (camelCase) is the field a person should look at; empty means the model itself.
    """

    cel: str
    message: str
    holds: Callable[[Any], bool]
    field: str = ""


@dataclass(frozen=True)
class TransitionRule:
    """A rule over an update. ``holds`` gets the old and the new model."""

    cel: str
    message: str
    holds: Callable[[Any, Any], bool]
    field: str = ""


class Schema(BaseModel):
    """Base of everything a person may write: unknown fields are refused, values are frozen."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        strict=True,
        use_attribute_docstrings=True,
    )

    rules: ClassVar[tuple[Rule, ...]] = ()
    transition_rules: ClassVar[tuple[TransitionRule, ...]] = ()

    @model_validator(mode="after")
    def _rules_hold(self) -> Self:
        for rule in self.rules:
            if not rule.holds(self):
                raise PydanticCustomError(
                    "rule", "{message}", {"message": rule.message, "field": rule.field}
                )
        return self

    def manifest(self) -> dict[str, Any]:
        """As it stands in a manifest: camelCase, absent values left out."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")


class Metadata(BaseModel):
    """The part of ``metadata`` that we read; the rest is the API server's business."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    name: str
    namespace: str = "default"
    uid: str = ""
    generation: int = 0
    resource_version: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)


class Condition(Schema):
    """One observation, in Kubernetes' own shape. ``Ready``, ``Reconciling`` and ``Stalled`` follow
    kstatus; ``last_transition_time`` moves only when ``status`` does."""

    type: str = Field(max_length=316, pattern=r"^[A-Za-z]([A-Za-z0-9]*[A-Za-z0-9])?$")
    status: Literal["True", "False", "Unknown"]
    reason: str = Field(
        max_length=1024, min_length=1, pattern=r"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"
    )
    message: str = Field(default="", max_length=32768)
    last_transition_time: str = Field(json_schema_extra={"format": "date-time"})
    observed_generation: int | None = Field(default=None, ge=0)


class Status(Schema):
    """Base of every kind's status."""

    observed_generation: int | None = Field(default=None, ge=0)
    conditions: list[Condition] = Field(
        default_factory=list,
        max_length=16,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )

    def condition(self, type_: str) -> Condition | None:
        return next((c for c in self.conditions if c.type == type_), None)


@dataclass(frozen=True)
class Column:
    """A column of ``kubectl get``; ``path`` is a JSONPath from the object's root."""

    name: str
    path: str
    type: Literal["string", "integer", "date", "boolean"] = "string"
    priority: int = 0


@dataclass(frozen=True)
class Kind:
    """How a kind presents itself to the API server and to ``kubectl``."""

    kind: str
    plural: str
    short_names: tuple[str, ...]
    columns: tuple[Column, ...]
    scale: dict[str, str] | None = None


def ready_columns(*between: Column) -> tuple[Column, ...]:
    """Ready and Reason first, Age last: the columns every kind shares."""

    def of_ready(field: str) -> str:
        return f'.status.conditions[?(@.type=="Ready")].{field}'

    return (
        Column("Ready", of_ready("status")),
        Column("Reason", of_ready("reason")),
        *between,
        Column("Age", ".metadata.creationTimestamp", "date"),
        Column("Message", of_ready("message"), priority=1),
    )


SpecT = TypeVar("SpecT", bound=Schema)
StatusT = TypeVar("StatusT", bound=Status)


class Resource(BaseModel, Generic[SpecT, StatusT]):
    """A custom resource as read from an API server or a manifest."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    described: ClassVar[Kind]

    api_version: str
    kind: str
    metadata: Metadata
    spec: SpecT
    status: StatusT | None = None

    @property
    def key(self) -> tuple[str, str]:
        """``(namespace, name)``."""
        return self.metadata.namespace, self.metadata.name
