"""A revision for each conversation, so that of two writers one is told to read again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default is for gateways of the release before, which go on writing during an upgrade.
    column = sa.Column("revision", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("conversations", column)


def downgrade() -> None:
    op.drop_column("conversations", "revision")
