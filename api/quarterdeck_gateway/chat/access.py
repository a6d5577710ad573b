"""Which agents a caller may chat with: those of other tenants do not exist for them."""

from quarterdeck_gateway.errors import Forbidden
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.routing.registry import AgentEntry, Registry
from quarterdeck_gateway.routing.resolve import find
from quarterdeck_gateway.routing.visible import VisibleRegistry


def find_for(
    principal: Principal, model: str, registry: Registry, default_namespace: str
) -> AgentEntry:
    """The agent that this caller means. Raises ModelNotFound or AmbiguousAgent, which tell
    nothing of namespaces that the caller may not enter."""
    return find(model, VisibleRegistry(registry, principal), default_namespace)


def withheld(principal: Principal, model: str, registry: Registry) -> AgentEntry | None:
    """The agent that a caller has named in full and may not know of, for the audit log."""
    namespace, slash, name = model.rpartition("/")
    if not slash or principal.may_enter(namespace):
        return None
    return registry.get(namespace, name)


def require_allowed(principal: Principal, agent: AgentEntry) -> None:
    """Raises Forbidden when the caller's key is not for this agent."""
    if not principal.may_chat_with(agent.name):
        raise Forbidden(
            f"Your key may not chat with '{agent.id}': ask for a key whose spec.agents include it.",
            param="model",
        )
