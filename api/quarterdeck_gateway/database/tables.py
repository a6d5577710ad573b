"""The tables, declared once: queries are written over them, migrations are compared with them.

Money is integer micro-USD. Moments of usage are milliseconds since the epoch, UTC, which both
databases index and compare alike; ``day`` is the UTC date, so that costs by day need no
arithmetic that differs between them. Columns that name something are never NULL but for
``model`` and ``code`` of a single record: absent is the empty string, and equal to itself.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: Final = MetaData(naming_convention=NAMING)

usage_records: Final = Table(
    "usage_records",
    metadata,
    Column("id", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("model", Text),
    Column("stream", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("code", Text),
    Column("input_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("counted", Boolean, nullable=False),
    Column("cost_micro_usd", BigInteger, nullable=False),
    Column("price_version", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("day", Text, nullable=False),
    Index(None, "started_at", "id"),
    Index(None, "namespace", "agent", "started_at"),
    Index(None, "key", "started_at"),
    Index(None, "team", "started_at"),
)
"""One row per chat: the fields of UsageRecord; ``started_at`` in milliseconds since the epoch."""

usage_months: Final = Table(
    "usage_months",
    metadata,
    Column("month", Text, primary_key=True),
    Column("namespace", Text, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("team", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cost_micro_usd", BigInteger, nullable=False),
)
"""Sums of the records that retention has removed, and of no others: a total is always the sum of
both tables. ``month`` is like 2026-11, UTC; ``model`` is empty where none answered."""

audit_events: Final = Table(
    "audit_events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("once", Text),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("uq_audit_events_id", "id", unique=True),
    Index("uq_audit_events_once", "once", unique=True),
    Index(None, "at"),
    Index(None, "namespace", "seq"),
    Index(None, "actor", "seq"),
)
"""The chain of audit events; ``at`` is RFC 3339, UTC, milliseconds, so it sorts as text."""

audit_head: Final = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)
"""One row (``id`` 1): where the chain ends, authenticated, so that cutting off its end is seen."""

conversations: Final = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("title", LargeBinary, nullable=False),
    Column("titled", Boolean, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default="0"),
    Index(None, "owner", "updated_at", "id"),
    Index(None, "updated_at"),
)
"""One row per conversation of the web UI; ``title`` is encrypted, ``key_id`` names the key,
``revision`` counts its changes."""

conversation_messages: Final = Table(
    "conversation_messages",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("role", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("model", Text),
    Column("status", Text, nullable=False),
    Column("error_code", Text),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost_usd", Text),
    Column("seconds", Double),
    Column("request_id", Text),
    Column("created_at", BigInteger, nullable=False),
)
"""Their messages; ``body`` is encrypted: content and error. ``cost_usd`` is what the chat told, for
show: the ledger alone counts."""
