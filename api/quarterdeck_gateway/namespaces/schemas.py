"""Shapes of ``/api/v1/namespaces``."""

from pydantic import BaseModel, ConfigDict


class NamespaceView(BaseModel):
    """A namespace that the caller may enter."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: str
    """Its name."""
    agents: int
    """How many agents it has."""
    models: int
    """How many Models it has."""


class NamespaceList(BaseModel):
    """Namespaces in which there is something, the gateway's default one, and those that the
    caller's key names, in order."""

    items: list[NamespaceView]
    default: str
    """Where an agent's bare name is looked up first."""
