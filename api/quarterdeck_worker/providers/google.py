"""Google's Gemini API. ``base_url`` is the address without the version (``/v1beta``)."""

from typing import Final

from pydantic_ai.models import Model
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider

from quarterdeck_worker.providers.registry import ModelOrder

BASE_URL: Final = "https://generativelanguage.googleapis.com"


def build(order: ModelOrder) -> Model:
    base_url = (order.endpoint.base_url or BASE_URL).rstrip("/").removesuffix("/v1beta")
    provider = GoogleProvider(base_url=base_url, api_key=order.key or "no-key")
    return GoogleModel(order.endpoint.model, provider=provider, settings=order.settings)
