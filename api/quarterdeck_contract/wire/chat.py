"""Chat completions in OpenAI's shape, as far as the planes must understand them.

Fields that OpenAI's API has and we do not interpret are kept and passed on; see
https://platform.openai.com/docs/api-reference/chat.
"""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_OUTPUT_TOKENS: Final = 10_000_000
"""Longer than any model answers; a number without bounds would overflow what counts it."""


class Lenient(BaseModel):
    """Accepts and keeps what it does not know: the API grows faster than we do."""

    model_config = ConfigDict(extra="allow", frozen=True)


class TextPart(Lenient):
    type: str
    text: str | None = None


class Message(Lenient):
    """One turn. ``content`` is text or a list of parts; only text parts are understood."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None

    def text(self) -> str:
        """The message's text, parts joined."""
        if isinstance(self.content, list):
            return "".join(part.text or "" for part in self.content)
        return self.content or ""


class StreamOptions(Lenient):
    include_usage: bool = False


class ChatRequest(Lenient):
    """Body of ``POST /v1/chat/completions``; ``model`` is an agent's ``[namespace/]name``."""

    model: str = Field(min_length=1, max_length=200)
    messages: list[Message] = Field(min_length=1, max_length=2048)
    stream: bool = False
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1, le=MOST_OUTPUT_TOKENS)
    max_completion_tokens: int | None = Field(default=None, ge=1, le=MOST_OUTPUT_TOKENS)
    seed: int | None = None
    stop: str | list[str] | None = None
    n: Literal[1] | None = None
    user: str | None = None


class PromptTokensDetails(BaseModel):
    """What the prompt's tokens were."""

    cached_tokens: int = 0
    """Those that the provider had in its cache; part of ``prompt_tokens``."""


class Usage(BaseModel):
    """Tokens of one answer."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokensDetails | None = None


class AssistantMessage(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str


class Choice(BaseModel):
    index: int = 0
    message: AssistantMessage
    finish_reason: Literal["stop", "length", "content_filter"] = "stop"
    logprobs: None = None


class ChatCompletion(BaseModel):
    """A whole answer. ``model`` is the Model resource that gave it."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage


class Delta(BaseModel):
    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoice(BaseModel):
    index: int = 0
    delta: Delta
    finish_reason: Literal["stop", "length", "content_filter"] | None = None
    logprobs: None = None


class ChatChunk(BaseModel):
    """One event of a streamed answer. The last one has no choices and carries the usage."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Usage | None = None


def parameters(request: ChatRequest) -> dict[str, Any]:
    """The sampling parameters that a request sets, under the names of ModelParameters."""
    stop = [request.stop] if isinstance(request.stop, str) else request.stop
    given = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_tokens": request.max_completion_tokens or request.max_tokens,
        "seed": request.seed,
        "stop": stop,
    }
    return {name: value for name, value in given.items() if value is not None}
