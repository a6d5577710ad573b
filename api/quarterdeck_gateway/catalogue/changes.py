"""What a change changed, for the audit log. Pure.

Names and never values: an environment variable or a note may hold what is nobody else's business.
The one exception is the team's label, which says whose budget pays.
"""

from collections.abc import Mapping
from typing import Any, Final

from quarterdeck_contract.names import ANNOTATION_LAST_APPLIED, ANNOTATION_MANIFEST, LABEL_TEAM
from quarterdeck_gateway.catalogue.port import Manifest

_BOOKKEEPING: Final = frozenset({ANNOTATION_LAST_APPLIED, ANNOTATION_MANIFEST})
"""Annotations that tools write for themselves; what they tell of is on record by itself."""
_MOST: Final = 20


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names of the fields that differ, never their values."""
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def changed_metadata(before: Manifest, after: Manifest) -> dict[str, Any]:
    """Keys of the ``labels`` and ``annotations`` that differ, and the new ``team`` when that did;
    empty when nothing did."""
    told: dict[str, Any] = {}
    for field in ("labels", "annotations"):
        old, new = (each["metadata"].get(field) or {} for each in (before, after))
        names = [name for name in changed_fields(old, new) if name not in _BOOKKEEPING]
        if names:
            told[field] = _cut(names)
        if field == "labels" and LABEL_TEAM in names:
            told["team"] = str(new.get(LABEL_TEAM, ""))
    return told


def _cut(names: list[str]) -> list[str]:
    more = len(names) - _MOST
    return [*names[:_MOST], f"and {more} more"] if more > 0 else names
