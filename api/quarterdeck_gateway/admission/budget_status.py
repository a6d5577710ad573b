"""A Budget's status, from how it stands. Pure; an unchanged standing gives an equal status."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from quarterdeck_contract.v1alpha1.budget import usd
from quarterdeck_gateway.admission.lines import Current
from quarterdeck_gateway.admission.periods import zone_of
from quarterdeck_gateway.admission.port import BudgetState
from quarterdeck_gateway.admission.room import TOO_LITTLE_LEFT, Shortage
from quarterdeck_gateway.admission.thresholds import percent_spent

ENFORCED: Final = "Enforced"
EXCEEDED: Final = "Exceeded"
_OURS: Final = (ENFORCED, EXCEEDED)
_NUMBERS: Final = (
    "spentUSD",
    "remainingUSD",
    "reservedUSD",
    "percent",
    "periodStartedAt",
    "resetsAt",
)
_SHOWN: Final = 5
Status = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """What is known of a Budget now."""

    current: Current
    state: BudgetState | None
    """None while spending cannot be counted."""
    obstacle: str = ""
    """Why it cannot."""
    unpriced: Sequence[str] = ()
    """What costs that nobody knows the price of."""
    short: Shortage | None = None
    """Agents whose chats what is left does not let begin."""


@dataclass(frozen=True)
class _Observed:
    type: str
    true: bool
    reason: str
    message: str


def status_of(standing: Standing, now: float) -> Status:
    """The fields and conditions that are the gateway's. Without a state the numbers stay."""
    before = before_of(standing.current.entry.manifest)
    numbers: Status = {name: before[name] for name in _NUMBERS if name in before}
    observed = [_enforced(standing)]
    if standing.state is not None:
        numbers = _numbers(standing.current, standing.state)
        observed.append(_exceeded(standing, standing.state))
    known = {condition["type"]: condition for condition in before["conditions"]}
    generation = standing.current.entry.manifest.get("metadata", {}).get("generation")
    fresh = {o.type: _dated(o, known.get(o.type), generation, rfc3339(now)) for o in observed}
    return {**numbers, "conditions": list((known | fresh).values())}


def differs(manifest: Mapping[str, Any], status: Status) -> bool:
    """Whether writing ``status`` would change anything."""
    return before_of(manifest) != {
        **status,
        "conditions": sorted(status["conditions"], key=lambda c: str(c["type"])),
    }


def before_of(manifest: Mapping[str, Any]) -> Status:
    """The gateway's part of the status so far, conditions by type."""
    status = manifest.get("status") or {}
    numbers: Status = {name: status[name] for name in _NUMBERS if status.get(name) is not None}
    ours = (dict(c) for c in status.get("conditions") or () if c.get("type") in _OURS)
    return {**numbers, "conditions": sorted(ours, key=lambda c: str(c["type"]))}


def rfc3339(at: float) -> str:
    """Whole seconds, UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _numbers(current: Current, state: BudgetState) -> Status:
    spec, window = current.entry.spec, current.window
    numbers: Status = {
        "spentUSD": usd(state.spent),
        "remainingUSD": usd(max(0, spec.amount_micro_usd - state.spent)),
        "reservedUSD": usd(state.reserved),
        "percent": percent_spent(spec, state.spent),
    }
    if window.starts_at is not None:
        numbers["periodStartedAt"] = rfc3339(window.starts_at)
    if window.ends_at is not None:
        numbers["resetsAt"] = rfc3339(window.ends_at)
    return numbers


def _enforced(standing: Standing) -> _Observed:
    """Whether the budget can refuse a chat now, and if not, the weightiest reason."""
    spec = standing.current.entry.spec
    if not spec.enforce:
        return _Observed(ENFORCED, False, "NotEnforced", "spec.enforce is false: it only counts")
    if standing.state is None:
        chats = "pass uncounted" if spec.fail_open else "are refused with 503"
        return _Observed(ENFORCED, False, "StoreUnavailable", f"{standing.obstacle}; chats {chats}")
    if not zone_of(spec.time_zone).known:
        said = f"spec.timeZone '{spec.time_zone}' is not known: periods begin in UTC"
        return _Observed(ENFORCED, False, "UnknownTimeZone", said)
    if standing.unpriced:
        said = f"no price is known for {_listed(standing.unpriced)}: set spec.price of the Model"
        return _Observed(ENFORCED, False, "UnknownPrice", said)
    return _Observed(ENFORCED, True, "Enforced", "")


def _exceeded(standing: Standing, state: BudgetState) -> _Observed:
    """Whether the amount is spent; if not, whether what is left is of any use."""
    current = standing.current
    if state.spent < current.line.amount:
        return _room(standing.short)
    what = "chats are refused" if current.line.enforced else "nothing is refused"
    said = f"{usd(state.spent)} of {usd(current.line.amount)} USD are spent; {what}"
    return _Observed(EXCEEDED, True, "AmountSpent", said)


def _room(short: Shortage | None) -> _Observed:
    """Something is left; ``short`` are the agents for which it is too little."""
    if short is None:
        return _Observed(EXCEEDED, False, "WithinBudget", "")
    left, least = usd(short.left_micro_usd), usd(short.least_micro_usd)
    if not short.everywhere:
        said = f"{left} USD are left, too little for chats with {_listed(short.agents)}: "
        return _Observed(EXCEEDED, False, "WithinBudget", f"{said}they set aside {least} or more")
    said = (
        f"{left} USD are left and every chat sets aside {least} or more, so chats are refused "
        "that do not bound their answers: raise spec.amountUSD, or set maxTokens of the Model"
    )
    return _Observed(EXCEEDED, False, TOO_LITTLE_LEFT, said)


def _dated(
    observed: _Observed, before: Mapping[str, Any] | None, generation: int | None, now: str
) -> Status:
    status = "True" if observed.true else "False"
    same = before is not None and before.get("status") == status
    condition: Status = {
        "type": observed.type,
        "status": status,
        "reason": observed.reason,
        "message": observed.message,
        "lastTransitionTime": before["lastTransitionTime"] if same and before else now,
    }
    return condition if generation is None else condition | {"observedGeneration": generation}


def _listed(names: Iterable[str]) -> str:
    every = tuple(names)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
