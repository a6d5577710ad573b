"""Agents as people see and change them: read from the registry, never from a copy."""

from collections.abc import Mapping
from typing import Any

from quarterdeck_gateway.agents.schemas import AgentDetail, AgentList, AgentView, ReplicaView
from quarterdeck_gateway.catalogue.attribution import Actor
from quarterdeck_gateway.errors import ModelNotFound
from quarterdeck_gateway.manifests.schemas import WriteOptions
from quarterdeck_gateway.manifests.service import ManifestService, shown
from quarterdeck_gateway.routing.registry import AgentEntry, Registry, entry_of
from quarterdeck_gateway.routing.resolve import public_id

KIND = "Agent"


def list_agents(registry: Registry, default_namespace: str, namespace: str | None) -> AgentList:
    """Every agent, or those of one namespace."""
    return AgentList(
        items=[
            AgentView(**fields(entry, default_namespace))
            for entry in registry.agents()
            if namespace is None or entry.namespace == namespace
        ]
    )


def get_agent(registry: Registry, default_namespace: str, namespace: str, name: str) -> AgentDetail:
    """One agent; raises ModelNotFound."""
    return detail(found(registry, namespace, name), default_namespace)


def found(registry: Registry, namespace: str, name: str) -> AgentEntry:
    """The agent as it is known now; raises ModelNotFound."""
    entry = registry.get(namespace, name)
    if entry is None:
        raise ModelNotFound(f"There is no agent '{name}' in the namespace '{namespace}'.")
    return entry


class AgentChanges:
    """What people do to agents by ``/api/v1/agents``."""

    def __init__(
        self, registry: Registry, manifests: ManifestService, default_namespace: str
    ) -> None:
        self._registry = registry
        self._manifests = manifests
        self._default_namespace = default_namespace

    async def put(
        self,
        actor: Actor,
        namespace: str,
        name: str,
        document: Mapping[str, Any],
        options: WriteOptions,
        *,
        only_new: bool = False,
    ) -> AgentDetail:
        """Create or replace it; see ManifestService."""
        stored = await self._manifests.put(
            actor, namespace, name, document, options, only_new=only_new
        )
        before = self._registry.get(namespace, name)
        workers = () if before is None else before.replicas
        # The registry hears of it a moment later.
        return detail(entry_of(stored, workers), self._default_namespace)

    async def delete(self, actor: Actor, namespace: str, name: str, options: WriteOptions) -> None:
        """Remove it and its workers; see ManifestService."""
        await self._manifests.delete(actor, namespace, name, force=options.force)


def detail(entry: AgentEntry, default_namespace: str) -> AgentDetail:
    """One agent with all that is stored of it."""
    manifest = shown(KIND, entry.manifest)
    return AgentDetail(**fields(entry, default_namespace), manifest=manifest)


def fields(entry: AgentEntry, default_namespace: str) -> dict[str, Any]:
    """The fields of an AgentView."""
    spec, status = entry.manifest.get("spec") or {}, entry.manifest.get("status") or {}
    return {
        "namespace": entry.namespace,
        "name": entry.name,
        "model": public_id(entry, default_namespace),
        "description": entry.description,
        "suspended": entry.suspended,
        "ready": entry.ready,
        "reason": entry.reason,
        "message": entry.message,
        "replicas": [ReplicaView(id=replica.id, url=replica.url) for replica in entry.replicas],
        "desired_replicas": desired_replicas(spec, status),
        "ready_replicas": len(entry.replicas),
        "created_at": entry.manifest.get("metadata", {}).get("creationTimestamp"),
        "spec": dict(spec),
        "conditions": list(status.get("conditions") or ()),
    }


def desired_replicas(spec: Mapping[str, Any], status: Mapping[str, Any]) -> int | None:
    """How many workers are wanted; None for an agent that runs elsewhere.

    With autoscaling the choice is the autoscaler's, which the status tells: ``workers`` is
    ready/wanted.
    """
    if (spec.get("runtime") or {}).get("endpoint"):
        return None
    if spec.get("suspended"):
        return 0
    scaling = spec.get("scaling")
    if not scaling:
        replicas = spec.get("replicas")
        return 1 if replicas is None else int(replicas)
    wanted = str(status.get("workers") or "").partition("/")[2]
    return int(wanted) if wanted.isdecimal() else int(scaling.get("min") or 1)
