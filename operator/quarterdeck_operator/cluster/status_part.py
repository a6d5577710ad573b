"""Which part of a status is the operator's: the gateway writes to some of the same resources.

In a cluster server-side apply keeps the parts apart; this says the same in plain code, for reading
one's own part back, and for stores that have no field managers.
"""

from collections.abc import Mapping
from typing import Any, Final

from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.conditions import READY, RECONCILING, SCALING_ACTIVE, STALLED

OWN_CONDITIONS: Final = frozenset({READY, RECONCILING, STALLED, SCALING_ACTIVE})
"""Types of conditions that the operator writes; all others are somebody else's."""

_GATEWAYS_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "ApiKey": frozenset({"lastUsedAt"}),
    "Budget": frozenset(
        {
            "spentUSD",
            "remainingUSD",
            "reservedUSD",
            "percent",
            "periodStartedAt",
            "resetsAt",
        }
    ),
}


def operator_part(kind: str, status: Mapping[str, Any] | None) -> Manifest:
    """The fields and conditions of a status that the operator writes."""
    theirs = _GATEWAYS_FIELDS.get(kind, frozenset())
    part = {name: value for name, value in (status or {}).items() if name not in theirs}
    if "conditions" in part:
        part["conditions"] = [c for c in part["conditions"] if c.get("type") in OWN_CONDITIONS]
        # A status that only others wrote to has no part of ours, not an empty list.
        if not part["conditions"]:
            del part["conditions"]
    return part


def with_operator_part(kind: str, stored: Mapping[str, Any] | None, ours: Manifest) -> Manifest:
    """The stored status with the operator's part replaced by ``ours``."""
    before = stored or {}
    theirs = _GATEWAYS_FIELDS.get(kind, frozenset())
    kept = {name: value for name, value in before.items() if name in theirs}
    foreign = [c for c in before.get("conditions") or () if c.get("type") not in OWN_CONDITIONS]
    conditions = [*ours.get("conditions", ()), *foreign]
    return kept | ours | ({"conditions": conditions} if conditions else {})
