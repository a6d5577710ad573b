"""What to make of a worker's refusal: pass it on, try another replica, or own up to it.

Pure. A worker's word to the client is passed on in its own bytes. What is between gateway and
worker (a refused token, a wrong path, another agent's worker) is not the client's fault and must
not look like it.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import orjson

from quarterdeck_contract.wire.errors import error_body
from quarterdeck_gateway.errors import GatewayError, Unavailable, UpstreamFailed, UpstreamTimeout

_CLIENTS_BUSINESS: Final = frozenset({400, 402, 409, 413, 415, 422, 429})
_PROVIDER: Final = "provider_"
_RETRY_AFTER: Final = 5
_SHOWN: Final = 500


@dataclass(frozen=True)
class Whole:
    """An answer that has arrived to its end."""

    status: int
    content_type: str
    headers: dict[str, str]
    body: bytes


class Verdict(Enum):
    """What happens next with an answer."""

    PASS = auto()
    RETRY = auto()
    OWN_UP = auto()


def judge(answer: Whole) -> Verdict:
    """Decide by status, and by whether the worker speaks of its provider or of itself."""
    if 200 <= answer.status < 300:
        return Verdict.PASS
    error = error_of(answer.body)
    if answer.status == 503 or (answer.status == 502 and not _of_provider(error)):
        return Verdict.RETRY
    if answer.status in _CLIENTS_BUSINESS or (answer.status >= 500 and error is not None):
        return Verdict.PASS
    return Verdict.OWN_UP


def shaped(answer: Whole) -> Whole:
    """The same refusal in OpenAI's shape, for workers that have another one."""
    if answer.status < 300 or error_of(answer.body) is not None:
        return answer
    message = f"The agent refused the chat with status {answer.status}."
    body = orjson.dumps(error_body(answer.status, "upstream_rejected", message))
    return Whole(answer.status, "application/json", answer.headers, body)


def owned_up(answer: Whole, agent: str) -> GatewayError:
    """The gateway's own error for an answer that the client must not see as it is."""
    error = error_of(answer.body)
    said = f": {str(error.get('message'))[:_SHOWN]}" if error else ""
    message = f"The agent '{agent}' answered the gateway with status {answer.status}{said}"
    if answer.status == 504:
        return UpstreamTimeout(message)
    if answer.status == 503:
        return Unavailable(message, retry_after=_RETRY_AFTER)
    return UpstreamFailed(message)


def error_of(body: bytes) -> dict[str, Any] | None:
    """The ``error`` object of a body in OpenAI's shape, else None."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    error = parsed.get("error") if isinstance(parsed, dict) else None
    return error if isinstance(error, dict) else None


def _of_provider(error: dict[str, Any] | None) -> bool:
    return error is not None and str(error.get("code") or "").startswith(_PROVIDER)
