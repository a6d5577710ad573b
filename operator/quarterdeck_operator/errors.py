"""Why a reconcile could not finish, named by what happens next.

* OperatorError
  + Stalled     a person must change something: no retry until an event says so
  + Waiting     something else must appear first: its arrival wakes the key, a slow retry backs it
  + Transient   the cluster hiccuped: retry with back-off
"""


class OperatorError(Exception):
    """``reason`` is the condition's CamelCase reason; the text its message."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Stalled(OperatorError):
    """A person must act: the spec or the cluster's permissions are wrong."""


class Waiting(OperatorError):
    """A referenced object is not there yet."""


class Transient(OperatorError):
    """Try again, after ``retry_after`` seconds where the server named a time."""

    def __init__(self, reason: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(reason, message)
        self.retry_after = retry_after
