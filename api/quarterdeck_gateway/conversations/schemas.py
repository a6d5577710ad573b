"""Shapes of ``/api/v1/conversations``."""

from enum import StrEnum
from typing import Annotated, Final

from fastapi import Header, Path
from pydantic import BaseModel, ConfigDict, Field

MAX_CONTENT: Final = 1024 * 1024
"""Bytes of one message."""
MAX_MESSAGES: Final = 1000
"""Messages of one conversation."""
MAX_TITLE: Final = 200

ConversationId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Position = Annotated[int, Path(ge=0, lt=MAX_MESSAGES)]
IfMatch = Annotated[
    Annotated[str, Field(pattern=r'^(\*|"[0-9]{1,18}")$')] | None,
    Header(
        description="The ETag that was read: the conversation's revision in double quotes.",
    ),
]
AgentName = Annotated[
    str,
    Field(
        max_length=127,
        pattern=r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
    ),
]
Title = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_TITLE,
        pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$",
    ),
]
Word = Annotated[str, Field(max_length=253, pattern=r"^[^\x00-\x1f\x7f]*$")]
Tokens = Annotated[int, Field(ge=0, le=2**53)]


class MessageRole(StrEnum):
    """Who said it."""

    USER = "user"
    ASSISTANT = "assistant"


class MessageStatus(StrEnum):
    """How the message ended."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    ERROR = "error"


class FailureCode(StrEnum):
    """Why an answer failed: the codes of a chat's errors that the web UI tells apart, and what only
    a browser sees (``stream_cut``, ``network``)."""

    BUDGET_EXCEEDED = "budget_exceeded"
    BUDGETS_UNAVAILABLE = "budgets_unavailable"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"
    STARTING = "starting"
    AGENT_NOT_READY = "agent_not_ready"
    AGENT_SUSPENDED = "agent_suspended"
    MODEL_NOT_FOUND = "model_not_found"
    INVALID_API_KEY = "invalid_api_key"
    SESSION_ENDED = "session_ended"
    FORBIDDEN = "forbidden"
    REQUEST_TOO_LARGE = "request_too_large"
    UPSTREAM_FAILED = "upstream_failed"
    UPSTREAM_TIMEOUT = "upstream_timeout"
    UPSTREAM_DISCONNECTED = "upstream_disconnected"
    STREAM_CUT = "stream_cut"
    NETWORK = "network"


class ExportFormat(StrEnum):
    """As what a conversation is taken along."""

    MARKDOWN = "markdown"
    JSON = "json"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class ConversationQuery(_Shape):
    """Which of the caller's conversations, newest first."""

    search: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    """Text that title or a message contains, without regard to case. One page looks through a
    bounded number of conversations: it may hold few items, or none, and yet have a next one."""
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, Field(pattern="^[0-9]{1,15}-[0-9a-f]{32}$")] | None = None
    """``next_cursor`` of the page before."""


class NewConversation(_Shape):
    """A conversation to begin."""

    agent: AgentName
    """``name`` or ``namespace/name``, as in a chat's ``model``."""
    title: Title | None = None
    """Taken from the first message when absent."""


class ConversationChange(_Shape):
    """What shall be different; what is absent stays."""

    title: Title | None = None
    agent: AgentName | None = None


class WantedMessage(_Shape):
    """A message as it shall be kept."""

    role: MessageRole
    content: Annotated[str, Field(max_length=MAX_CONTENT)]
    """At most 1 MiB as UTF-8."""
    model: Word | None = None
    """The model that answered."""
    status: MessageStatus = MessageStatus.COMPLETE
    error: Annotated[str, Field(max_length=4096)] | None = None
    """What went wrong, for ``status`` ``error``."""
    error_code: FailureCode | None = None
    """The same for programs; absent for what has no code of its own."""
    input_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    cost_usd: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,12})?$")] | None = None
    """As the chat told it: a decimal number."""
    seconds: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    """How long the answer took."""
    request_id: Word | None = None
    """Name of the chat in logs and in the usage."""


class MessageView(BaseModel):
    """A message in a conversation."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    position: int
    """From 0, without gaps."""
    role: MessageRole
    content: str
    model: str | None
    status: MessageStatus
    error: str | None
    error_code: FailureCode | None
    """None also for messages of releases that did not keep it."""
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: str | None
    seconds: float | None
    request_id: str | None
    created_at: str


class WrittenMessage(MessageView):
    """A message as it was kept."""

    revision: int
    """Of the conversation, with this message."""


class _Described(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    title: str
    """Empty until there is a first message or a name."""
    agent: str
    created_at: str
    updated_at: str
    """When a message was last written or the conversation was changed."""
    revision: int
    """Another one after each change. In double quotes it is the ``ETag``, and what ``If-Match``
    takes; it stands here too because proxies that compress answers spoil that header."""


class ConversationView(_Described):
    """A conversation in a list."""

    messages: int
    """How many there are."""


class ConversationDetail(_Described):
    """A conversation with all of its messages."""

    messages: list[MessageView]


class ConversationPage(BaseModel):
    """Conversations, newest first."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    items: list[ConversationView]
    next_cursor: str | None
    """For the page after this one; None at the end."""
