"""``Model``: where tokens come from. Nothing runs for it; agents resolve it into their workers."""

from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import Field

from quarterdeck_contract.v1alpha1.references import SecretKey
from quarterdeck_contract.v1alpha1.schema import (
    Column,
    HttpUrl,
    Kind,
    Resource,
    Rule,
    Schema,
    Status,
    TransitionRule,
    ready_columns,
)

DEMO_MODEL: Final = "smollm2-135m-instruct"
"""The only model of provider ``local``: real tokens without a key or a network, poor answers."""


class Provider(StrEnum):
    """Whose protocol a model speaks."""

    OPENAI_COMPATIBLE = "openai-compatible"
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    OLLAMA = "ollama"
    LOCAL = "local"


KEYED: Final = (Provider.OPENAI, Provider.ANTHROPIC, Provider.GOOGLE)
"""Providers that answer nobody without a key."""


class ModelParameters(Schema):
    """Sampling defaults; a chat request may override them within the agent's limits."""

    temperature: float | None = Field(default=None, ge=0, le=2, strict=False)
    """Randomness, from 0 to 2."""
    top_p: float | None = Field(default=None, gt=0, le=1, strict=False)
    """Share of the likeliest tokens to choose among, above 0 up to 1."""
    max_tokens: int | None = Field(default=None, ge=1, le=1_000_000)
    """Most tokens of one answer."""
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1)
    """Makes answers repeatable where the provider can."""
    stop: list[Annotated[str, Field(min_length=1, max_length=64)]] | None = Field(
        default=None, max_length=4
    )
    """Texts that end an answer."""
    timeout_seconds: int = Field(default=60, ge=1, le=600)
    """Longest silence of the provider before the call counts as failed, in seconds."""


class Price(Schema):
    """What the provider charges, in USD per million tokens."""

    input_per_million: float = Field(ge=0, le=1_000_000, strict=False)
    """USD per million input tokens."""
    output_per_million: float = Field(ge=0, le=1_000_000, strict=False)
    """USD per million output tokens."""
    cached_input_per_million: float | None = Field(default=None, ge=0, le=1_000_000, strict=False)
    """USD per million input tokens that the provider had in its cache; as other input if absent."""


def _needs_base_url(spec: "ModelSpec") -> bool:
    return spec.provider is not Provider.OPENAI_COMPATIBLE or spec.base_url is not None


def _needs_credentials(spec: "ModelSpec") -> bool:
    return spec.provider not in KEYED or spec.credentials is not None


def _local_is_bare(spec: "ModelSpec") -> bool:
    if spec.provider is not Provider.LOCAL:
        return True
    return spec.base_url is None and spec.credentials is None


def _local_has_one_model(spec: "ModelSpec") -> bool:
    return spec.provider is not Provider.LOCAL or spec.model == DEMO_MODEL


class ModelSpec(Schema):
    """What a person writes under ``spec`` of a Model."""

    provider: Provider = Field(strict=False)
    """Whose protocol the model speaks; immutable."""
    model: str = Field(min_length=1, max_length=253, pattern=r"^\S+$")
    """The provider's own name of the model."""
    base_url: HttpUrl | None = Field(default=None, alias="baseURL")
    """Address of the API, up to and including /v1 where it has one."""
    credentials: SecretKey | None = None
    """Key of a Secret in this namespace that holds the API key."""
    parameters: ModelParameters | None = None
    """Sampling defaults; a chat request may override them within the agent's limits."""
    price: Price | None = None
    """What tokens cost; the public price list is used when absent, 0 for local and ollama."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "self.provider != 'openai-compatible' || has(self.baseURL)",
            "provider openai-compatible needs baseURL, the address that ends in /v1",
            _needs_base_url,
            "baseURL",
        ),
        Rule(
            "!(self.provider in ['openai', 'anthropic', 'google']) || has(self.credentials)",
            "this provider needs credentials: name a Secret that holds the API key",
            _needs_credentials,
            "credentials",
        ),
        Rule(
            "self.provider != 'local' || (!has(self.baseURL) && !has(self.credentials))",
            "provider local runs inside the worker: remove baseURL and credentials",
            _local_is_bare,
            "provider",
        ),
        Rule(
            f"self.provider != 'local' || self.model == '{DEMO_MODEL}'",
            f"provider local serves one model: {DEMO_MODEL}",
            _local_has_one_model,
            "model",
        ),
    )
    transition_rules: ClassVar[tuple[TransitionRule, ...]] = (
        TransitionRule(
            "self.provider == oldSelf.provider",
            "provider is immutable: create another Model and point the agents to it",
            lambda old, new: old.provider == new.provider,
            "provider",
        ),
    )


class ModelStatus(Status):
    """What the operator found: whether the credentials exist."""


class Model(Resource[ModelSpec, ModelStatus]):
    """A language model that agents may use."""

    described: ClassVar[Kind] = Kind(
        kind="Model",
        plural="models",
        short_names=("qmodel",),
        columns=ready_columns(Column("Provider", ".spec.provider"), Column("Model", ".spec.model")),
    )
