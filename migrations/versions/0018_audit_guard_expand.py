"""audit_guard_expand

What was written into the audit log stays as it was written: no statement edits an entry, and none removes one that is
younger than the shortest retention (`core.config.SHORTEST_AUDIT_DAYS`).
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_GUARD = """
CREATE FUNCTION keep_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.created_at < now() - interval '30 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'The audit log is kept as it was written: % is refused.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$
"""
_ROWS = """
CREATE TRIGGER keep_audit_entries BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION keep_audit_entries()
"""
_WHOLE = """
CREATE TRIGGER keep_all_audit_entries BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_entries()
"""


def upgrade() -> None:
    op.create_index(
        op.f("ix_audit_entries_target_kind_target_id_id"),
        "audit_entries",
        ["target_kind", "target_id", "id"],
        unique=False,
    )
    for statement in (_GUARD, _ROWS, _WHOLE):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_all_audit_entries ON audit_entries")
    op.execute("DROP TRIGGER keep_audit_entries ON audit_entries")
    op.execute("DROP FUNCTION keep_audit_entries()")
    op.drop_index(op.f("ix_audit_entries_target_kind_target_id_id"), table_name="audit_entries")
