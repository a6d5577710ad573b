"""Points in time as people type them: ``7d`` ago, a date, or a full timestamp."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from quarterdeck_cli.errors import UsageError

_UNITS: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN: Final = re.compile(r"(\d{1,6})([mhdw])")


def seconds_of(span: str) -> int:
    """Seconds of ``90m``, ``24h``, ``7d`` or ``2w``. Raises UsageError."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise UsageError(f'"{span}" is no duration: write 90m, 24h, 7d or 2w')
    return int(found[1]) * _UNITS[found[2]]


def ago(text: str, now: datetime) -> str:
    """RFC 3339 of a duration before ``now``, or of a date. Raises UsageError."""
    return _moment(text, now, -1)


def ahead(text: str, now: datetime) -> str:
    """RFC 3339 of a duration after ``now``, or of a date. Raises UsageError."""
    return _moment(text, now, 1)


def _moment(text: str, now: datetime, sign: int) -> str:
    if _SPAN.fullmatch(text):
        moment = now + sign * timedelta(seconds=seconds_of(text))
    else:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as exc:
            raise UsageError(
                f'"{text}" is neither a duration (7d) nor a date (2026-11-01)'
            ) from exc
        # A date without a zone means the same moment for everybody who types it.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
