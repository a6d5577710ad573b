"""The columns of ``get``: those that the CRD gives to kubectl, evaluated here."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from quarterdeck_contract.v1alpha1.schema import Column

_STEP: Final = re.compile(
    r"""\.(?P<field>\w+)(\[\?\(@\.(?P<key>\w+)==["'](?P<value>[^"']*)["']\)\])?"""
)


def cell(manifest: Mapping[str, Any], column: Column, now: datetime) -> str:
    """The text of a cell; empty when the object has no such field."""
    value = lookup(manifest, column.path)
    if value is None:
        return ""
    return age(str(value), now) if column.type == "date" else str(value)


def lookup(manifest: Mapping[str, Any], path: str) -> Any:
    """The value at a JSONPath of the kind that printer columns use, or None.

    Knows fields, and filters of a list by one field: ``.a.b[?(@.type=="Ready")].c``.
    """
    value: Any = manifest
    for step in _STEP.finditer(path):
        value = value.get(step["field"]) if isinstance(value, Mapping) else None
        if step["key"] and isinstance(value, list):
            value = next((item for item in value if item.get(step["key"]) == step["value"]), None)
    return value


def age(timestamp: str, now: datetime) -> str:
    """Time since an RFC 3339 timestamp, shortened as by kubectl: ``45s``, ``12m``, ``3h``."""
    seconds = int((now - datetime.fromisoformat(timestamp)).total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{max(0, seconds)}s"


def utc_now() -> datetime:
    """For ages."""
    return datetime.now(UTC)
