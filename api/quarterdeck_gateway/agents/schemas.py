"""Shapes of ``/api/v1/agents``: what was declared, how it stands, who answers."""

from typing import Any

from pydantic import BaseModel


class ReplicaView(BaseModel):
    """A worker that is ready. Its token is nobody's business."""

    id: str
    url: str


class AgentView(BaseModel):
    """An agent. ``spec`` and ``conditions`` are those of the custom resource."""

    namespace: str
    name: str
    model: str
    """What goes into ``model`` of a chat; the short name where that is enough."""
    description: str
    suspended: bool
    ready: bool
    reason: str
    message: str
    replicas: list[ReplicaView]
    spec: dict[str, Any]
    conditions: list[dict[str, Any]]


class AgentList(BaseModel):
    """Agents, ordered by namespace and name."""

    items: list[AgentView]
