"""Which objects a resource depends on, so that their arrival and change wake it."""

from typing import Any

from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_contract.v1alpha1.budget import Budget, ScopeKind
from quarterdeck_contract.v1alpha1.model import Model
from quarterdeck_contract.v1alpha1.references import SecretKey
from quarterdeck_contract.v1alpha1.schema import Resource
from quarterdeck_operator.cluster.port import ObjectKey


def mentions(resource: Resource[Any, Any]) -> frozenset[ObjectKey]:
    """Everything that a resource of one of our kinds names."""
    match resource:
        case Agent():
            return agent_mentions(resource)
        case Model():
            return model_mentions(resource)
        case Budget():
            return budget_mentions(resource)
        case _:
            return frozenset()


def agent_mentions(agent: Agent) -> frozenset[ObjectKey]:
    """Models, Secrets and the ConfigMap that an Agent names."""
    spec, namespace = agent.spec, agent.metadata.namespace
    found = {ObjectKey("Model", namespace, name) for name in model_names(agent)}
    found |= {ObjectKey("Secret", namespace, ref.name) for _, ref in env_secrets(agent)}
    if spec.instructions_from is not None:
        found.add(ObjectKey("ConfigMap", namespace, spec.instructions_from.name))
    return frozenset(found)


def model_mentions(model: Model) -> frozenset[ObjectKey]:
    """The Secret that a Model names."""
    credentials = model.spec.credentials
    if credentials is None:
        return frozenset()
    return frozenset({ObjectKey("Secret", model.metadata.namespace, credentials.name)})


def budget_mentions(budget: Budget) -> frozenset[ObjectKey]:
    """The Agent or ApiKey that a Budget counts, and the Models it falls back on."""
    namespace = budget.metadata.namespace
    names = (threshold.model for threshold in budget.spec.thresholds or ())
    found = {ObjectKey("Model", namespace, name) for name in names if name is not None}
    scope = scope_key(budget)
    return frozenset(found if scope is None else found | {scope})


def scope_key(budget: Budget) -> ObjectKey | None:
    """The resource that a Budget is about; None where it is about a namespace or a label."""
    scope = budget.spec.scope
    kind = {ScopeKind.AGENT: "Agent", ScopeKind.KEY: "ApiKey"}.get(scope.kind)
    if kind is None or scope.name is None:
        return None
    return ObjectKey(kind, budget.metadata.namespace, scope.name)


def model_names(agent: Agent) -> list[str]:
    """Names of an Agent's Models, first choice first."""
    first = [agent.spec.model] if agent.spec.model is not None else []
    return first + (agent.spec.model_fallbacks or [])


def env_secrets(agent: Agent) -> list[tuple[str, SecretKey]]:
    """Environment variables that come from Secrets: (variable, Secret and key)."""
    env = agent.spec.runtime.env if agent.spec.runtime is not None else None
    return [
        (variable.name, variable.value_from.secret_key_ref)
        for variable in env or ()
        if variable.value_from is not None
    ]
