"""Errors of the gateway, named by what the client, or the chat path, does next.

GatewayError                 rendered by the error envelope, with its HTTP status
├── InvalidJson        400     the body is not JSON
├── Unauthenticated    401     send the key
│   └── SessionEnded     401     sign in again
├── BudgetExceeded     402     raise the budget, or wait for its next period
├── Forbidden          403     ask for a role that may
│   └── CrossSite        403     ask from a page of this gateway
├── NotFound           404     there is no such path
│   └── ModelNotFound    404     there is no such agent
├── MethodNotAllowed   405     use another method
├── RequestTimeout     408     send the body faster
├── AmbiguousAgent     409     name the namespace too
├── AlreadyExists      409     choose another name
├── Conflict           409     read it again, or change it where it is managed
├── PreconditionFailed 412     leave out If-None-Match to replace what is there
│   └── ConversationChanged 412  read the conversation again
├── BodyTooLarge       413     send less
├── QuotaExceeded      413     delete what is no longer needed
├── InvalidRequest     422     correct the field that ``param`` names
├── LimitExceeded      429     come back after ``retry_after`` seconds
├── TooManyFailures    429     this address has sent too many wrong keys
├── UpstreamFailed     502     the agent could not answer
├── Unavailable        503     come back after ``retry_after`` seconds
│   ├── BudgetsUnavailable 503   spending cannot be counted now, so nothing is spent
│   ├── Starting         503     the gateway does not know its agents yet
│   ├── AgentSuspended   503     somebody has to resume the agent
│   └── AgentNotReady    503     the agent is not up, its reason says why
├── UpstreamTimeout    504     the agent did not answer in time
└── AnswerTimeout      504     the gateway did not answer in time

ReplicaError                 never leaves the chat path: another replica, or one of the above
├── ReplicaUnreachable         no connection, nothing was sent: set the replica aside
├── ReplicaDisconnected        the connection ended before the answer did
└── ReplicaTimedOut            silence for longer than is allowed

ClientGone                   nobody is left to answer
"""

from collections.abc import Mapping
from typing import ClassVar


class GatewayError(Exception):
    """A refusal that the client is told: ``code`` is for programs, the message for people.

    ``param`` is the path of the offending field; ``retry_after`` seconds become a header.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(
        self, message: str, *, param: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.retry_after = retry_after

    def headers(self) -> dict[str, str]:
        """Response headers that belong to this refusal."""
        return {} if self.retry_after is None else {"retry-after": str(self.retry_after)}


class InvalidJson(GatewayError):
    """The body is not JSON at all."""

    status = 400
    code = "invalid_json"


class Unauthenticated(GatewayError):
    """No key, or a wrong one."""

    status = 401
    code = "invalid_api_key"

    def headers(self) -> dict[str, str]:
        return {"www-authenticate": 'Bearer realm="quarterdeck"'}


class SessionEnded(Unauthenticated):
    """The session was good once, but has expired or was ended, or its key works no longer."""

    code = "session_ended"


class BudgetExceeded(GatewayError):
    """A budget has not enough left for this chat; the message names it and when it resets."""

    status = 402
    code = "budget_exceeded"


class Forbidden(GatewayError):
    """The key is known, but its role does not allow this."""

    status = 403
    code = "forbidden"


class CrossSite(Forbidden):
    """A page of another site asks for a change in the name of whoever is signed in here."""

    code = "cross_site"


class NotFound(GatewayError):
    """Nothing is served under this path."""

    status = 404
    code = "not_found"


class ModelNotFound(NotFound):
    """No agent has this name."""

    code = "model_not_found"


class MethodNotAllowed(GatewayError):
    """The path exists, but not for this method; ``allow`` lists those that do."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, message: str, *, allow: str) -> None:
        super().__init__(message)
        self.allow = allow

    def headers(self) -> dict[str, str]:
        return {"allow": self.allow} if self.allow else {}


class RequestTimeout(GatewayError):
    """The body did not arrive in time."""

    status = 408
    code = "request_timeout"


class AmbiguousAgent(GatewayError):
    """Agents in several namespaces have this name."""

    status = 409
    code = "ambiguous_agent"


class AlreadyExists(GatewayError):
    """Something of this name is there already."""

    status = 409
    code = "already_exists"


class Conflict(GatewayError):
    """Somebody else changed it meanwhile, or manages it; the message says who or what to do."""

    status = 409
    code = "conflict"


class PreconditionFailed(GatewayError):
    """The request is only for something new or for what was read, and there is something else."""

    status = 412
    code = "precondition_failed"


class ConversationChanged(PreconditionFailed):
    """The conversation has another revision than the one that whoever writes to it has read."""

    code = "conversation_changed"


class BodyTooLarge(GatewayError):
    """The body is longer than this gateway accepts."""

    status = 413
    code = "request_too_large"


class QuotaExceeded(GatewayError):
    """The caller keeps as much as one may keep; the message says how much and what to do."""

    status = 413
    code = "quota_exceeded"


class InvalidRequest(GatewayError):
    """The body is JSON, but not a request; ``param`` is the path of the first wrong field."""

    status = 422
    code = "invalid_request"


class LimitExceeded(GatewayError):
    """A limit of requests, tokens or concurrency; ``limits`` are headers that say how it stands."""

    status = 429
    code = "rate_limit_exceeded"

    def __init__(
        self, message: str, *, retry_after: int, limits: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self._limits = dict(limits or {})

    def headers(self) -> dict[str, str]:
        return super().headers() | self._limits


class TooManyFailures(GatewayError):
    """Too many wrong keys came from one address."""

    status = 429
    code = "too_many_failed_attempts"


class UpstreamFailed(GatewayError):
    """Every replica that was tried failed before its first byte."""

    status = 502
    code = "upstream_failed"


class Unavailable(GatewayError):
    """Cannot be served now; the same request may succeed later."""

    status = 503
    code = "unavailable"


class BudgetsUnavailable(Unavailable):
    """The store of budgets is away, and a budget that applies does not fail open."""

    code = "budgets_unavailable"


class Starting(Unavailable):
    """The registry is not synced: an unknown name may well exist."""

    code = "starting"


class AgentSuspended(Unavailable):
    """Somebody switched the agent off."""

    code = "agent_suspended"


class AgentNotReady(Unavailable):
    """No replica is ready; the message has the reason of the Ready condition, not its message."""

    code = "agent_not_ready"


class UpstreamTimeout(GatewayError):
    """The replica was silent for longer than the settings allow."""

    status = 504
    code = "upstream_timeout"


class AnswerTimeout(GatewayError):
    """Something that is not a chat took longer than the settings allow."""

    status = 504
    code = "answer_timeout"


class ReplicaError(Exception):
    """One replica failed; the message is for the log, it may hold addresses."""


class ReplicaUnreachable(ReplicaError):
    """No connection could be made."""


class ReplicaDisconnected(ReplicaError):
    """The connection broke before the answer was complete."""


class ReplicaTimedOut(ReplicaError):
    """Connected, then silent for too long."""


class ClientGone(Exception):
    """The client closed its connection before the answer was complete."""
