"""`just rotate-keys`: a new key for everything that is sealed, while the system runs.

Whoever seals takes part in a lock of PostgreSQL until their transaction ends (`hold_keys`); a rotation holds it alone.
So no value can be sealed by a key that is being removed. Processes that run read the file again by themselves.
"""

import argparse
import asyncio
import sys

import msgspec
from sqlalchemy import Column, MetaData, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from core.config import Settings, load_settings, sqlalchemy_url
from core.db import hold_keys
from core.embedded import ServerUnavailable, embedded_servers
from core.errors import EX_CONFIG, GuildwrightError
from core.keyring import Keyring, SealBroken
from core.migrate import require_current
from core.sealing import one_of, rows_in_batches, seal_what_is_plain, sealed_columns
from core.tables import METADATA


class Rotated(msgspec.Struct, frozen=True):
    """`lost` values were sealed by keys that are in no file any more; they stay as they are."""

    primary: str
    removed: tuple[str, ...]
    values: int
    lost: int


async def rotate(database_url: str, keyring: Keyring, metadata: MetaData = METADATA) -> Rotated:
    """Interrupted at any point it has lost nothing: the old keys go only when nothing is sealed by them, and the next
    rotation goes on."""
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await hold_keys(connection, alone=True)
            old, primary = set(keyring.ids), keyring.add()
            await seal_what_is_plain(connection, keyring, metadata)
            counts = [await _rewrap(connection, keyring, c) for c in sealed_columns(metadata)]
        keyring.remove(old)
    finally:
        await engine.dispose()
    return Rotated(
        primary, tuple(sorted(old)), sum(done for done, _ in counts), sum(lost for _, lost in counts)
    )


async def _rewrap(connection: AsyncConnection, keyring: Keyring, column: Column[bytes]) -> tuple[int, int]:
    """How many values were sealed anew, and how many could not be read."""
    table = column.table
    done = lost = 0
    for batch in await rows_in_batches(connection, table, column.is_not(None)):
        found = await connection.execute(
            select(*table.primary_key.columns, column).where(one_of(table, batch), column.is_not(None))
        )
        for *key, sealed in found.all():
            try:
                fresh = keyring.rewrap(sealed)
            except SealBroken:
                lost += 1
                continue
            await connection.execute(update(table).where(one_of(table, [key])).values({column: fresh}))
            done += 1
    return done, lost


async def _run(database_url: str, settings: Settings) -> Rotated:
    await require_current(database_url)
    return await rotate(database_url, Keyring.at(settings.keys_path))


def _rotated(settings: Settings) -> Rotated:
    """On the PostgreSQL that `just up` starts, where there is no other."""
    if settings.database_url is not None:
        return asyncio.run(_run(settings.database_url, settings))
    with embedded_servers(settings.data_dir, redis=False) as servers:
        return asyncio.run(_run(servers.database_url, settings))


def main() -> int:
    argparse.ArgumentParser(prog="just rotate-keys", description=__doc__).parse_args()
    try:
        done = _rotated(load_settings())
    except (GuildwrightError, ServerUnavailable) as error:
        print(error, file=sys.stderr)
        return EX_CONFIG
    except (OSError, SQLAlchemyError) as error:
        print(f"Nothing is lost, but not all was done ({error}): run it again.", file=sys.stderr)
        return 1
    print(f"The key is {done.primary} now, and the old one is gone; {done.values} values were sealed anew.")
    if done.lost:
        print(
            f"{done.lost} values were sealed by keys that are in no file: people log in again, and a callback that "
            "says its secret cannot be read gets a new one with rotate-secret."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
