"""The agents of a caller's namespaces: those of other tenants do not exist for them."""

from collections.abc import Sequence

from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.routing.registry import AgentEntry, Registry


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
