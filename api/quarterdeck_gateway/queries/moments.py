"""``from`` and ``to`` of a question: RFC 3339, or just a date.

Stricter than a parser that also takes numbers or ``yesterday``: a question that was
misunderstood is answered with wrong sums. A date stands for the whole UTC day, so that
``from=2026-11-01&to=2026-11-30`` is November.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

DEFAULT_SPAN: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?"
    r"(?:[Zz]|([-+])([01][0-9]|2[0-3]):([0-5][0-9]))",
    re.ASCII,
)


def _parse(value: object, *, days_more: int) -> datetime:
    text = value if isinstance(value, str) else ""
    try:
        if _DATE.fullmatch(text):
            return _day(text) + days_more * _DAY
        if match := _MOMENT.fullmatch(text):
            return _moment(match)
    except OverflowError:
        return _LATEST if text[:1] == "9" else _EARLIEST
    except ValueError as exc:
        raise _expected() from exc
    raise _expected()


def _expected() -> PydanticCustomError:
    return PydanticCustomError(
        "moment", "expected a date like 2026-11-23 or RFC 3339 like 2026-11-23T08:00:00Z"
    )


def _day(text: str) -> datetime:
    # RFC 3339 has a year 0000, Python has not.
    text = "0001" + text[4:] if text.startswith("0000") else text
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _moment(match: re.Match[str]) -> datetime:
    day, clock, fraction, sign, hours, minutes = match.groups()
    micros = int((fraction or ".0")[1:7].ljust(6, "0"))
    wall = datetime.combine(_day(day), datetime.strptime(clock, "%H:%M:%S").time())  # noqa: DTZ007
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    moment = wall.replace(tzinfo=UTC, microsecond=micros)
    return moment - offset if sign == "+" else moment + offset


_SCHEMA: Final = WithJsonSchema(
    {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
)

From = Annotated[datetime, BeforeValidator(lambda value: _parse(value, days_more=0)), _SCHEMA]
"""First moment, included; a date begins with its midnight, UTC."""
To = Annotated[datetime, BeforeValidator(lambda value: _parse(value, days_more=1)), _SCHEMA]
"""First moment that is no longer included; a date is included to its end, UTC."""


@dataclass(frozen=True)
class Span:
    """From ``since`` to just before ``until``, both UTC."""

    since: datetime
    until: datetime

    @property
    def milliseconds(self) -> tuple[int, int]:
        """The same since the epoch."""
        return _milliseconds(self.since), _milliseconds(self.until)


def span(since: datetime | None, until: datetime | None, now: Callable[[], datetime]) -> Span:
    """What is asked for: until now where nothing is said, the last 30 days where nothing is."""
    until = now() if until is None else until
    if since is None:
        since = until - DEFAULT_SPAN if until - _EARLIEST > DEFAULT_SPAN else _EARLIEST
    return Span(since, until)


def rfc3339(moment: datetime) -> str:
    """UTC with milliseconds, as everywhere in the API; sorts as text."""
    utc = moment.astimezone(UTC)
    return f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def rfc3339_of(milliseconds: int) -> str:
    """The same for milliseconds since the epoch."""
    return rfc3339(_EPOCH + timedelta(milliseconds=milliseconds))


def _milliseconds(moment: datetime) -> int:
    return -((_EPOCH - moment) // timedelta(milliseconds=1))
