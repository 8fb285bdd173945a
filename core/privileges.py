"""What the application's own role may do in a database whose tables belong to another.

Who owns a table may do anything to it: also switch off the trigger that keeps the audit log as it was written. So an
installation can have two roles, one that owns the tables and that only migrations use, and one for everything else,
which reads and writes rows, and of the audit log may only read and append.
"""

from typing import Final

from sqlalchemy import Connection, make_url, text

from core.config import sqlalchemy_url
from core.errors import ConfigurationError

_ROWS: Final = "SELECT, INSERT, UPDATE, DELETE"
_GRANTS: Final = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    f"GRANT {_ROWS} ON ALL TABLES IN SCHEMA {{schema}} TO {{role}}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    # What later migrations make is there for the application before anybody says so again.
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA {{schema}} GRANT {_ROWS} ON TABLES TO {{role}}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    "REVOKE ALL ON {schema}.audit_entries, {schema}.alembic_version FROM {role}",
    "GRANT SELECT, INSERT ON {schema}.audit_entries TO {role}",
    "GRANT SELECT ON {schema}.alembic_version TO {role}",
    "GRANT EXECUTE ON FUNCTION {schema}.forget_audit_entries(timestamptz) TO {role}",
)
_EXISTS: Final = text("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = :role")
_MAY_ALTER: Final = text(
    """
    SELECT has_table_privilege(entries, 'UPDATE') OR has_table_privilege(entries, 'DELETE')
        OR has_table_privilege(entries, 'TRUNCATE') OR has_table_privilege(entries, 'TRIGGER')
        OR pg_has_role(current_user, relowner, 'MEMBER')
    FROM to_regclass('audit_entries') AS entries JOIN pg_class ON pg_class.oid = entries
    """
)


def role_in(database_url: str) -> str | None:
    """Who it logs in as; None where the address leaves it to the environment."""
    return make_url(sqlalchemy_url(database_url)).username


def grant(connection: Connection, role: str) -> None:
    """For the application's role, after each migration; by the owner of the tables. Raises `ConfigurationError` where
    there is no such role."""
    name = connection.scalar(_EXISTS, {"role": role})
    if name is None:
        raise ConfigurationError(
            f"There is no role {role}, as whom DATABASE_URL logs in: make it with "
            f"CREATE ROLE {role} LOGIN PASSWORD '…', and run this again."
        )
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    for statement in _GRANTS:
        connection.execute(text(statement.format(schema=schema, role=name)))


def may_alter_audit(connection: Connection) -> bool | None:
    """Whether this connection's role could alter what stands in the audit log; None where there is none yet."""
    return connection.scalar(_MAY_ALTER)
