"""Answers in the shape of Kubernetes' ``Status``, which its clients know how to read."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from quarterdeck_local.errors import Invalid, StoreError
from quarterdeck_operator.cluster.port import Manifest


async def refusal(_request: Request, error: Exception) -> Response:
    """The response for a StoreError."""
    if not isinstance(error, StoreError):
        raise error
    status: Manifest = _status("Failure") | {
        "message": str(error),
        "reason": error.reason,
        "code": error.status,
    }
    if isinstance(error, Invalid):
        status["details"] = {"causes": [_cause(each.field, each.message) for each in error.errors]}
    return JSONResponse(status, status_code=error.status)


def succeeded(deleted: Mapping[str, Any]) -> Manifest:
    """The answer to a deletion."""
    metadata = deleted["metadata"]
    details = {"name": metadata["name"], "kind": deleted["kind"], "uid": metadata["uid"]}
    return _status("Success") | {"details": details}


def _status(word: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Status", "metadata": {}, "status": word}


def _cause(field: str, message: str) -> Manifest:
    return {"field": field, "message": message, "reason": "FieldValueInvalid"}
