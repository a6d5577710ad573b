"""Which conditions of the resources are not as they should be. Pure.

A resource that somebody switched off, revoked or let expire is as it should be.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from quarterdeck_gateway.admission.room import TOO_LITTLE_LEFT
from quarterdeck_gateway.system.schemas import ConditionView

KindLiteral = Literal["Agent", "Model", "ApiKey", "Budget"]
_INTENDED: Final = frozenset({"Suspended", "ScaledToZero", "Revoked", "Expired", "NotEnforced"})
_SHOULD_BE: Final = {"Ready": "True", "Stalled": "False", "Exceeded": "False", "Enforced": "True"}
"""Types that tell of trouble, with their good status; others, like Reconciling, come and go."""
_TROUBLE: Final = frozenset({TOO_LITTLE_LEFT})
"""Reasons that tell of trouble though the status is the good one."""
_UNSEEN: Final[Mapping[str, str]] = {
    "type": "Ready",
    "status": "Unknown",
    "reason": "NotReconciled",
    "message": "The operator has not looked at it yet.",
}


@dataclass(frozen=True)
class Resource:
    """One object, as it is known."""

    kind: KindLiteral
    namespace: str
    name: str
    manifest: Mapping[str, Any]


def troubled(resources: Iterable[Resource]) -> list[ConditionView]:
    """What is not as it should be, latest first."""
    found = [view for resource in resources for view in _of(resource)]
    found.sort(key=lambda view: view.since or "", reverse=True)
    return found


def _of(resource: Resource) -> Iterator[ConditionView]:
    manifest = resource.manifest
    conditions = list((manifest.get("status") or {}).get("conditions") or ())
    if not any(each.get("type") == "Ready" for each in conditions):
        created = (manifest.get("metadata") or {}).get("creationTimestamp")
        conditions.insert(0, {**_UNSEEN, "lastTransitionTime": created})
    told: set[str] = set()
    for condition in conditions:
        # Stalled repeats what Ready says.
        if _is_trouble(condition) and str(condition.get("reason")) not in told:
            told.add(str(condition.get("reason")))
            yield _view(resource, condition)


def _is_trouble(condition: Mapping[str, Any]) -> bool:
    good, reason = _SHOULD_BE.get(str(condition.get("type"))), condition.get("reason")
    if good is None or reason in _INTENDED:
        return False
    return condition.get("status") != good or reason in _TROUBLE


def _view(resource: Resource, condition: Mapping[str, Any]) -> ConditionView:
    return ConditionView(
        kind=resource.kind,
        namespace=resource.namespace,
        name=resource.name,
        type=condition["type"],
        status=condition["status"],
        reason=condition.get("reason") or "",
        message=condition.get("message") or "",
        since=condition.get("lastTransitionTime"),
    )
