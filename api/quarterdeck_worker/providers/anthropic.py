"""Anthropic's messages API. ``base_url`` is the address without ``/v1``; with it works too."""

from typing import Final

from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from quarterdeck_worker.providers.registry import ModelOrder

BASE_URL: Final = "https://api.anthropic.com"


def build(order: ModelOrder) -> Model:
    base_url = (order.endpoint.base_url or BASE_URL).rstrip("/").removesuffix("/v1")
    provider = AnthropicProvider(base_url=base_url, api_key=order.key or "no-key")
    return AnthropicModel(order.endpoint.model, provider=provider, settings=order.settings)
