"""Finds the builder of a provider family and imports only that one.

Every SDK costs a second and tens of megabytes, and an agent rarely needs more than one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from pydantic_ai import ModelSettings
from pydantic_ai.models import Model

from quarterdeck_contract.v1alpha1.model import Provider
from quarterdeck_contract.worker_config import ModelEndpoint
from quarterdeck_worker.errors import ConfigError


@dataclass(frozen=True)
class ModelOrder:
    """What a builder needs to make a model."""

    endpoint: ModelEndpoint
    key: str | None
    settings: ModelSettings
    local_threads: int = 1


Builder = Callable[[ModelOrder], Model]

_MODULES: Final = {
    Provider.OPENAI_COMPATIBLE: "openai_compatible",
    Provider.OPENAI: "openai",
    Provider.ANTHROPIC: "anthropic",
    Provider.GOOGLE: "google",
    Provider.OLLAMA: "ollama",
    Provider.LOCAL: "local",
}


def build(order: ModelOrder) -> Model:
    """Blocks: imports an SDK, loads weights. Raises ConfigError when a package is missing."""
    provider = order.endpoint.provider
    try:
        module = import_module(f"quarterdeck_worker.providers.{_MODULES[provider]}")
    except ImportError as exc:
        raise ConfigError(
            f"provider {provider} of Model {order.endpoint.name} needs packages that are not "
            f"installed ({exc.name or exc}): install quarterdeck[worker]"
        ) from exc
    builder: Builder = module.build
    return builder(order)
