"""The audit log stays as it was written, and goes when it is old enough."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.audit.schemas import AuditEntry, AuditFilter
from core.config import SHORTEST_AUDIT_DAYS
from core.paging import Paging
from core.uow import Database
from tests.builders.core import owner

NOW = datetime.now(UTC)


async def write(database: Database, target: str, *, age: timedelta = timedelta()) -> None:
    """An entry that was written so long ago."""
    async with database.unit() as unit:
        await unit.audit.record(owner(), "template.edit", ("template", target))
    if age:
        # Entries cannot be edited: an old one is written as one.
        async with database.engines.writing.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO audit_entries (id, created_at, actor, action, target_kind, target_id) "
                    "SELECT gen_random_uuid(), created_at - CAST(:age AS interval), actor, action, target_kind, :old "
                    "FROM audit_entries WHERE target_id = :target"
                ),
                {"age": age, "old": f"old {target}", "target": target},
            )


async def entries(database: Database, **wanted: object) -> tuple[AuditEntry, ...]:
    async with database.read() as unit:
        page = await unit.audit.list(owner(), AuditFilter(**wanted), Paging(limit=200))  # pyright: ignore[reportArgumentType]
    return page.items


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'nothing'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "TRUNCATE audit_entries CASCADE",
    ],
)
async def test_no_statement_of_ours_alters_it(database: Database, statement: str) -> None:
    await write(database, "one")
    before = await entries(database)
    with pytest.raises(DBAPIError, match="kept as it was written"):
        async with database.engines.writing.begin() as connection:
            await connection.execute(text(statement))
    assert await entries(database) == before


async def test_what_is_older_than_its_retention_goes_and_nothing_else(database: Database) -> None:
    for target, days in (("kept", SHORTEST_AUDIT_DAYS + 1), ("gone", SHORTEST_AUDIT_DAYS + 3)):
        await write(database, target, age=timedelta(days=days))
    async with database.unit() as unit:
        assert await unit.audit.clean(NOW - timedelta(days=SHORTEST_AUDIT_DAYS + 2)) == 1
    assert {entry.target_id for entry in await entries(database)} == {"kept", "gone", "old kept"}


async def test_a_retention_below_the_shortest_removes_nothing(database: Database) -> None:
    await write(database, "young", age=timedelta(days=SHORTEST_AUDIT_DAYS - 1))
    with pytest.raises(DBAPIError):
        async with database.unit() as unit:
            await unit.audit.clean(NOW)
    assert len(await entries(database)) == 2


async def test_what_is_rolled_back_leaves_no_entry(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.unit() as unit:
            await unit.audit.record(owner(), "template.edit", ("template", "one"))
            raise ZeroDivisionError
    assert await entries(database) == ()


async def test_a_kind_of_action_is_all_of_its_actions_and_none_of_a_longer_name(database: Database) -> None:
    async with database.unit() as unit:
        for action in ("plan.create", "plan.apply", "planet.create", "plan"):
            await unit.audit.record(owner(), action, ("plan", action))
    assert {entry.action for entry in await entries(database, action="plan")} == {
        "plan.create",
        "plan.apply",
        "plan",
    }
    assert {entry.action for entry in await entries(database, action="plan.apply")} == {"plan.apply"}
    assert await entries(database, action="pla_") == ()
