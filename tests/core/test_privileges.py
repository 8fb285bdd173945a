"""The application's own role: it can do its work, and nothing to the audit log but read and append."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from core.audit.schemas import AuditFilter
from core.catalog import CATALOG
from core.config import SHORTEST_AUDIT_DAYS, settings_from
from core.db import Base, Engines
from core.embedded import APPLICATION_ROLE
from core.errors import ConfigurationError
from core.migrate import application_role, owner_url, upgrade
from core.paging import Paging
from core.privileges import may_alter_audit
from core.uow import Database
from tests.builders.core import owner

NOW = datetime.now(UTC)
ALTERING = (
    "UPDATE audit_entries SET action = 'nothing'",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries",
    "DROP TABLE audit_entries",
    "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
    "ALTER TABLE audit_entries DISABLE TRIGGER keep_audit_entries",
    "ALTER TABLE audit_entries ADD COLUMN x text",
    "ALTER TABLE audit_entries RENAME TO other",
    f"ALTER TABLE audit_entries OWNER TO {APPLICATION_ROLE}",
    "DROP TRIGGER keep_audit_entries ON audit_entries",
    "DROP FUNCTION keep_audit_entries() CASCADE",
    "CREATE OR REPLACE FUNCTION keep_audit_entries() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "CREATE OR REPLACE FUNCTION forget_audit_entries(older_than timestamptz) RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
    "CREATE TRIGGER mine BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION keep_audit_entries()",
    "CREATE RULE mine AS ON INSERT TO audit_entries DO INSTEAD NOTHING",
    "INSERT INTO audit_entries SELECT * FROM audit_entries ON CONFLICT (id) DO UPDATE SET action = 'nothing'",
    "SELECT * FROM audit_entries FOR UPDATE",
    "SET session_replication_role = replica",
    "SET ROLE guildwright",
    "SET SESSION AUTHORIZATION guildwright",
    f"ALTER ROLE {APPLICATION_ROLE} SUPERUSER",
    f"GRANT guildwright TO {APPLICATION_ROLE}",
    "CREATE TABLE mine (id int)",
    "UPDATE alembic_version SET version_num = '0001'",
)
SCHEMA = (
    "DROP SCHEMA public CASCADE",
    "ALTER SCHEMA public RENAME TO other",
    f"ALTER SCHEMA public OWNER TO {APPLICATION_ROLE}",
    "DROP OWNED BY guildwright",
    "REASSIGN OWNED BY guildwright TO CURRENT_USER",
)
OF_EACH_TABLE = (
    "DROP TABLE {table} CASCADE",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} ADD COLUMN x text",
    "ALTER TABLE {table} RENAME TO other",
    f"ALTER TABLE {{table}} OWNER TO {APPLICATION_ROLE}",
    "CREATE INDEX mine ON {table} ((1))",
)


@pytest.fixture
async def application(application_url: str) -> AsyncIterator[Database]:
    """As the role that owns nothing."""
    engines = Engines(application_url)
    yield Database(engines, CATALOG)
    await engines.dispose()


async def write(database: Database, *, age: timedelta = timedelta()) -> None:
    """Entries with an old date are forged by inserting them: that is appending, too."""
    async with database.unit() as unit:
        await unit.audit.record(owner(), "template.edit", ("template", "one"))
    async with database.engines.writing.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO audit_entries (id, created_at, actor, action, target_kind, target_id) "
                "SELECT gen_random_uuid(), now() - CAST(:age AS interval), actor, action, target_kind, 'old' "
                "FROM audit_entries LIMIT 1"
            ),
            {"age": age},
        )


async def targets(database: Database) -> list[str]:
    async with database.read() as unit:
        page = await unit.audit.list(owner(), AuditFilter(), Paging(limit=200))
    return sorted(entry.target_id for entry in page.items)


@pytest.mark.parametrize("statement", ALTERING)
async def test_postgresql_refuses_whatever_would_alter_the_audit_log(
    application: Database, statement: str
) -> None:
    await write(application)
    with pytest.raises(DBAPIError) as refused:
        async with application.engines.writing.begin() as connection:
            await connection.execute(text(statement))
    assert getattr(refused.value.orig, "sqlstate", "") == "42501", refused.value
    assert await targets(application) == ["old", "one"]


@pytest.mark.parametrize("statement", SCHEMA)
async def test_postgresql_refuses_whatever_would_take_the_schema_away(
    application: Database, statement: str
) -> None:
    await write(application)
    assert await refusal(application, statement) == "42501"
    assert await targets(application) == ["old", "one"]


async def test_no_table_can_be_dropped_emptied_at_once_altered_or_have_its_triggers_switched_off(
    application: Database,
) -> None:
    for table in (*Base.metadata.tables, "alembic_version"):
        for statement in OF_EACH_TABLE:
            wanted = statement.format(table=table)
            assert await refusal(application, wanted) == "42501", wanted


async def refusal(database: Database, statement: str) -> str | None:
    """The code that PostgreSQL refuses it with; None where it was done."""
    try:
        async with database.engines.writing.begin() as connection:
            await connection.execute(text(statement))
    except DBAPIError as error:
        return getattr(error.orig, "sqlstate", "")
    return None


async def test_it_cannot_give_itself_what_it_lacks(application: Database) -> None:
    """PostgreSQL only warns of a grant that grants nothing."""
    async with application.engines.writing.begin() as connection:
        await connection.execute(text(f"GRANT ALL ON audit_entries TO {APPLICATION_ROLE}"))
    async with application.engines.connection() as connection:
        assert await connection.run_sync(may_alter_audit) is False


async def test_the_retention_still_removes_what_is_old_enough_and_nothing_younger(
    application: Database,
) -> None:
    await write(application, age=timedelta(days=SHORTEST_AUDIT_DAYS + 3))
    async with application.unit() as unit:
        assert await unit.audit.clean(NOW - timedelta(days=SHORTEST_AUDIT_DAYS + 2)) == 1
    assert await targets(application) == ["one"]
    with pytest.raises(ProgrammingError, match="kept as it was written"):
        async with application.unit() as unit:
            await unit.audit.clean(NOW + timedelta(days=1))
    assert await targets(application) == ["one"]


async def test_no_temporary_table_takes_the_place_of_the_log_when_it_is_cleaned(
    application: Database,
) -> None:
    """Its trigger would run with the owner's rights."""
    await write(application, age=timedelta(days=SHORTEST_AUDIT_DAYS + 3))
    async with application.engines.writing.begin() as connection:
        for statement in (
            "CREATE TEMP TABLE audit_entries AS SELECT now() - interval '1 year' AS created_at",
            "CREATE FUNCTION pg_temp.escalate() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RAISE EXCEPTION ''ran as %'', current_user; END'",
            "CREATE TRIGGER escalate BEFORE DELETE ON pg_temp.audit_entries "
            "FOR EACH ROW EXECUTE FUNCTION pg_temp.escalate()",
        ):
            await connection.execute(text(statement))
        gone = await connection.scalar(text("SELECT forget_audit_entries(now() - interval '32 days')"))
        left = await connection.scalar(text("SELECT count(*) FROM pg_temp.audit_entries"))
    assert (gone, left) == (1, 1)


async def test_every_table_can_be_worked_with(application: Database) -> None:
    async with application.engines.connection() as connection:
        for table in Base.metadata.tables:
            wanted = (
                ("SELECT", "INSERT") if table == "audit_entries" else ("SELECT", "INSERT", "UPDATE", "DELETE")
            )
            for right in wanted:
                held = text("SELECT has_table_privilege(CAST(:table AS text), :right)")
                assert await connection.scalar(held, {"table": table, "right": right}), (table, right)


async def test_what_a_later_migration_makes_can_be_worked_with_at_once(
    application: Database, database: Database
) -> None:
    async with database.engines.writing.begin() as connection:
        await connection.execute(text("CREATE TABLE later (id serial PRIMARY KEY, said text)"))
    async with application.engines.writing.begin() as connection:
        for statement in (
            "INSERT INTO later (said) VALUES ('a')",
            "UPDATE later SET said = 'b'",
            "SELECT * FROM later FOR UPDATE",
            "DELETE FROM later",
        ):
            await connection.execute(text(statement))


async def test_a_role_that_is_not_there_is_one_sentence_and_nothing_is_migrated(database_url: str) -> None:
    with pytest.raises(ConfigurationError, match="CREATE ROLE nobody_yet LOGIN"):
        await upgrade(database_url, application="nobody_yet")


async def test_the_owner_of_the_tables_may_alter_and_the_application_may_not(
    application: Database, database: Database
) -> None:
    for whose, may in ((database, True), (application, False)):
        async with whose.engines.connection() as connection:
            assert await connection.run_sync(may_alter_audit) is may


def test_two_addresses_are_two_roles_and_one_is_one() -> None:
    app, top = "postgresql://app:x@host/name", "postgresql://top:y@host/name"
    two = settings_from({"DATABASE_URL": app, "GUILDWRIGHT_MIGRATION_DATABASE_URL": top})
    assert (owner_url(two), application_role(two)) == (top, "app")
    one = settings_from({"DATABASE_URL": app})
    assert (owner_url(one), application_role(one)) == (app, None)
    same = settings_from({"DATABASE_URL": app, "GUILDWRIGHT_MIGRATION_DATABASE_URL": app})
    assert (owner_url(same), application_role(same)) == (app, None)
    assert "//top" not in repr(two)


@pytest.mark.parametrize(
    "given",
    [
        {"GUILDWRIGHT_MIGRATION_DATABASE_URL": "postgresql://top@host/name"},
        {
            "DATABASE_URL": "postgresql://app@host/name",
            "GUILDWRIGHT_MIGRATION_DATABASE_URL": "mysql://top@host/x",
        },
    ],
)
def test_an_owner_without_a_database_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="GUILDWRIGHT_MIGRATION_DATABASE_URL"):
        settings_from(given)
