"""Between a UsageRecord, its line in the spool and its row in the database. Pure.

A line is JSON with the contract's names, so that a person, or a later release, can read it. What a
database could never store is made fit here: a client must not get a free chat by making its
record one that is refused.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from pydantic_core import PydanticSerializationError

from quarterdeck_contract import timestamps
from quarterdeck_contract.usage import UsageRecord

MOST: Final = 10**15
"""Of tokens, and of micro-USD: far above any chat, far below what makes a sum overflow."""
_NUL: Final = rb"\u0000"
_TEXTS: Final = (
    ("id", "id"),
    ("request_id", "requestId"),
    ("namespace", "namespace"),
    ("agent", "agent"),
    ("key", "key"),
    ("team", "team"),
    ("outcome", "outcome"),
    ("price_version", "priceVersion"),
)
_COUNTS: Final = (
    ("input_tokens", "inputTokens"),
    ("cached_tokens", "cachedTokens"),
    ("output_tokens", "outputTokens"),
)

Row = dict[str, Any]


def line_of(record: UsageRecord) -> bytes:
    """One line for the spool, without its line break."""
    try:
        # What ``model_dump_json`` wraps, without the detour over text.
        return record.__pydantic_serializer__.to_json(record, by_alias=True, exclude_none=True)
    except PydanticSerializationError:
        # Half a surrogate pair: JSON may carry one into the name of a token's subject.
        fields = record.model_dump(by_alias=True, exclude_none=True)
        return orjson.dumps({name: _encodable(value) for name, value in fields.items()})


def row_of(line: bytes) -> Row:
    """The row of a line. Raises ValueError for a line that is no usage record."""
    try:
        fields = orjson.loads(line)
        if _NUL in line:
            fields = {name: _without_nul(value) for name, value in fields.items()}
        return _row(fields)
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError(f"not a usage record: {exc!r}") from exc


def cost_of(line: bytes) -> int:
    """Micro-USD of a line; 0 for one that is no usage record."""
    try:
        return int(orjson.loads(line)["costMicroUsd"])
    except (ValueError, KeyError, TypeError):
        return 0


def _row(fields: Mapping[str, Any]) -> Row:
    started_at = fields["startedAt"]
    row: Row = {name: fields[alias] for name, alias in _TEXTS}
    row |= {name: _count(fields.get(alias)) for name, alias in _COUNTS}
    row["model"] = fields.get("model")
    row["code"] = fields.get("code")
    row["stream"] = bool(fields["stream"])
    row["counted"] = bool(fields["counted"])
    row["status"] = int(fields["status"])
    row["cost_micro_usd"] = min(int(fields["costMicroUsd"]), MOST)
    row["started_at"] = milliseconds(started_at)
    row["seconds"] = float(fields["seconds"])
    row["day"] = started_at[:10]
    return row


def record_of(row: Mapping[str, Any]) -> UsageRecord:
    """The record of a row of ``usage_records``."""
    fields = {name: row[name] for name in UsageRecord.model_fields}
    return UsageRecord(**fields | {"started_at": rfc3339(row["started_at"])})


def milliseconds(moment: str) -> int:
    """RFC 3339 to milliseconds since the epoch. Raises ValueError."""
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


def rfc3339(since_epoch: int) -> str:
    """The opposite of ``milliseconds``; UTC."""
    return timestamps.rfc3339(datetime.fromtimestamp(since_epoch / 1000, UTC))


def _encodable(value: object) -> object:
    return value.encode(errors="replace").decode() if type(value) is str else value


def _without_nul(value: object) -> object:
    return value.replace("\0", "") if isinstance(value, str) else value


def _count(value: int | None) -> int | None:
    return None if value is None else min(value, MOST)
