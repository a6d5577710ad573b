"""The error body that clients of OpenAI's API understand.

``{"error": {"message", "type", "param", "code"}}``; ``request_id`` is ours, for the logs.
Once a stream has begun the same object is sent as a ``data:`` event, and no ``[DONE]`` follows.
"""

from typing import Any, Final

TYPES: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    409: "conflict_error",
    412: "conflict_error",
    413: "invalid_request_error",
    421: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    431: "invalid_request_error",
    502: "upstream_error",
    503: "service_unavailable_error",
    504: "timeout_error",
}


def error_body(
    status: int, code: str, message: str, *, param: str | None = None, request_id: str | None = None
) -> dict[str, Any]:
    """The envelope for an HTTP ``status``: ``code`` is for programs, ``message`` for people."""
    error: dict[str, Any] = {
        "message": message,
        "type": TYPES.get(status, "server_error"),
        "param": param,
        "code": code,
    }
    if request_id is not None:
        error["request_id"] = request_id
    return {"error": error}
