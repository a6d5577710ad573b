"""From the ``model`` of a request to the agent that it means, or to the refusal that helps most.

Pure: reads a registry, decides, does nothing.
"""

from difflib import get_close_matches
from typing import Final

from quarterdeck_gateway.errors import AgentNotReady, AgentSuspended, AmbiguousAgent, ModelNotFound
from quarterdeck_gateway.routing.not_ready import not_ready_message
from quarterdeck_gateway.routing.registry import AgentEntry, Registry

RETRY_NOT_READY: Final = 5
"""Seconds to tell a client to wait for workers: about what starting one takes."""
RETRY_SUSPENDED: Final = 60
"""Seconds to tell a client of an agent that a person has to resume."""
_CHOICES: Final = 5


def find(model: str, registry: Registry, default_namespace: str) -> AgentEntry:
    """The agent named ``name`` or ``namespace/name``, ready or not.

    A bare name means the default namespace first, then the only namespace that has it. Raises
    ModelNotFound or AmbiguousAgent.
    """
    namespace, slash, name = model.rpartition("/")
    if slash:
        entry = registry.get(namespace, name)
        if entry is None:
            raise _unknown(model, registry, default_namespace)
        return entry
    entry = registry.get(default_namespace, model)
    return entry if entry is not None else _elsewhere(model, registry, default_namespace)


def require_available(entry: AgentEntry) -> AgentEntry:
    """The same agent; raises AgentSuspended or AgentNotReady when it cannot answer now.

    Ready replicas decide, not the Ready condition: the workers of an agent whose newest spec is
    wrong go on answering.
    """
    if entry.suspended:
        raise AgentSuspended(
            f"The agent '{entry.id}' is suspended: set spec.suspended to false to resume it.",
            param="model",
            retry_after=RETRY_SUSPENDED,
        )
    if not entry.replicas:
        raise AgentNotReady(not_ready_message(entry), param="model", retry_after=RETRY_NOT_READY)
    return entry


def public_id(entry: AgentEntry, default_namespace: str) -> str:
    """The shortest model name that surely means this agent."""
    return entry.name if entry.namespace == default_namespace else entry.id


def _elsewhere(name: str, registry: Registry, default_namespace: str) -> AgentEntry:
    candidates = [entry for entry in registry.agents() if entry.name == name]
    if not candidates:
        raise _unknown(name, registry, default_namespace)
    if len(candidates) > 1:
        shown = ", ".join(f"'{entry.id}'" for entry in candidates[:_CHOICES])
        more = ", ..." if len(candidates) > _CHOICES else ""
        raise AmbiguousAgent(
            f"Several agents are named '{name}': use one of {shown}{more} as the model.",
            param="model",
        )
    return candidates[0]


def _unknown(model: str, registry: Registry, default_namespace: str) -> ModelNotFound:
    known = [public_id(entry, default_namespace) for entry in registry.agents()]
    close = get_close_matches(model, known, n=3)
    hint = (
        f" Did you mean {' or '.join(map(repr, close))}?"
        if close
        else " GET /v1/models lists those that exist."
    )
    return ModelNotFound(f"There is no agent '{model}'.{hint}", param="model")
