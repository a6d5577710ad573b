"""Shapes of manifests in the OpenAPI document.

What goes in and out is the object as it is stored, so that a field which a newer version wrote
passes through unharmed; the document says what it looks like. The contract judges what goes in
(``judgement``), in its own words.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from quarterdeck_contract.names import API_VERSION
from quarterdeck_contract.v1alpha1.agent import AgentSpec
from quarterdeck_contract.v1alpha1.model import ModelSpec
from quarterdeck_contract.v1alpha1.schema import Condition, ResourceName
from quarterdeck_gateway.keys.schemas import NamespaceName

SHAPE: Final = "x-quarterdeck-shape"
"""Stands in a JSON schema for a reference to one of ``SHAPES``, until the document is built."""


def shaped(model: type[BaseModel]) -> WithJsonSchema:
    """Annotation of a ``dict`` that is documented as ``model`` and not validated as one."""
    return WithJsonSchema({SHAPE: model.__name__})


class ObjectMetadata(BaseModel):
    """``metadata`` of an object. What only the API server writes is ignored in requests, but for
    ``resourceVersion`` and ``generation``: with them, a change in between is answered with 409."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, use_attribute_docstrings=True
    )

    name: ResourceName
    """As in the path."""
    namespace: NamespaceName | None = None
    """As in the path."""
    labels: dict[str, str] | None = None
    """Replace those it has; they stay when absent."""
    annotations: dict[str, str] | None = None
    """Replace those it has; they stay when absent."""
    resource_version: str | None = None
    """Version that was read. A write with it fails with 409 when the object changed since; beside
    ``generation``, not when only its status did."""
    uid: str | None = None
    """Made by the API server."""
    generation: int | None = None
    """Counts changes of the spec."""
    creation_timestamp: str | None = None
    """RFC 3339, UTC."""


class _Manifest(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, use_attribute_docstrings=True
    )

    api_version: Literal["quarterdeck.dev/v1alpha1"] = Field(examples=[API_VERSION])
    """Version of the kind."""
    metadata: ObjectMetadata
    """Name, labels and annotations."""


class AgentManifest(_Manifest):
    """An Agent as in YAML; ``status`` is ignored in requests."""

    kind: Literal["Agent"]
    """Always ``Agent``."""
    spec: AgentSpec
    """What a person wrote."""
    status: dict[str, Any] | None = None
    """What runs, as the operator last saw it."""


class ModelManifest(_Manifest):
    """A Model as in YAML; ``status`` is ignored in requests."""

    kind: Literal["Model"]
    """Always ``Model``."""
    spec: ModelSpec
    """What a person wrote."""
    status: dict[str, Any] | None = None
    """What the operator found."""


SHAPES: Final[tuple[type[BaseModel], ...]] = (
    AgentManifest,
    ModelManifest,
    AgentSpec,
    ModelSpec,
    Condition,
)
"""Every model that a ``shaped`` annotation may name."""

Conditions = list[Annotated[dict[str, Any], shaped(Condition)]]
"""Conditions of a status, as they are stored."""

AgentSpecShape = Annotated[dict[str, Any], shaped(AgentSpec)]
AgentManifestShape = Annotated[dict[str, Any], shaped(AgentManifest)]
ModelSpecShape = Annotated[dict[str, Any], shaped(ModelSpec)]
ModelManifestShape = Annotated[dict[str, Any], shaped(ModelManifest)]


IfNoneMatch = Annotated[
    Literal["*"] | None,
    Header(
        description="With `*` only something new is stored: 412 when there is one of this name.",
    ),
]
"""Header of writes that must not replace anything."""

IfMatch = Annotated[
    Annotated[str, Field(pattern=r'^"[0-9]{1,18}\.[^".]{1,64}\.[^".]{0,64}"$')] | None,
    Header(
        description="The ETag that was read, which is `version` in double quotes: 412 when it was "
        "changed or deleted since. That its status moved on does not count.",
    ),
]
"""Header of writes that must replace nothing but what was read."""


class WriteOptions(BaseModel):
    """Query of writes."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    dry_run: bool = False
    """Only judge: the answer is what would be stored."""
    force: bool = False
    """Also change what something else manages: fields that another manager applies to the cluster
    (GitOps), an object that Argo CD, Flux, Helm or ``kubectl apply`` wrote, or one of the manifests
    folder. It may be undone there."""
