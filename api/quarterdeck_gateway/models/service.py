"""Agents as models. Those that are not ready are listed too, marked: they exist."""

from datetime import datetime

from quarterdeck_gateway.models.schemas import OpenAIModel, OpenAIModelList
from quarterdeck_gateway.routing.registry import AgentEntry, Registry
from quarterdeck_gateway.routing.resolve import find, public_id


def list_models(registry: Registry, default_namespace: str) -> OpenAIModelList:
    """Every agent, bare names for those of the default namespace."""
    return OpenAIModelList(data=[view(entry, default_namespace) for entry in registry.agents()])


def get_model(model: str, registry: Registry, default_namespace: str) -> OpenAIModel:
    """One agent by any name that a chat could use; raises ModelNotFound or AmbiguousAgent."""
    return view(find(model, registry, default_namespace), default_namespace)


def view(entry: AgentEntry, default_namespace: str) -> OpenAIModel:
    """One agent in OpenAI's shape."""
    return OpenAIModel(
        id=public_id(entry, default_namespace),
        created=_seconds(entry.manifest.get("metadata", {}).get("creationTimestamp")),
        owned_by=entry.namespace,
        description=entry.description,
        ready=bool(entry.replicas) and not entry.suspended,
    )


def _seconds(timestamp: str | None) -> int:
    return int(datetime.fromisoformat(timestamp).timestamp()) if timestamp else 0
