"""OpenAI's own API, or a transparent proxy to it. ``base_url`` ends in ``/v1``."""

from typing import Final

from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from quarterdeck_worker.providers.registry import ModelOrder

BASE_URL: Final = "https://api.openai.com/v1"


def build(order: ModelOrder) -> Model:
    # Always a base URL of ours: the SDK would otherwise listen to OPENAI_BASE_URL.
    provider = OpenAIProvider(
        base_url=order.endpoint.base_url or BASE_URL, api_key=order.key or "no-key"
    )
    return OpenAIChatModel(order.endpoint.model, provider=provider, settings=order.settings)
