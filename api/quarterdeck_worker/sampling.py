"""Sampling parameters in the model library's words.

A model's defaults give way to what the request says; nobody gets more output tokens than the run
may use in all.
"""

from typing import Any, Final

from pydantic_ai import ModelSettings

from quarterdeck_contract.v1alpha1.model import ModelParameters

RETRIES: Final = 0
"""Of the provider's SDK: fallbacks and clients retry, and both know better when."""


def defaults(parameters: ModelParameters, tokens: int | None) -> ModelSettings:
    """Settings that belong to one model; ``tokens`` is the run's limit."""
    given = parameters.model_dump(exclude_none=True, exclude={"timeout_seconds"})
    settings = requested(given, tokens)
    settings["timeout"] = float(parameters.timeout_seconds)
    settings["max_retries"] = RETRIES
    return settings


def requested(parameters: dict[str, Any], tokens: int | None) -> ModelSettings:
    """Settings from parameters under the names of ModelParameters."""
    settings = ModelSettings()
    for name in ("temperature", "top_p", "seed", "max_tokens"):
        if name in parameters:
            settings[name] = parameters[name]
    if "stop" in parameters:
        settings["stop_sequences"] = parameters["stop"]
    if tokens is not None and "max_tokens" in settings:
        settings["max_tokens"] = min(settings["max_tokens"], tokens)
    return settings
