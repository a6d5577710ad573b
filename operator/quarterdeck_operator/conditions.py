"""One verdict about a resource, told as kstatus conditions: Ready, Reconciling and Stalled.

Pure. A condition's lastTransitionTime moves only with its status, so an unchanged verdict gives
an equal status and costs no write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.errors import OperatorError, Stalled

READY: Final = "Ready"
RECONCILING: Final = "Reconciling"
STALLED: Final = "Stalled"
SCALING_ACTIVE: Final = "ScalingActive"

Phase = Literal["settled", "reconciling", "stalled"]
ConditionStatus = Literal["True", "False", "Unknown"]
MESSAGE_LIMIT: Final = 2048


@dataclass(frozen=True)
class Verdict:
    """Whether a resource serves its purpose, and whose turn it is if it does not."""

    ready: bool
    reason: str
    message: str
    phase: Phase = "settled"
    obstacle: tuple[str, str] | None = None
    """Reason and message of Reconciling or Stalled where they are not those of Ready."""


@dataclass(frozen=True)
class Observed:
    """A condition before it is dated."""

    type: str
    status: ConditionStatus
    reason: str
    message: str = ""


def verdict_of(problem: OperatorError) -> Verdict:
    """A reconcile that could not finish: somebody must act, or something must appear first."""
    phase: Phase = "stalled" if isinstance(problem, Stalled) else "reconciling"
    return Verdict(ready=False, reason=problem.reason, message=problem.message, phase=phase)


def conditions_of(verdict: Verdict) -> tuple[Observed, ...]:
    """Ready, Reconciling and Stalled; the last two are True only when abnormal."""
    reason, message = verdict.obstacle or (verdict.reason, verdict.message)
    quiet = {
        RECONCILING: Observed(RECONCILING, "False", reasons.SETTLED),
        STALLED: Observed(STALLED, "False", reasons.NOT_STALLED),
    }
    loud = {
        "settled": {},
        "reconciling": {RECONCILING: Observed(RECONCILING, "True", reason, message)},
        "stalled": {STALLED: Observed(STALLED, "True", reason, message)},
    }[verdict.phase]
    ready: ConditionStatus = "True" if verdict.ready else "False"
    return Observed(READY, ready, verdict.reason, verdict.message), *(quiet | loud).values()


def dated(
    observed: Iterable[Observed], before: Mapping[str, Any], generation: int, now: str
) -> list[Manifest]:
    """Conditions as they stand in a status; ``before`` is the status so far."""
    known = {condition["type"]: condition for condition in before.get("conditions") or ()}
    return [
        {
            "type": condition.type,
            "status": condition.status,
            "reason": condition.reason,
            "message": condition.message[:MESSAGE_LIMIT],
            "lastTransitionTime": _since(condition, known.get(condition.type), now),
            "observedGeneration": generation,
        }
        for condition in observed
    ]


def find(status: Mapping[str, Any], type_: str) -> Mapping[str, Any] | None:
    """The condition of a type in a status, if it is there."""
    return next((c for c in status.get("conditions") or () if c.get("type") == type_), None)


def _since(condition: Observed, known: Mapping[str, Any] | None, now: str) -> str:
    if known is not None and known.get("status") == condition.status:
        return str(known.get("lastTransitionTime", now))
    return now
