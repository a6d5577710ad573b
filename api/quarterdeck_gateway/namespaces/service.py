"""Namespaces as far as the gateway knows them: where something is declared, or may be. Pure."""

from collections import Counter

from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.namespaces.schemas import NamespaceList, NamespaceView
from quarterdeck_gateway.routing.registry import Registry


def list_namespaces(
    registry: Registry, catalogue: Catalogue, principal: Principal, default: str
) -> NamespaceList:
    """The namespaces that ``principal`` may enter and that are known."""
    agents = Counter(entry.namespace for entry in registry.agents())
    models = Counter(entry.namespace for entry in catalogue.models())
    others = {entry.namespace for entry in catalogue.keys()}  # noqa: SIM118 - no dict
    others |= {entry.namespace for entry in catalogue.budgets()}
    named = {pattern for pattern in principal.namespaces if not set(pattern) & set("*?[")}
    known = agents.keys() | models.keys() | others | named | {default}
    return NamespaceList(
        items=[
            NamespaceView(name=name, agents=agents[name], models=models[name])
            for name in sorted(known)
            if principal.may_enter(name)
        ],
        default=default,
    )
