"""What can go wrong in a worker, named by what happens next.

::

    WorkerError                    every error that a client may see; carries its HTTP status
    ├── BadRequest                 the client must change the request
    │   └── BodyTooLarge           ... must send less
    ├── Unauthorized               the caller is not our gateway
    ├── Misdirected                our gateway means another agent
    ├── NotReady                   ask again, or ask another replica
    ├── RunLimitExceeded           the run used up its iterations or tokens
    ├── RunTimeLimit               ... or its seconds
    ├── InternalError              a bug of ours
    └── ProviderError              a model's provider did not answer; the next fallback is tried
        ├── ProviderRefusedKey     a person must fix the Secret
        ├── ProviderQuotaExceeded  a person must top up the account
        ├── ProviderModelMissing   a person must fix the Model
        ├── ProviderRateLimited    wait and ask again
        ├── ContextLengthExceeded  send a shorter conversation
        ├── ProviderRejected       the provider finds the request itself wrong
        ├── ProviderUnavailable    ask again later
        ├── ProviderTimeout        ask again later
        ├── ProviderInvalidAnswer  what came back is not an answer
        └── AllModelsFailed        the last model's error, after every fallback
    ConfigError                    the worker cannot start; a person must fix its configuration
"""

from typing import ClassVar


class ConfigError(Exception):
    """Cannot start. The message is one line for a person, and never holds a secret."""


class WorkerError(Exception):
    """An error with an HTTP status, a code for programs and a message for people.

    ``param`` is the path of the offending field; ``retry_after`` is in seconds.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(
        self, message: str, *, param: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.retry_after = retry_after

    @property
    def http_status(self) -> int:
        return self.status

    @property
    def error_code(self) -> str:
        return self.code


class BadRequest(WorkerError):
    status = 422
    code = "invalid_request"


class MalformedBody(BadRequest):
    status = 400
    code = "invalid_json"


class BodyTooLarge(BadRequest):
    status = 413
    code = "request_too_large"


class Unauthorized(WorkerError):
    status = 401
    code = "worker_token_invalid"


class Misdirected(WorkerError):
    status = 421
    code = "misdirected"


class NotReady(WorkerError):
    status = 503
    code = "worker_not_ready"


class RunLimitExceeded(WorkerError):
    status = 422
    code = "run_limit_exceeded"


class RunTimeLimit(WorkerError):
    status = 504
    code = "run_time_limit"


class InternalError(WorkerError):
    """A bug. The message says nothing of its cause; the log does."""


class ProviderError(WorkerError):
    """A model failed. The message is the provider's, without secrets."""

    status = 502
    code = "provider_error"


class ProviderRefusedKey(ProviderError):
    code = "provider_auth_failed"


class ProviderQuotaExceeded(ProviderError):
    code = "provider_quota_exceeded"


class ProviderModelMissing(ProviderError):
    code = "provider_model_not_found"


class ProviderRateLimited(ProviderError):
    status = 429
    code = "provider_rate_limited"


class ContextLengthExceeded(ProviderError):
    status = 400
    code = "context_length_exceeded"


class ProviderRejected(ProviderError):
    status = 400
    code = "provider_rejected_request"


class ProviderUnavailable(ProviderError):
    code = "provider_unavailable"


class ProviderTimeout(ProviderError):
    status = 504
    code = "provider_timeout"


class ProviderInvalidAnswer(ProviderError):
    code = "provider_invalid_response"


class AllModelsFailed(ProviderError):
    """Every model failed: the status and code are the last one's, the message tells of each."""

    def __init__(self, failures: list[ProviderError]) -> None:
        self.last = failures[-1]
        super().__init__(
            "every model failed: " + "; ".join(failure.message for failure in failures),
            param=self.last.param,
            retry_after=self.last.retry_after,
        )

    @property
    def http_status(self) -> int:
        return self.last.http_status

    @property
    def error_code(self) -> str:
        return self.last.error_code
