"""One door: leaving commits, an exception rolls back, and nobody is rung for what did not happen."""

import uuid

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from core.db import is_away, new_id
from core.errors import Conflict
from core.tables import METADATA
from core.uow import Database
from tests.builders.core import owner, powers, snapshot
from tests.core.conftest import Rings


async def _count(database: Database, table: str) -> int:
    async with database.engines.connection() as connection:
        return (await connection.scalar(select(func.count()).select_from(METADATA.tables[table]))) or 0


def test_ids_are_of_version_7_and_rise() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {one.version for one in ids} == {7}
    assert all(isinstance(one, uuid.UUID) for one in ids)
    assert ids == sorted(ids)


def test_no_table_has_a_column_that_nobody_declared() -> None:
    assert not [c for table in METADATA.tables.values() for c in table.columns if "sentinel" in c.name]


async def test_leaving_commits_and_then_rings(database: Database, rings: Rings) -> None:
    guild = snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
        job = await unit.guild_syncs.request(owner(), guild.guild_id)
        assert rings.rung == []
    assert [(rung.job_id, rung.lane) for rung in rings.rung] == [(job.id, "bot")]
    assert await _count(database, "jobs") == 1


async def test_an_exception_leaves_neither_a_row_nor_a_ring_nor_an_audit_entry(
    database: Database, rings: Rings
) -> None:
    guild = snapshot()
    with pytest.raises(ZeroDivisionError):
        async with database.unit() as unit:
            await unit.guilds.store(guild, powers(guild), vouched=True)
            await unit.guild_syncs.request(owner(), guild.guild_id)
            raise ZeroDivisionError
    assert rings.rung == []
    assert [await _count(database, table) for table in ("guilds", "jobs", "job_events", "audit_entries")] == [
        0
    ] * 4


async def test_a_commit_that_fails_is_an_error_and_rings_nobody(database: Database, rings: Rings) -> None:
    guild = snapshot()
    async with database.engines.writing.begin() as connection:
        await connection.execute(
            text(
                "ALTER TABLE audit_entries ADD CONSTRAINT never UNIQUE (action) DEFERRABLE INITIALLY DEFERRED"
            )
        )
    with pytest.raises(Conflict):
        async with database.unit() as unit:
            await unit.guilds.store(guild, powers(guild), vouched=True)
            await unit.guild_syncs.request(owner(), guild.guild_id)
            await unit.snapshots.request_capture(owner(), guild.guild_id)
    assert rings.rung == []
    assert await _count(database, "jobs") == 0


async def test_a_postgresql_that_goes_away_in_the_middle_is_away_and_no_conflict(database: Database) -> None:
    """Whichever verb meets it: also those that come with Advanced Alchemy's repository."""
    with pytest.raises(DBAPIError) as caught:
        async with database.unit() as unit:
            pid = await unit._session.scalar(select(func.pg_backend_pid()))
            async with database.engines.writing.begin() as other:
                await other.execute(select(func.pg_terminate_backend(pid)))
            await unit.jobs.get(owner(), new_id())
    assert is_away(caught.value)


async def test_a_reading_unit_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.read() as unit:
            await unit.accounts.bootstrap_owner(None)
    assert await _count(database, "accounts") == 0
