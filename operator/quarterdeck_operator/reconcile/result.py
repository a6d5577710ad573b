"""What the queue does with a key after a reconcile, and how errors decide it."""

from dataclasses import dataclass
from typing import Final, Literal

from quarterdeck_operator.errors import OperatorError, Stalled, Transient

WAITING_RECHECK: Final = 60.0
"""Seconds: what a Waiting key waits for wakes it; this is for a missed event."""
STALLED_RECHECK: Final = 300.0
"""Seconds: a repaired permission or quota sends no event that we could see."""
PATIENCE: Final = 8
"""Failures in a row (about a second) before a Transient is worth a condition."""


@dataclass(frozen=True)
class Result:
    """``outcome`` is the word of ``controller_runtime_reconcile_total``."""

    outcome: Literal["success", "requeue_after", "error"]
    after: float = 0.0
    """Seconds: come back then (requeue_after), or not before (error)."""


DONE: Final = Result("success")


def after(seconds: float) -> Result:
    """Done, and look again in some seconds."""
    return Result("requeue_after", seconds)


def result_of(problem: OperatorError | None) -> Result:
    """Success, a slow look again, or back-off."""
    if problem is None:
        return DONE
    if isinstance(problem, Transient):
        return Result("error", problem.retry_after or 0.0)
    return after(STALLED_RECHECK if isinstance(problem, Stalled) else WAITING_RECHECK)


def is_noise(problem: OperatorError | None, failures: int) -> bool:
    """Whether to try again before troubling anybody with a condition."""
    return isinstance(problem, Transient) and failures < PATIENCE
