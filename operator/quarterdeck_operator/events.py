"""Which changes of a status deserve an Event: those that a person would want to be told.

Pure. Every Event is a write and is kept by the cluster for an hour, so the first steps of a new
resource and all changes of mere counts make none.
"""

from collections.abc import Mapping
from typing import Any, Final

from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Note, ObjectKey
from quarterdeck_operator.conditions import READY, find

_UNREMARKABLE: Final = frozenset(
    {reasons.WAITING_FOR_WORKERS, reasons.ROLLING_OUT, reasons.SOME_WORKERS_UNAVAILABLE}
)
_INTENDED: Final = frozenset({reasons.SUSPENDED, reasons.SCALED_TO_ZERO})


def transition(
    key: ObjectKey, uid: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Note | None:
    """The Event for a change from one status to the next, if there is one to tell."""
    old, new = find(before, READY), find(after, READY)
    if new is None or (old is not None and _same(old, new)):
        return None
    if new["status"] == "True":
        news = old is not None and old["status"] != "True"
        return Note(key, uid, "Normal", new["reason"], new["message"]) if news else None
    if new["reason"] in _UNREMARKABLE and (old is None or old["status"] != "True"):
        return None
    if new["reason"] in _INTENDED and old is None:
        return None
    kind: Any = "Normal" if new["reason"] in _INTENDED else "Warning"
    return Note(key, uid, kind, new["reason"], new["message"])


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return bool(old["status"] == new["status"] and old["reason"] == new["reason"])
