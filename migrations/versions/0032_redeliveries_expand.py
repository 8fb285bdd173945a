"""redeliveries_expand"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("callback_deliveries", sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_callback_deliveries_given_up",
        "callback_deliveries",
        ["callback_id", "position"],
        unique=False,
        postgresql_where=sa.text("given_up_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_callback_deliveries_given_up",
        table_name="callback_deliveries",
        postgresql_where=sa.text("given_up_at IS NOT NULL"),
    )
    op.drop_column("callback_deliveries", "given_up_at")
