"""Ollama through its OpenAI-compatible API. ``base_url`` may be given with or without ``/v1``."""

from typing import Final

from pydantic_ai.models import Model
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.profiles import merge_profile
from pydantic_ai.providers.ollama import OllamaProvider

from quarterdeck_worker.providers.openai_compatible import PROFILE
from quarterdeck_worker.providers.registry import ModelOrder

BASE_URL: Final = "http://127.0.0.1:11434/v1"


def build(order: ModelOrder) -> Model:
    provider = OllamaProvider(
        base_url=api_url(order.endpoint.base_url), api_key=order.key or "no-key"
    )
    profile = merge_profile(provider.model_profile(order.endpoint.model), PROFILE)
    return OllamaModel(
        order.endpoint.model, provider=provider, profile=profile, settings=order.settings
    )


def api_url(base_url: str | None) -> str:
    """The address of the API: people copy Ollama's address as often without ``/v1`` as with it."""
    if base_url is None:
        return BASE_URL
    trimmed = base_url.rstrip("/")
    return trimmed if trimmed.endswith("/v1") else f"{trimmed}/v1"
