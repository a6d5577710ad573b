"""Errors of standalone mode, named by who must do what next.

* LocalError
  + CannotStart      ``quarterdeck up`` ends with this one line: home, port, folder or database
  + Broken           it ends by a mistake of ours, which the log file tells
  + StoreError       a request to the store was refused; each knows its place in Kubernetes' API
    - BadRequest     the request cannot be understood
    - NotFound       there is no such object
    - NotAllowed     nobody may do this to objects of this kind
    - Conflict       the object is another one than the caller thinks, or belongs to a controller
    - Invalid        the manifest is wrong, with every field
    - NotKept        the change is good but could not be written to the database
"""

from typing import ClassVar

from quarterdeck_contract.validation import FieldError


class LocalError(Exception):
    """Base of the tree; ``str()`` is for people."""


class CannotStart(LocalError):
    """One line that says what is wrong and what to do."""


class Broken(LocalError):
    """One line that says where the traceback is."""


class StoreError(LocalError):
    """``status`` and ``reason`` as the Kubernetes API would answer."""

    status: ClassVar[int] = 500
    reason: ClassVar[str] = "InternalError"


class BadRequest(StoreError):
    status = 400
    reason = "BadRequest"


class NotFound(StoreError):
    status = 404
    reason = "NotFound"


class NotAllowed(StoreError):
    status = 405
    reason = "MethodNotAllowed"


class Conflict(StoreError):
    status = 409
    reason = "Conflict"


class Invalid(StoreError):
    """Every field that is wrong is in ``errors``."""

    status = 422
    reason = "Invalid"

    def __init__(self, what: str, errors: list[FieldError]) -> None:
        super().__init__(f"{what} is invalid: {'; '.join(map(str, errors))}")
        self.errors = errors


class NotKept(StoreError):
    """Nothing has changed: memory and database say the same."""
