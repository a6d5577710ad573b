"""What happens when somebody is kept out: it is counted, and it is on record.

Both middlewares that refuse share it, so that neither forgets one of the two.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.types import Scope

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_contract.timestamps import rfc3339
from quarterdeck_gateway.errors import GatewayError, TooManyFailures
from quarterdeck_gateway.identity.metrics import DoorMetrics
from quarterdeck_gateway.identity.sampling import AuditSampler
from quarterdeck_gateway.identity.throttle import Throttle, source_of

_MAX_SUBJECT: Final = 256


@dataclass(frozen=True)
class Attempt:
    """A request as far as a refusal is concerned."""

    address: str
    subject: str
    """Method and path."""
    request_id: str


def attempt_of(scope: Scope) -> Attempt:
    """The attempt that an ASGI ``scope`` is, once the outer middleware has seen it."""
    state = scope["state"]
    subject = f"{scope['method']} {scope['path']}"[:_MAX_SUBJECT]
    return Attempt(state["client_address"], subject, state["request_id"])


class Failures:
    """Takes every authentication failure and every access denial."""

    def __init__(
        self,
        throttle: Throttle,
        sampler: AuditSampler,
        now: Callable[[], datetime],
        metrics: DoorMetrics,
    ) -> None:
        self._throttle = throttle
        self._sampler = sampler
        self._now = now
        self._metrics = metrics

    def unauthenticated(self, attempt: Attempt, *, presented: bool) -> TooManyFailures | None:
        """Put a failure on record. An error to raise instead when ``attempt`` is one too many;
        only attempts that ``presented`` a credential count."""
        wait = self._throttle.failed(attempt.address) if presented else None
        action = AuditAction.AUTHENTICATION_FAILED
        reason = "throttled" if wait else "wrong credential" if presented else "no credential"
        self._metrics.refused(reason)
        self._append(source_of(attempt.address), action, attempt, "", reason=reason)
        if wait is None:
            return None
        return TooManyFailures(
            "Too many wrong keys came from this address: correct the key and wait.",
            retry_after=wait,
        )

    def denied(self, attempt: Attempt, actor: str, error: GatewayError) -> None:
        """Put on record that somebody known asked for what is not theirs."""
        self._metrics.refused("denied")
        self._append(actor, AuditAction.ACCESS_DENIED, attempt, actor, code=error.code)

    def _append(
        self, source: str, action: AuditAction, attempt: Attempt, actor: str, **detail: Any
    ) -> None:
        event = AuditEvent(
            action=action,
            actor=actor,
            address=attempt.address,
            subject=attempt.subject,
            request_id=attempt.request_id,
            detail=detail,
            at=rfc3339(self._now()),
        )
        self._sampler.append(f"{action} {source}", event)
