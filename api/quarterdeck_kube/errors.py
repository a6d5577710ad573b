"""Errors of the Kubernetes API, named by what the caller does next.

    KubeError
    ├── Permanent            asking again cannot help: a person must act
    │   ├── LoginError         no usable credentials; no request was made
    │   ├── Unauthorized       401, also after the token was read again
    │   ├── Forbidden          403
    │   ├── NotFound           404
    │   └── Invalid            422; ``causes`` says which fields
    ├── Conflict             409: read again, then decide again
    │   └── AlreadyExists      409 on create
    ├── Expired              410: the list or watch position is too old, list again
    ├── Throttled            429: wait ``retry_after`` seconds
    └── Transient            5xx, connection failures, time-outs: back off and repeat

The API server answers 500 to a server-side apply with a field that the schema does not declare.
Repeating that never helps, so it is Permanent in spite of its status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

UNDECLARED_FIELD = "field not declared in schema"
MESSAGE_LIMIT = 1024


@dataclass(frozen=True)
class FieldCause:
    """One field that the API server objects to, in its own words."""

    field: str
    message: str
    reason: str = ""


class KubeError(Exception):
    """A request to the Kubernetes API that did not succeed.

    ``status`` is the HTTP status, 0 when there was no response; ``reason`` the server's CamelCase
    word or empty; ``retry_after`` seconds that the server asked to wait, if it did.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        reason: str = "",
        method: str = "",
        path: str = "",
        causes: tuple[FieldCause, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.reason = reason
        self.method = method
        self.path = path
        self.causes = causes
        self.retry_after = retry_after

    def __str__(self) -> str:
        origin = " ".join(part for part in (self.method, self.path) if part)
        code = f" ({self.status})" if self.status else ""
        return f"{origin}: {self.message}{code}" if origin else f"{self.message}{code}"


class Permanent(KubeError):
    """Asking again cannot help until a person changes something."""


class LoginError(Permanent):
    """No usable credentials were found; the message says what to set."""


class Unauthorized(Permanent):
    """The token was refused, also after it was read again."""


class Forbidden(Permanent):
    """The credentials are known but RBAC or admission refuses the request."""


class NotFound(Permanent):
    """The object, its namespace or its whole API is not there."""

    @property
    def api_missing(self) -> bool:
        """Whether the server does not know the resource at all (the CRD is not installed)."""
        return not self.reason


class Invalid(Permanent):
    """The object breaks its schema or a validation rule; see ``causes``."""


class Conflict(KubeError):
    """The object changed meanwhile, a precondition failed, or another manager owns a field."""


class AlreadyExists(Conflict):
    """An object of that name is there already."""


class Expired(KubeError):
    """The resourceVersion or continue token is too old: list again."""


class Throttled(KubeError):
    """The server is busy; wait ``retry_after`` seconds (always set) before the next request."""

    retry_after: float


class Transient(KubeError):
    """The server or the way to it failed; the same request may succeed later."""


_BY_STATUS: Mapping[int, type[KubeError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    408: Transient,
    409: Conflict,
    410: Expired,
    422: Invalid,
    429: Throttled,
}


def classify(status: int, reason: str, message: str) -> type[KubeError]:
    """The error class for a response: what the caller does next."""
    if status == 409 and reason == "AlreadyExists":
        return AlreadyExists
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500 and UNDECLARED_FIELD not in message:
        return Transient
    return Permanent


def from_response(
    status: int, body: bytes, *, method: str, path: str, retry_after: str | None = None
) -> KubeError:
    """The error for an HTTP response: its body is a ``Status``, plain text, or a proxy's page."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        parsed = None
    if not isinstance(parsed, dict) or parsed.get("kind") != "Status":
        parsed = {"message": _readable(body, status)}
    return from_status(
        parsed | {"code": status}, method=method, path=path, retry_after=_seconds(retry_after)
    )


def from_status(
    status: Mapping[str, Any], *, method: str, path: str, retry_after: float | None = None
) -> KubeError:
    """The error for a Kubernetes ``Status`` object, which ERROR events of a watch carry too."""
    code = int(status.get("code") or 500)
    reason = str(status.get("reason") or "")
    message = str(status.get("message") or reason or f"HTTP {code}")[:MESSAGE_LIMIT]
    details = status.get("details") or {}
    if retry_after is None and details.get("retryAfterSeconds"):
        retry_after = float(details["retryAfterSeconds"])
    kind = classify(code, reason, message)
    if kind is Throttled and retry_after is None:
        retry_after = 1.0
    return kind(
        message,
        status=code,
        reason=reason,
        method=method,
        path=path,
        causes=_causes(details),
        retry_after=retry_after,
    )


def _causes(details: Mapping[str, Any]) -> tuple[FieldCause, ...]:
    return tuple(
        FieldCause(
            field=str(cause.get("field") or ""),
            message=str(cause.get("message") or ""),
            reason=str(cause.get("reason") or ""),
        )
        for cause in details.get("causes") or ()
    )


def _readable(body: bytes, status: int) -> str:
    text = body[:MESSAGE_LIMIT].decode("utf-8", "replace").strip()
    # A load balancer's error page is markup: its status says more than its text.
    return f"HTTP {status}" if not text or text.startswith("<") else text


def _seconds(header: str | None) -> float | None:
    # The API server sends seconds; the other form, a date, comes only from foreign proxies.
    return float(header) if header is not None and header.isdigit() else None
