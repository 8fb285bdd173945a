"""audit_retention_expand

The application may remove old entries of the audit log also where its role may not delete from the table: a function
does it with the rights of its owner. It sees no temporary table, whose triggers would run with these rights, too.
"""

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_FORGET = """
CREATE FUNCTION forget_audit_entries(older_than timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (DELETE FROM {schema}.audit_entries WHERE created_at < older_than RETURNING 1)
    SELECT count(*) FROM gone
$$
"""


def upgrade() -> None:
    schema = op.get_bind().scalar(text("SELECT quote_ident(current_schema())"))
    op.execute(_FORGET.format(schema=schema))
    op.execute("REVOKE EXECUTE ON FUNCTION forget_audit_entries(timestamptz) FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_audit_entries(timestamptz)")
