"""installation_schedules_expand"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("schedule_runs", "guild_id", existing_type=sa.BIGINT(), nullable=True)
    op.alter_column("schedules", "guild_id", existing_type=sa.BIGINT(), nullable=True)


def downgrade() -> None:
    # Those of no guild are made again at the next start of what knows them; their runs go with them.
    op.execute("DELETE FROM schedules WHERE guild_id IS NULL")
    op.alter_column("schedules", "guild_id", existing_type=sa.BIGINT(), nullable=False)
    op.alter_column("schedule_runs", "guild_id", existing_type=sa.BIGINT(), nullable=False)
