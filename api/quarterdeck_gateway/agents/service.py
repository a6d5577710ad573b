"""Agents as people see them: read from the registry, never from a copy."""

from quarterdeck_gateway.agents.schemas import AgentList, AgentView, ReplicaView
from quarterdeck_gateway.errors import ModelNotFound
from quarterdeck_gateway.routing.registry import AgentEntry, Registry
from quarterdeck_gateway.routing.resolve import public_id


def list_agents(registry: Registry, default_namespace: str, namespace: str | None) -> AgentList:
    """Every agent, or those of one namespace."""
    return AgentList(
        items=[
            view(entry, default_namespace)
            for entry in registry.agents()
            if namespace is None or entry.namespace == namespace
        ]
    )


def get_agent(registry: Registry, default_namespace: str, namespace: str, name: str) -> AgentView:
    """One agent; raises ModelNotFound."""
    entry = registry.get(namespace, name)
    if entry is None:
        raise ModelNotFound(f"There is no agent '{name}' in the namespace '{namespace}'.")
    return view(entry, default_namespace)


def view(entry: AgentEntry, default_namespace: str) -> AgentView:
    """One agent with its status."""
    return AgentView(
        namespace=entry.namespace,
        name=entry.name,
        model=public_id(entry, default_namespace),
        description=entry.description,
        suspended=entry.suspended,
        ready=entry.ready,
        reason=entry.reason,
        message=entry.message,
        replicas=[ReplicaView(id=replica.id, url=replica.url) for replica in entry.replicas],
        spec=dict(entry.manifest.get("spec") or {}),
        conditions=list((entry.manifest.get("status") or {}).get("conditions") or ()),
    )
