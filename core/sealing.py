"""What earlier versions kept unsealed, taken into the columns that are sealed.

Readers of such a column take the old one as long as the new one is empty, so this may happen at any time, or twice.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Table, and_, null, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import SealedColumn
from core.keyring import Keyring

_BATCH = 500


def sealed_columns(metadata: MetaData) -> list[Column[bytes]]:
    """By their type, so that none can be forgotten."""
    tables = metadata.sorted_tables
    return [column for table in tables for column in table.columns if isinstance(column.type, SealedColumn)]


async def seal_what_is_plain(connection: AsyncConnection, keyring: Keyring, metadata: MetaData) -> int:
    """How many values were sealed. Whoever calls holds the keys until the transaction ends."""
    return sum([await _seal(connection, keyring, column) for column in sealed_columns(metadata)])


async def rows_in_batches(
    connection: AsyncConnection, table: Table, where: ColumnElement[bool]
) -> list[list[Any]]:
    """The keys of the rows that are meant, in their order, so that all who lock them do so in the same one."""
    keys = list(table.primary_key.columns)
    found = (await connection.execute(select(*keys).where(where).order_by(*keys))).all()
    return [list(found[start : start + _BATCH]) for start in range(0, len(found), _BATCH)]


def one_of(table: Table, keys: Iterable[Sequence[Any]]) -> ColumnElement[bool]:
    """Rows by their primary keys, of however many columns."""
    return tuple_(*table.primary_key.columns).in_([tuple(key) for key in keys])


async def _seal(connection: AsyncConnection, keyring: Keyring, column: Column[bytes]) -> int:
    kind, table = column.type, column.table
    if not isinstance(kind, SealedColumn) or kind.replaces is None:
        return 0
    plain, done = table.columns[kind.replaces], 0
    is_plain = and_(plain.is_not(None), text(f"({kind.where})"))
    for batch in await rows_in_batches(connection, table, is_plain):
        found = await connection.execute(
            select(*table.primary_key.columns, plain).where(one_of(table, batch), plain.is_not(None))
        )
        for *key, value in found.all():
            sealed = keyring.seal(value.encode() if isinstance(value, str) else value, kind.purpose)
            # Who changed it meanwhile has left nothing that this would be true of.
            is_it = one_of(table, [key]) & (plain == value)
            changed = await connection.execute(
                update(table).where(is_it).values({column: sealed, plain: null()})
            )
            done += changed.rowcount
    return done
