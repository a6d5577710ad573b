"""Which agents a caller may chat with: those of other tenants do not exist for them."""

from collections.abc import Sequence

from quarterdeck_gateway.errors import Forbidden
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.routing.registry import AgentEntry, Registry
from quarterdeck_gateway.routing.resolve import find


class VisibleRegistry:
    """The registry as one caller sees it."""

    def __init__(self, registry: Registry, principal: Principal) -> None:
        self._registry = registry
        self._principal = principal

    @property
    def synced(self) -> bool:
        return self._registry.synced

    def get(self, namespace: str, name: str) -> AgentEntry | None:
        return self._registry.get(namespace, name) if self._sees(namespace) else None

    def agents(self) -> Sequence[AgentEntry]:
        return [entry for entry in self._registry.agents() if self._sees(entry.namespace)]

    def _sees(self, namespace: str) -> bool:
        return self._principal.may_enter(namespace)


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
