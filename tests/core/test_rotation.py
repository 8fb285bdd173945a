"""Rotations on a real PostgreSQL, with a table of sealed values that somebody goes on writing."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Column, MetaData, Table, Uuid, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from core.config import sqlalchemy_url
from core.db import SealedColumn, hold_keys
from core.keyring import Keyring, SealBroken, sealed_by
from core.rotation import rotate
from core.sealing import sealed_columns
from tests.fixtures.environment import child_environment
from tests.fixtures.patience import PATIENCE

METADATA = MetaData()
_WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
VAULT = Table(
    "vault",
    METADATA,
    Column("id", Uuid(), primary_key=True),
    Column("first", SealedColumn()),
    Column("second", SealedColumn(), nullable=True),
    Column("plain", Uuid(), nullable=True),
)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring.at(tmp_path / "keys.json")


async def put(engine: AsyncEngine, ring: Keyring, value: bytes) -> None:
    async with engine.begin() as connection:
        await hold_keys(connection)
        sealed = ring.seal(value, "vault")
        await asyncio.sleep(0)  # whatever else may happen between sealing and writing
        await connection.execute(insert(VAULT).values(id=uuid4(), first=sealed, second=None))


async def values(engine: AsyncEngine) -> list[bytes]:
    async with engine.connect() as connection:
        return list((await connection.scalars(select(VAULT.c.first))).all())


def test_every_sealed_column_is_found_by_its_type() -> None:
    assert [column.name for column in sealed_columns(METADATA)] == ["first", "second"]


async def test_all_values_go_to_the_new_key_and_the_old_one_goes(
    engine: AsyncEngine, database_url: str, ring: Keyring
) -> None:
    old, wanted = ring.primary, [b"%d" % number for number in range(1200)]
    async with engine.begin() as connection:
        rows = [{"id": uuid4(), "first": ring.seal(value, "vault")} for value in wanted]
        await connection.execute(insert(VAULT), rows)
    done = await rotate(database_url, Keyring(ring._path), METADATA)
    assert (done.values, done.lost, done.removed, ring.ids) == (1200, 0, (old,), (done.primary,))
    sealed = await values(engine)
    assert {sealed_by(value) for value in sealed} == {done.primary}
    assert sorted(ring.unseal(value, "vault") for value in sealed) == sorted(wanted)


async def test_those_who_write_meanwhile_lose_nothing(
    engine: AsyncEngine, database_url: str, ring: Keyring
) -> None:
    written: list[bytes] = []
    done, once_written = asyncio.Event(), asyncio.Event()

    async def write(number: int) -> None:
        mine = Keyring(ring._path)  # as a process of its own has one
        while not done.is_set():
            value = b"%d %d" % (number, len(written))
            await put(engine, mine, value)
            written.append(value)
            once_written.set()

    writers = [asyncio.create_task(write(number)) for number in range(4)]
    for _ in range(6):
        before = len(written)
        await rotate(database_url, Keyring(ring._path), METADATA)
        async with asyncio.timeout(PATIENCE):
            while len(written) < before + 4:
                await once_written.wait()
                once_written.clear()
    done.set()
    await asyncio.gather(*writers)
    assert sorted(ring.unseal(value, "vault") for value in await values(engine)) == sorted(written)
    assert len(ring.ids) == 1


async def test_a_rotation_waits_for_whoever_has_sealed_and_not_committed_yet(
    engine: AsyncEngine, database_url: str, ring: Keyring
) -> None:
    async with engine.begin() as connection:
        await hold_keys(connection)
        sealed = ring.seal(b"late", "vault")
        rotating = asyncio.create_task(rotate(database_url, Keyring(ring._path), METADATA))
        async with engine.connect() as other, asyncio.timeout(PATIENCE):
            while not (await other.exec_driver_sql(_WAITING)).scalar_one():
                assert not rotating.done()
        await connection.execute(insert(VAULT).values(id=uuid4(), first=sealed))
    await rotating
    assert [ring.unseal(value, "vault") for value in await values(engine)] == [b"late"]


async def test_an_interrupted_rotation_is_finished_by_the_next(
    engine: AsyncEngine, database_url: str, ring: Keyring
) -> None:
    await put(engine, ring, b"kept")
    Keyring(ring._path).add()  # where one ended that was killed
    await put(engine, ring, b"later")
    done = await rotate(database_url, ring, METADATA)
    assert (len(done.removed), ring.ids) == (2, (done.primary,))
    assert sorted(ring.unseal(v, "vault") for v in await values(engine)) == [b"kept", b"later"]


async def test_what_no_key_opens_is_counted_and_left(
    engine: AsyncEngine, database_url: str, ring: Keyring, tmp_path: Path
) -> None:
    await put(engine, Keyring.at(tmp_path / "another.json"), b"foreign")
    done = await rotate(database_url, ring, METADATA)
    assert (done.values, done.lost) == (0, 1)
    with pytest.raises(SealBroken):
        ring.unseal((await values(engine))[0], "vault")


async def test_as_people_run_it_it_says_what_it_did(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    old = Keyring.at(path).primary
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "core.rotation",
        cwd=tmp_path,
        env=child_environment() | {"DATABASE_URL": database_url, "GUILDWRIGHT_KEYS_FILE": str(path)},
        stdout=asyncio.subprocess.PIPE,
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0
    [new] = Keyring(path).ids
    assert new != old
    assert f"The key is {new} now" in said
