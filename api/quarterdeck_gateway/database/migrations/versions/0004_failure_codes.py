"""A code for each failed answer, so that a conversation still says which failure it was."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Messages from before have none, as have those that gateways of the release before write.
    op.add_column("conversation_messages", sa.Column("error_code", sa.Text))


def downgrade() -> None:
    op.drop_column("conversation_messages", "error_code")
