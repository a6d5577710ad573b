"""How and where an agent's workers run: the part of an Agent that speaks of pods."""

import re
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from quarterdeck_contract.v1alpha1.references import SecretKey
from quarterdeck_contract.v1alpha1.schema import HttpUrl, Rule, Schema

_QUANTITY: Final = r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"


def _quantity(value: int | str) -> int | str:
    if not re.match(_QUANTITY, str(value)):
        raise PydanticCustomError("quantity", "should be a quantity like 2, 500m or 256Mi")
    return value


Quantity = Annotated[
    int | str,
    AfterValidator(_quantity),
    WithJsonSchema({"x-kubernetes-int-or-string": True, "pattern": _QUANTITY}),
]
"""A Kubernetes quantity: ``2``, ``500m``, ``256Mi``."""

LabelValue = Annotated[str, Field(max_length=63)]


class EnvVarSource(Schema):
    """Where a value is taken from."""

    secret_key_ref: SecretKey
    """Key of a Secret in this namespace."""


class EnvVar(Schema):
    """One more environment variable of the workers."""

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", min_length=1, max_length=253)
    """Name of the variable; QUARTERDECK_ is reserved."""
    value: str | None = Field(default=None, max_length=32768)
    """The value itself; never a secret."""
    value_from: EnvVarSource | None = None
    """Where the value is taken from."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "has(self.value) != has(self.valueFrom)",
            "set exactly one of value and valueFrom",
            lambda env: (env.value is None) != (env.value_from is None),
        ),
        Rule(
            "!self.name.startsWith('QUARTERDECK_')",
            "names that begin with QUARTERDECK_ are reserved",
            lambda env: not env.name.startswith("QUARTERDECK_"),
            "name",
        ),
    )


class ResourceList(Schema):
    """Amounts by resource."""

    cpu: Quantity | None = None
    """CPU, like 500m."""
    memory: Quantity | None = None
    """Memory, like 256Mi."""
    ephemeral_storage: Quantity | None = Field(default=None, alias="ephemeral-storage")
    """Scratch disk, like 1Gi."""


class Resources(Schema):
    """Requests and limits of a worker's container."""

    requests: ResourceList | None = None
    """What a worker is promised."""
    limits: ResourceList | None = None
    """What a worker may not exceed."""


class Toleration(Schema):
    """As in a pod."""

    key: str | None = Field(default=None, max_length=316)
    """Taint to tolerate; every taint when absent."""
    operator: Literal["Exists", "Equal"] = "Equal"
    """Equal compares key and value; Exists the key alone."""
    value: str | None = Field(default=None, max_length=63)
    """Value of the taint."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """Effect of the taint; every effect when absent."""
    toleration_seconds: int | None = Field(default=None, ge=0)
    """How long a NoExecute taint is tolerated, in seconds."""


class Runtime(Schema):
    """Where the agent's answers are made."""

    image: str | None = Field(default=None, min_length=1, max_length=512, pattern=r"^\S+$")
    """Bring your own container; it must speak the worker's HTTP contract on port 8080."""
    endpoint: HttpUrl | None = None
    """An agent that already runs elsewhere: nothing is deployed, chats go to this address."""
    resources: Resources | None = None
    """Requests and limits of a worker's container."""
    env: list[EnvVar] | None = Field(
        default=None,
        max_length=64,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    """More environment variables of the workers."""
    node_selector: dict[str, LabelValue] | None = None
    """Labels that a node must have to run the workers."""
    tolerations: list[Toleration] | None = Field(default=None, max_length=32)
    """Taints of nodes that the workers tolerate."""
    priority_class_name: str | None = Field(default=None, max_length=253)
    """PriorityClass of the pods; not one of Kubernetes' own, which begin with system-."""
    image_pull_secret: str | None = Field(default=None, max_length=253)
    """Secret in this namespace to pull the image with."""
    startup_seconds: int | None = Field(default=None, ge=10, le=3600)
    """How long a new worker may take until it is ready, pulling its image included, in seconds; 120
    when absent."""
    metrics: bool | None = None
    """True when the image answers GET /metrics as our worker does, so that Prometheus reads it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!(has(self.image) && has(self.endpoint))",
            "image and endpoint exclude each other: an endpoint deploys nothing",
            lambda runtime: runtime.image is None or runtime.endpoint is None,
        ),
        Rule(
            "!has(self.endpoint) || !(has(self.resources) || has(self.env)"
            " || has(self.nodeSelector) || has(self.tolerations)"
            " || has(self.priorityClassName) || has(self.imagePullSecret)"
            " || has(self.startupSeconds) || has(self.metrics))",
            "endpoint deploys nothing: remove the other fields of runtime",
            lambda runtime: runtime.endpoint is None or runtime.manifest().keys() == {"endpoint"},
            "endpoint",
        ),
        Rule(
            "!has(self.priorityClassName) || !self.priorityClassName.startsWith('system-')",
            "names that begin with system- are for the cluster's own pods",
            lambda runtime: not (runtime.priority_class_name or "").startswith("system-"),
            "priorityClassName",
        ),
        Rule(
            "!has(self.metrics) || has(self.image)",
            "metrics tells of an image of your own: our own workers always have them",
            lambda runtime: runtime.metrics is None or runtime.image is not None,
            "metrics",
        ),
    )

    @property
    def is_scraped(self) -> bool:
        """Whether Prometheus may expect metrics of the workers."""
        return self.endpoint is None and (self.image is None or self.metrics is True)
