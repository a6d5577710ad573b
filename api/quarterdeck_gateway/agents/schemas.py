"""Shapes of ``/api/v1/agents``: what was declared, how it stands, who answers, what happened."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from quarterdeck_gateway.manifests.schemas import AgentManifestShape, AgentSpecShape, Conditions


class ReplicaView(BaseModel):
    """A worker that is ready. Its token is nobody's business."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """Unique while the worker lives."""
    url: str
    """Where the gateway sends chats."""


class AgentView(BaseModel):
    """An agent. ``spec`` and ``conditions`` are those of the custom resource."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    namespace: str
    """Namespace of the Agent."""
    name: str
    """Name of the Agent, unique in its namespace."""
    model: str
    """What goes into ``model`` of a chat; the short name where that is enough."""
    description: str
    """What the agent is for; may be empty."""
    suspended: bool
    """Whether somebody switched it off."""
    ready: bool
    """Whether it answers chats."""
    reason: str
    """Reason of the Ready condition, CamelCase; empty while there is none."""
    message: str
    """Message of the Ready condition."""
    replicas: list[ReplicaView]
    """Workers that are ready."""
    desired_replicas: int | None
    """Workers that are wanted now; null where others run them, or nothing is known yet."""
    ready_replicas: int
    """Workers that are ready, as this gateway sees them."""
    created_at: str | None
    """RFC 3339, UTC."""
    spec: AgentSpecShape
    """What a person wrote."""
    conditions: Conditions
    """Conditions of the status."""


class AgentDetail(AgentView):
    """An agent with all that is stored of it."""

    manifest: AgentManifestShape
    """The object as it is stored, without the ownership of its fields. It may be changed and sent
    back as it is."""


class AgentList(BaseModel):
    """Agents, ordered by namespace and name."""

    items: list[AgentView]


class EventView(BaseModel):
    """Something that happened to an agent, its Deployment or one of its pods."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: Literal["Normal", "Warning"]
    """Whether it is a reason to worry."""
    reason: str
    """Why, CamelCase."""
    message: str
    """The same for people."""
    count: int
    """How often it happened."""
    first_seen: str | None
    """RFC 3339, UTC; of the oldest that is known."""
    last_seen: str | None
    """RFC 3339, UTC."""
    object: str
    """What it happened to, like ``Pod/demo-7d9f-x2x``."""


class EventList(BaseModel):
    """Events, newest first; equal ones of one object are one. At most 100."""

    items: list[EventView]
