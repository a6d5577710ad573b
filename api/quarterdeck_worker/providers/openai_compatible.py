"""Any server that speaks OpenAI's chat completions: vLLM, LM Studio, proxies, our own gateway."""

from typing import Final

from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from quarterdeck_worker.errors import ConfigError
from quarterdeck_worker.providers.registry import ModelOrder

PROFILE: Final = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
"""Every such server knows ``max_tokens``; ``max_completion_tokens`` is OpenAI's newer word."""


def build(order: ModelOrder) -> Model:
    """Raises ConfigError without a base URL."""
    if order.endpoint.base_url is None:
        raise ConfigError(f"Model {order.endpoint.name} of provider openai-compatible: no baseURL")
    return at(order, order.endpoint.base_url)


def at(order: ModelOrder, base_url: str) -> Model:
    """A model behind ``base_url``, the address that ends in ``/v1``."""
    provider = OpenAICompatibleProvider(
        order.endpoint.provider.value, base_url=base_url, api_key=order.key, profile=PROFILE
    )
    return OpenAIChatModel(order.endpoint.model, provider=provider, settings=order.settings)
