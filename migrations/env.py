"""Alembic's entry. `core.migrate` passes the connection it shall use."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from core.db import SealedColumn, SnowflakeColumn, StructColumn
from core.tables import METADATA


def render_item(type_: str, item: object, autogen_context: AutogenContext) -> str | Literal[False]:
    """Columns of our own types stand in a migration as what they are in PostgreSQL: a migration never imports us."""
    if isinstance(item, SnowflakeColumn):
        return "sa.BigInteger()"
    if isinstance(item, SealedColumn):
        return "sa.LargeBinary()"
    if isinstance(item, StructColumn):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return "postgresql.JSONB(none_as_null=True)"
    return False


connection = context.config.attributes["connection"]
if connection is None:
    raise RuntimeError("Run migrations with `just migrate`: it passes the connection.")

context.configure(
    connection=connection,
    target_metadata=METADATA,
    compare_server_default=False,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
