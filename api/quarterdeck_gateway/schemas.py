"""Shapes that several parts of the API share: the error envelope, so that the OpenAPI document
shows what a refusal looks like, and the filter of lists."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field


class ErrorDetail(BaseModel):
    """What went wrong: ``code`` is for programs, ``message`` for people."""

    message: str
    type: str
    param: str | None
    code: str
    request_id: str | None = None


class ErrorEnvelope(BaseModel):
    """The body of every answer that is not a success, as clients of OpenAI's API read it."""

    error: ErrorDetail


class NamespaceFilter(BaseModel):
    """Query of lists that have no other filter."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    namespace: (
        Annotated[str, Field(max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")] | None
    ) = None
    """Only what is in this namespace."""


_SAID: Final = {
    400: "The body is not JSON.",
    401: "No key, or a wrong one.",
    402: "A budget is spent; the message says which and when it resets.",
    403: "The key may not do this.",
    404: "There is no such agent or path.",
    405: "The path has other methods.",
    408: "The body did not arrive in time.",
    409: "The name is taken or stands for several agents, or something else changed it meanwhile.",
    412: "There is one of this name, and `If-None-Match` asks for a new one; or it has another "
    "revision than `If-Match` names.",
    413: "The body is too long.",
    422: "A field is wrong; `param` names it.",
    429: "A limit is reached, or the worker is busy; see Retry-After.",
    431: "The headers are too long.",
    500: "Something went wrong in the gateway; its log has the details.",
    502: "The worker or its provider failed.",
    503: "Not now: the agent is not ready, or something the gateway needs is away.",
    504: "The worker, its provider or the gateway took too long.",
}


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """FastAPI's ``responses`` for these refusals."""
    return {status: {"model": ErrorEnvelope, "description": _SAID[status]} for status in statuses}
