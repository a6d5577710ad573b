"""``Agent``: instructions and a model, kept running as workers that answer chats."""

from typing import ClassVar

from pydantic import Field

from quarterdeck_contract.v1alpha1.limits import RateLimit
from quarterdeck_contract.v1alpha1.references import ConfigMapKey
from quarterdeck_contract.v1alpha1.runtime import Runtime
from quarterdeck_contract.v1alpha1.schema import (
    Column,
    Kind,
    Resource,
    ResourceName,
    Rule,
    Schema,
    Status,
    ready_columns,
)


class RunLimits(Schema):
    """What one chat may use before it is stopped with an error that names the limit."""

    iterations: int = Field(default=10, ge=1, le=100)
    """Calls of the model in one run."""
    tokens: int | None = Field(default=None, ge=1, le=10_000_000)
    """Input and output tokens of one run, over all its calls."""
    seconds: int = Field(default=300, ge=1, le=3600)
    """Longest duration of one run, in seconds."""


class Scaling(Schema):
    """Autoscaling of the workers by CPU, through a HorizontalPodAutoscaler."""

    min: int = Field(default=1, ge=1, le=1000)
    """Fewest workers."""
    max: int = Field(ge=1, le=1000)
    """Most workers."""
    target_cpu_percent: int = Field(default=80, ge=1, le=100, alias="targetCPUPercent")
    """CPU use, in percent of the request, at which workers are added."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "self.min <= self.max",
            "min must not be greater than max",
            lambda scaling: scaling.min <= scaling.max,
            "min",
        ),
    )


def _external(spec: "AgentSpec") -> bool:
    return spec.runtime is not None and spec.runtime.endpoint is not None


def _brings_image(spec: "AgentSpec") -> bool:
    return spec.runtime is not None and spec.runtime.image is not None


def _one_instructions(spec: "AgentSpec") -> bool:
    given = (spec.instructions is not None) + (spec.instructions_from is not None)
    return given <= 1 if _external(spec) or _brings_image(spec) else given == 1


def _endpoint_stands_alone(spec: "AgentSpec") -> bool:
    beside = {"description", "model", "rateLimit", "runtime", "suspended"}
    return not _external(spec) or spec.manifest().keys() <= beside


_EXTERNAL = "has(self.runtime) && has(self.runtime.endpoint)"
_OWN_IMAGE = "has(self.runtime) && has(self.runtime.image)"
_GIVEN = "(has(self.instructions) ? 1 : 0) + (has(self.instructionsFrom) ? 1 : 0)"


class AgentSpec(Schema):
    """What a person writes under ``spec`` of an Agent."""

    description: str | None = Field(default=None, max_length=1024)
    """What the agent is for, shown to the people who choose among agents."""
    instructions: str | None = Field(default=None, min_length=1, max_length=131_072)
    """What the agent is told before every chat (the system prompt)."""
    instructions_from: ConfigMapKey | None = None
    """Key of a ConfigMap in this namespace with the instructions; a change rolls the workers."""
    model: ResourceName | None = None
    """Name of a Model in this namespace; beside runtime.endpoint it only tells the price."""
    model_fallbacks: list[ResourceName] | None = Field(
        default=None, max_length=5, json_schema_extra={"x-kubernetes-list-type": "set"}
    )
    """Models tried in this order when the first one fails before it has said anything."""
    limits: RunLimits | None = None
    """What one chat may use before it is stopped with an error that names the limit."""
    rate_limit: RateLimit | None = None
    """What all chats with this agent may use together."""
    replicas: int | None = Field(default=None, ge=0, le=1000)
    """Workers to run; 1 when neither this nor scaling is set."""
    scaling: Scaling | None = None
    """Autoscaling of the workers by CPU; excludes replicas."""
    runtime: Runtime | None = None
    """How and where the workers run."""
    suspended: bool = False
    """True stops all workers and answers chats with 503 until it is false again."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            f"({_EXTERNAL}) || ({_OWN_IMAGE}) ? {_GIVEN} <= 1 : {_GIVEN} == 1",
            "set exactly one of instructions and instructionsFrom",
            _one_instructions,
            "instructions",
        ),
        Rule(
            f"has(self.model) || ({_EXTERNAL}) || ({_OWN_IMAGE})",
            "model is required: the name of a Model in this namespace",
            lambda spec: spec.model is not None or _external(spec) or _brings_image(spec),
            "model",
        ),
        Rule(
            "!has(self.modelFallbacks)"
            " || (has(self.model) && !(self.model in self.modelFallbacks))",
            "modelFallbacks needs a model and must not repeat it",
            lambda spec: (
                spec.model_fallbacks is None
                or (spec.model is not None and spec.model not in spec.model_fallbacks)
            ),
            "modelFallbacks",
        ),
        Rule(
            "!(has(self.replicas) && has(self.scaling))",
            "replicas and scaling exclude each other: set scaling.min instead",
            lambda spec: spec.replicas is None or spec.scaling is None,
            "replicas",
        ),
        Rule(
            f"!({_EXTERNAL}) || !(has(self.instructions) || has(self.instructionsFrom)"
            " || has(self.modelFallbacks) || has(self.limits)"
            " || has(self.replicas) || has(self.scaling))",
            "runtime.endpoint runs elsewhere: only description, model (for the price),"
            " rateLimit and suspended go with it",
            _endpoint_stands_alone,
            "runtime",
        ),
    )


class AgentStatus(Status):
    """What runs, as the operator last saw it."""

    replicas: int | None = Field(default=None, ge=0)
    ready_replicas: int | None = Field(default=None, ge=0)
    workers: str | None = Field(default=None, max_length=32)
    """Ready of desired workers, like ``1/2``: for people."""
    selector: str | None = Field(default=None, max_length=1024)
    """Label selector of the workers' pods, for the scale subresource."""
    endpoint: str | None = Field(default=None, max_length=2048)
    """Address that the gateway sends chats to."""


class Agent(Resource[AgentSpec, AgentStatus]):
    """An AI agent, kept running."""

    described: ClassVar[Kind] = Kind(
        kind="Agent",
        plural="agents",
        short_names=("qagent",),
        columns=ready_columns(
            Column("Model", ".spec.model"), Column("Replicas", ".status.workers")
        ),
        scale={
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
            "labelSelectorPath": ".status.selector",
        },
    )
