"""Turns a model library's exceptions into ours: the only place that knows both.

The table is read from the top; the first class that fits wins.
"""

from typing import Final

import httpx2
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelRequestTimeout,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
)

from quarterdeck_worker.errors import (
    ContextLengthExceeded,
    ProviderError,
    ProviderInvalidAnswer,
    ProviderModelMissing,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRefusedKey,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
)
from quarterdeck_worker.scrubber import Scrubber

_LONGEST: Final = 500
"""Characters of a provider's message that are passed on: some answer with a web page."""

_LLAMA_CPP_CONTEXT: Final = "exceed_context_size_error"
"""llama.cpp's word for a conversation that is too long; the library takes it for any other 400."""

_TOO_LONG: Final = "the conversation is longer than Model {name} can read: send a shorter one"
_TOO_SLOW: Final = "the provider of Model {name} took too long"
_OUT_OF_REACH: Final = "cannot reach the provider of Model {name}: check spec.baseURL"

_TABLE: Final[tuple[tuple[type[AgentRunError], type[ProviderError], str], ...]] = (
    (
        ModelAuthenticationError,
        ProviderRefusedKey,
        "the provider refused the key of Model {name}: check the Secret",
    ),
    (
        ModelQuotaExceededError,
        ProviderQuotaExceeded,
        "the account of Model {name} has no quota left at the provider",
    ),
    (ModelRateLimitError, ProviderRateLimited, "the provider limits the rate of Model {name}"),
    (
        ModelContextWindowExceededError,
        ContextLengthExceeded,
        _TOO_LONG,
    ),
    (
        ModelNotFoundError,
        ProviderModelMissing,
        "the provider does not know the model that Model {name} asks for: "
        "check spec.model and spec.baseURL",
    ),
    (
        ModelRequestRejectedError,
        ProviderRejected,
        "the provider rejected the request for Model {name}",
    ),
    (ModelRequestTimeout, ProviderTimeout, _TOO_SLOW),
    (ModelTimeoutError, ProviderTimeout, _TOO_SLOW),
    (ModelConnectionError, ProviderUnavailable, _OUT_OF_REACH),
    (ModelUnavailableError, ProviderUnavailable, "the provider of Model {name} is unavailable"),
    (ModelServerError, ProviderUnavailable, "the provider of Model {name} failed"),
)

_OTHERWISE: Final = "the provider of Model {name} gave an answer that cannot be understood"


def translate(exc: AgentRunError, name: str, scrub: Scrubber) -> ProviderError:
    """The error of the Model resource ``name``, with the provider's own message scrubbed."""
    kind, said = _classify(exc)
    message = f"{said.format(name=name)} ({scrub(_own_words(exc))})"
    retry_after = exc.retry_after if isinstance(exc, ModelAPIError) else None
    return kind(message, retry_after=retry_after)


def _classify(exc: AgentRunError) -> tuple[type[ProviderError], str]:
    if isinstance(exc, ModelHTTPError) and exc.status_code in (408, 504):
        return ProviderTimeout, _TOO_SLOW
    if isinstance(exc, ModelAPIError) and exc.provider_error_type == _LLAMA_CPP_CONTEXT:
        return ContextLengthExceeded, _TOO_LONG
    if _never_connected(exc):
        return ProviderUnavailable, _OUT_OF_REACH
    for theirs, ours, said in _TABLE:
        if isinstance(exc, theirs):
            return ours, said
    return ProviderInvalidAnswer, _OTHERWISE


def _never_connected(exc: BaseException | None) -> bool:
    # A time-out while connecting says nothing about how fast the provider answers.
    while exc is not None and not isinstance(exc, httpx2.ConnectTimeout):
        exc = exc.__cause__ or exc.__context__
    return exc is not None


def _own_words(exc: AgentRunError) -> str:
    body: object = exc.body if isinstance(exc, ModelAPIError) else None
    while isinstance(body, dict):
        inner = body.get("error") or body.get("message")
        if inner is None:
            break
        body = inner
    words = body if isinstance(body, str) and body.strip() else exc.message
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
