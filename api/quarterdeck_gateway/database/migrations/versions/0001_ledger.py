"""The ledger's tables and the audit log's."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _usage_records()
    _usage_months()
    _audit_events()
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )


def downgrade() -> None:
    for table in ("audit_head", "audit_events", "usage_months", "usage_records"):
        op.drop_table(table)


def _usage_records() -> None:
    op.create_table(
        "usage_records",
        sa.Column("id", sa.Text, nullable=False),
        *_texts("request_id", "namespace", "agent", "key", "team"),
        sa.Column("model", sa.Text),
        sa.Column("stream", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("cached_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("cost_micro_usd", sa.BigInteger, nullable=False),
        sa.Column("price_version", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_usage_records"),
    )
    for columns in (
        ["started_at", "id"],
        ["namespace", "agent", "started_at"],
        ["key", "started_at"],
        ["team", "started_at"],
    ):
        op.create_index(f"ix_usage_records_{'_'.join(columns)}", "usage_records", columns)


def _usage_months() -> None:
    key = ("month", "namespace", "agent", "key", "team", "model", "outcome")
    sums = ("calls", "input_tokens", "cached_tokens", "output_tokens", "cost_micro_usd")
    op.create_table(
        "usage_months",
        *_texts(*key),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in sums),
        sa.PrimaryKeyConstraint(*key, name="pk_usage_months"),
    )


def _audit_events() -> None:
    op.create_table(
        "audit_events",
        sa.Column("seq", sa.BigInteger, autoincrement=False, nullable=False),
        *_texts("id", "at", "action", "actor", "address", "namespace", "subject"),
        *_texts("request_id", "detail"),
        sa.Column("once", sa.Text),
        *_texts("previous", "hash"),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_events"),
    )
    op.create_index("uq_audit_events_id", "audit_events", ["id"], unique=True)
    op.create_index("uq_audit_events_once", "audit_events", ["once"], unique=True)
    op.create_index("ix_audit_events_at", "audit_events", ["at"])
    op.create_index("ix_audit_events_namespace_seq", "audit_events", ["namespace", "seq"])
    op.create_index("ix_audit_events_actor_seq", "audit_events", ["actor", "seq"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
