"""discord_refresh_tokens_contract"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("discord_grants", "refresh_token")


def downgrade() -> None:
    op.add_column("discord_grants", sa.Column("refresh_token", sa.LargeBinary(), nullable=True))
