"""What is cleaned while nobody asks: pictures that nothing names, snapshots that nobody goes back to."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from core.catalog import CATALOG
from core.db import Engines
from core.discord.images import AssetPath, ImageHash, guild_picture
from core.guilds.snapshots import NEWEST_KEPT
from core.housekeeping.jobs import CLEAN_CREDENTIALS, CLEAN_IMAGES, CLEAN_SNAPSHOTS
from core.housekeeping.retention import Retention
from core.images.service import image_of
from core.jobs.spec import AnySpec
from core.paging import Paging
from core.templates.documents.channels import TextChannel
from core.templates.documents.document import Document
from core.templates.plan import PlanOptions
from core.uow import Database
from tests.builders.core import owner, powers, snapshot
from tests.simulator.pictures import png
from tests.workers.keeping import keep_house

NOW = datetime.now(UTC)


@pytest.fixture
async def database(application_url: str) -> AsyncIterator[Database]:
    engines = Engines(application_url)
    yield Database(engines, CATALOG)
    await engines.dispose()


async def clean(database: Database, *specs: AnySpec) -> dict[str, Any]:
    days = timedelta(days=90)
    retention = Retention(jobs=days, deliveries=days, audit=days, left_guilds=days)
    return await keep_house(database, *specs, retention=retention)


async def put(database: Database, shade: int) -> ImageHash:
    database.clock = lambda: NOW - timedelta(days=31)
    async with database.unit() as unit:
        info = await unit.images.put(owner(), png(shade))
    database.clock = lambda: NOW
    return info.hash


async def keep_old(database: Database, path: AssetPath, shade: int) -> None:
    database.clock = lambda: NOW - timedelta(days=31)
    async with database.unit() as unit:
        await unit.images.keep(path, image_of(png(shade)))
    database.clock = lambda: NOW


def naming(image_hash: ImageHash) -> Document:
    """In a text: where in a document pictures stand does not matter."""
    return Document(guildwright=1, channels=(TextChannel(key="a", name="a", topic=f"see {image_hash}"),))


async def test_pictures_that_nothing_names_go_after_a_month(database: Database) -> None:
    in_guild, in_snapshot, in_version, in_plan, unnamed = [await put(database, n) for n in range(5)]
    async with database.unit() as unit:
        recent = await unit.images.put(owner(), png(9))
    guild = snapshot()
    guild = replace(guild, settings=replace(guild.settings, icon="a", banner=None, splash=None))
    await keep_old(database, guild_picture(guild.guild_id, "icon", "a"), 0)
    async with database.unit() as unit:
        await unit.accounts.bootstrap_owner("o" * 30)
        actor = await unit.accounts.authenticate("o" * 30)
        await unit.guilds.store(guild, powers(guild), vouched=True)
        kept = replace(guild, images={"icons/1/b": in_snapshot})
        await unit.snapshots.keep(actor, kept, reason="capture")
        version = await unit.templates.create(actor, "one", document=naming(in_version))
        await unit.templates.delete(actor, version.id)
        planned = await unit.templates.create(actor, "two", document=naming(in_plan))
        await unit.plans.create(actor, guild.guild_id, planned.id, None, PlanOptions())
    async with database.engines.writing.begin() as connection:
        await connection.exec_driver_sql(
            "DELETE FROM template_versions WHERE template_id = $1", (planned.id,)
        )
    assert await clean(database, CLEAN_IMAGES) == {CLEAN_IMAGES.kind: {"images": 1}}
    async with database.read() as unit:
        for named in (in_guild, in_snapshot, in_version, in_plan, recent.hash):
            assert await unit.images.find(named) is not None
        assert await unit.images.find(unnamed) is None


async def test_a_snapshot_that_a_plan_goes_back_to_is_kept(database: Database) -> None:
    guild = snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
        ids = [
            (await unit.snapshots.keep(owner(), guild, reason="capture")).id for _ in range(NEWEST_KEPT + 3)
        ]
        await unit.plans.create_rollback(owner(), guild.guild_id, ids[1])
    async with database.engines.writing.begin() as connection:
        await connection.exec_driver_sql("UPDATE snapshots SET created_at = now() - interval '1 year'")
    assert await clean(database, CLEAN_SNAPSHOTS) == {CLEAN_SNAPSHOTS.kind: {"snapshots": 1}}
    async with database.read() as unit:
        page = await unit.snapshots.list(owner(), guild.guild_id, Paging(limit=50))
    assert {item.id for item in page.items} == set(ids) - {ids[2]}


async def test_credentials_go_a_month_after_they_have_ended_and_no_sooner(database: Database) -> None:
    kept = ["in use", "of no end"]
    database.clock = lambda: NOW - timedelta(days=60)
    async with database.unit() as unit:
        await unit.accounts.bootstrap_owner("o" * 30)
        actor = await unit.accounts.authenticate("o" * 30)
        for name, days in (("in use", 90), ("ended lately", 40), ("ended long ago", 10)):
            expires_at = NOW - timedelta(days=60) + timedelta(days=days)
            await unit.accounts.create_token(actor, name, expires_at=expires_at)
        await unit.accounts.create_token(actor, "of no end")
        revoked = await unit.accounts.create_token(actor, "revoked long ago")
        await unit.accounts.revoke_token(actor, revoked.token.id)
    database.clock = lambda: NOW
    assert (await clean(database, CLEAN_CREDENTIALS))[CLEAN_CREDENTIALS.kind]["tokens"] == 2
    async with database.read() as unit:
        left = {token.name for token in await unit.accounts.list_tokens(actor)}
    assert left >= {*kept, "ended lately"}
    assert not any("long ago" in name for name in left)
