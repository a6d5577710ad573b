"""An Agent with everything it refers to: all that the builders need, and nothing that is secret."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from quarterdeck_contract.names import model_key_env, short_hash
from quarterdeck_contract.v1alpha1.agent import Agent, RunLimits
from quarterdeck_contract.v1alpha1.model import Model, ModelParameters
from quarterdeck_contract.v1alpha1.references import SecretKey
from quarterdeck_contract.worker_config import ModelEndpoint, WorkerConfig
from quarterdeck_operator.builders.replicas import is_external
from quarterdeck_operator.cache import Cache
from quarterdeck_operator.errors import Stalled, Waiting
from quarterdeck_operator.resolve.mentions import env_secrets, model_names
from quarterdeck_operator.resolve.models import find_model, require_address, usable_model
from quarterdeck_operator.resolve.references import References


@dataclass(frozen=True)
class SecretEnv:
    """An environment variable whose value stands in a Secret."""

    name: str
    secret: SecretKey


@dataclass(frozen=True)
class ResolvedAgent:
    """``config_hash`` changes exactly when running workers are out of date."""

    agent: Agent
    config: WorkerConfig
    model_keys: tuple[SecretEnv, ...] = ()
    config_hash: str = ""


async def resolve_agent(
    agent: Agent, cache: Cache, references: References, cheaper: Sequence[str] = ()
) -> ResolvedAgent:
    """Raises Waiting for the first reference that is missing, Stalled for a forbidden address.

    ``cheaper`` names the Models that budgets may send its chats to; those that cannot be used are
    left out, for the Budget says so and the agent must not stand still for it.
    """
    models = [find_model(cache, agent.metadata.namespace, name) for name in model_names(agent)]
    if is_external(agent.spec):
        # Its Model only tells the price: nothing of it is deployed, not even a key.
        return ResolvedAgent(agent, _config(agent, "", models, []))
    for model in models:
        require_address(model)
    instructions = await _instructions(agent, references)
    alternates = await _usable(agent, cache, references, cheaper)
    model_keys = tuple(
        SecretEnv(model_key_env(index), model.spec.credentials)
        for index, model in enumerate(models + alternates)
        if model.spec.credentials is not None
    )
    secrets = [key.secret for key in model_keys] + [secret for _, secret in env_secrets(agent)]
    digests = [
        await references.secret_digest(agent.metadata.namespace, secret) for secret in secrets
    ]
    config = _config(agent, instructions, models, alternates)
    return ResolvedAgent(agent, config, model_keys, _config_hash(config, digests))


async def _instructions(agent: Agent, references: References) -> str:
    if agent.spec.instructions_from is None:
        return agent.spec.instructions or ""
    return await references.config_map_text(agent.metadata.namespace, agent.spec.instructions_from)


async def _usable(
    agent: Agent, cache: Cache, references: References, names: Sequence[str]
) -> list[Model]:
    found = []
    for name in names:
        if name in model_names(agent):
            continue
        try:
            found.append(await usable_model(cache, references, agent.metadata.namespace, name))
        except (Stalled, Waiting):
            continue
    return found


def _config(
    agent: Agent, instructions: str, models: list[Model], alternates: list[Model]
) -> WorkerConfig:
    endpoints = [_endpoint(index, model) for index, model in enumerate(models + alternates)]
    return WorkerConfig(
        namespace=agent.metadata.namespace,
        agent=agent.metadata.name,
        description=agent.spec.description or "",
        instructions=instructions,
        models=endpoints[: len(models)],
        alternates=endpoints[len(models) :],
        limits=agent.spec.limits or RunLimits(),
    )


def _endpoint(index: int, model: Model) -> ModelEndpoint:
    spec = model.spec
    return ModelEndpoint(
        name=model.metadata.name,
        provider=spec.provider,
        model=spec.model,
        base_url=spec.base_url,
        api_key_env=model_key_env(index) if spec.credentials is not None else None,
        parameters=spec.parameters or ModelParameters(),
    )


def _config_hash(config: WorkerConfig, digests: list[str]) -> str:
    # Defaults stay out: a field that a new version adds must not restart anybody's workers.
    said = config.model_dump(by_alias=True, mode="json", exclude_defaults=True)
    return short_hash(orjson.dumps([said, digests], option=orjson.OPT_SORT_KEYS))
