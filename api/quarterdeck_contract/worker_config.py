"""What the operator renders and a worker loads: everything about an agent but its secrets.

The document is decoupled from the custom resources so that a worker never needs Kubernetes, and
versioned so that an old worker refuses a document it would misread.
"""

from typing import Final, Literal

from pydantic import Field

from quarterdeck_contract.v1alpha1.agent import RunLimits
from quarterdeck_contract.v1alpha1.model import ModelParameters, Provider
from quarterdeck_contract.v1alpha1.schema import Schema

WORKER_CONFIG_VERSION: Final = 1


class ModelEndpoint(Schema):
    """One model that the worker may call, first choice first."""

    name: str
    """Name of the Model resource, as it stands in usage and metrics."""
    provider: Provider = Field(strict=False)
    model: str
    base_url: str | None = Field(default=None, alias="baseURL")
    api_key_env: str | None = None
    """Name of the environment variable that holds the API key; None where none is needed."""
    parameters: ModelParameters = Field(default_factory=ModelParameters)


class WorkerConfig(Schema):
    """The whole configuration of one agent's workers."""

    version: Literal[1] = 1
    namespace: str
    agent: str
    description: str = ""
    instructions: str = ""
    models: list[ModelEndpoint] = Field(default_factory=list)
    """Empty only for an image that a person brings along."""
    alternates: list[ModelEndpoint] = Field(default_factory=list)
    """Models that answer only when the gateway names one of them with a chat: the cheaper ones of
    budgets. They are no fallbacks."""
    limits: RunLimits = Field(default_factory=RunLimits)
