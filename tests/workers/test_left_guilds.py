"""A guild that was left keeps its data for a while, and then goes as a whole; the audit log keeps its entries."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Text, cast, func, select

from core.access.schemas import Person
from core.actions.payloads import RoleGrant
from core.actor import SYSTEM, Actor
from core.announcements.schemas import AnnouncementDraft, AnnouncementMessage
from core.audit.schemas import AuditFilter
from core.callbacks.schemas import CallbackDraft
from core.catalog import CATALOG
from core.composition.people import People
from core.db import Engines
from core.discord.permissions import Permission
from core.discord.types import Snapshot
from core.errors import NotFound
from core.guilds.jobs import SyncPayload
from core.guilds.join_notices import JoinNotice
from core.guilds.options import GuildOptionsChanges
from core.housekeeping.jobs import FORGET_LEFT_GUILDS
from core.housekeeping.retention import Retention
from core.jobs.schemas import Claim, JobError
from core.paging import Paging
from core.policies.rules import Never
from core.schedules.schemas import ScheduleDraft
from core.schedules.timing import Timing
from core.schedules.triggers import IntervalTrigger
from core.tables import METADATA
from core.templates.documents.channels import TextChannel
from core.templates.documents.document import Document
from core.templates.plan import PlanOptions
from core.templates.schemas import Template
from core.uow import Database
from tests.builders.core import powers, snapshot, snowflake
from tests.fixtures.keys import keyring
from tests.workers.keeping import keep_house

KEEP = timedelta(days=90)
DAY = timedelta(days=1)
TOKEN = "gwt_of-who-owns-these-guilds"
HALL = Document(guildwright=1, channels=(TextChannel(key="hall", name="hall"),))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    engines = Engines(database_url)
    database = Database(engines, CATALOG, people=People(keyring=keyring()))
    async with database.unit() as unit:
        await unit.accounts.bootstrap_owner(TOKEN)
    yield database
    await engines.dispose()


async def owner_of(database: Database) -> Actor:
    async with database.read() as unit:
        return await unit.accounts.authenticate(TOKEN)


async def furnished(database: Database) -> tuple[Snapshot, Template]:
    """A guild with one of everything that hangs on a guild, and a template that is shared there."""
    guild, actor = snapshot(), await owner_of(database)
    guild_id = guild.guild_id
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
        await unit.snapshots.keep(actor, guild, reason="capture", members=())
        template = await unit.templates.create(
            actor, "Ours", visibility="guild", guild_id=guild_id, document=HALL
        )
        await unit.active_versions.put(actor, guild_id, template.id)
        await unit.plans.create(actor, guild_id, template.id, None, PlanOptions())
        await unit.callbacks.create(
            actor, guild_id, CallbackDraft(url="https://hooks.example.com/x", events=("job.*",))
        )
        await unit.policies.put(
            actor, guild_id, (Never(name="calm", roles=("everyone",), permissions=("mention_everyone",)),)
        )
        timing = Timing(trigger=IntervalTrigger(every_seconds=3600), time_zone="UTC")
        draft = ScheduleDraft(name="hourly", payload=SyncPayload(), timing=timing)
        schedule = await unit.schedules.create(actor, guild_id, draft)
        await unit.schedules.run_now(actor, schedule.id)
        changes = GuildOptionsChanges(approval_required=True, notify_channel_id=snowflake())
        await unit.guild_options.edit(actor, guild_id, changes)
        await unit.guild_events.tell(guild_id, "guild.drift", {})
        await unit.join_notices.keep(
            JoinNotice(
                message_id=snowflake(),
                channel_id=snowflake(),
                user_id=snowflake(),
                guild_id=guild_id,
                job_id=template.id,
            )
        )
        await unit.guild_syncs.request(actor, guild_id)
    account_id, person = await somebody(database)
    async with database.unit() as unit:
        bits = int(Permission.MANAGE_MESSAGES)
        member = Person(guild_id=guild_id, user_id=person, name="ada", bits=bits)
        await unit.access.keep_guild(guild_id, [member])
        await unit.grants.put(actor, guild_id, account_id, "moderator")
    async with database.unit() as unit:
        claim = await unit.ledger.claim("bot", "one", 45.0)
        assert claim is not None
        await unit.ledger.settle(claim, "failed", error=JobError(code="x", message="It is to be told."))
    await _announced(database, actor, guild)
    await _granted_for_a_time(database, actor, guild_id, person)
    return guild, template


async def _announced(database: Database, actor: Actor, guild: Snapshot) -> None:
    message = AnnouncementMessage(content="Ahoy")
    draft = AnnouncementDraft(name="ours", channel_id=guild.channels[0].id, message=message)
    async with database.unit() as unit:
        made = await unit.announcements.create(actor, guild.guild_id, draft)
        asked = await unit.announcement_posts.request(actor, made.id)
    async with database.unit() as unit:
        claim = await unit.ledger.claim("bot", "one", 45.0)
        assert isinstance(claim, Claim)
        assert claim.job.id == asked.id
        await unit.announcement_writings.write(asked, guild, None)
        await unit.ledger.intend(claim, 45.0, "send", "send", once=True)
        await unit.ledger.record(claim, 45.0, "send", "done", outcome=snowflake())
        await unit.ledger.settle(claim, "succeeded")


async def _granted_for_a_time(database: Database, actor: Actor, guild_id: str, user_id: str) -> None:
    wanted = RoleGrant(role_id=snowflake(), member_ids=(user_id,), expires_in=3600)
    async with database.unit() as unit:
        asked = await unit.actions.request(actor, guild_id, wanted)
        while True:
            claim = await unit.ledger.claim("bot", "one", 45.0)
            assert claim is not None
            if claim.job.id == asked.id:
                break
            await unit.ledger.settle(claim, "succeeded")
        step = f"grant:{user_id}"
        await unit.ledger.intend(claim, 45.0, step, step, once=True)
        await unit.ledger.record(claim, 45.0, step, "done", outcome=user_id)
        await unit.ledger.settle(claim, "succeeded")


async def somebody(database: Database) -> tuple[uuid.UUID, str]:
    """An account with its Discord user."""
    account_id, person = uuid.uuid4(), snowflake()
    async with database.engines.writing.begin() as connection:
        statement = "INSERT INTO accounts (id, name, discord_user_id) VALUES ($1, 'ada', $2)"
        await connection.exec_driver_sql(statement, (account_id, int(person)))
    return account_id, person


async def left(database: Database, guild: Snapshot, *, ago: timedelta) -> None:
    async with database.unit() as unit:
        await unit.guilds.leave(guild.guild_id)
    async with database.engines.writing.begin() as connection:
        at = datetime.now(UTC) - ago
        await connection.exec_driver_sql(
            "UPDATE guilds SET left_at = $1 WHERE id = $2", (at, int(guild.guild_id))
        )


async def clean(database: Database) -> None:
    await keep_house(database, FORGET_LEFT_GUILDS, retention=Retention(left_guilds=KEEP))


async def rows_about(database: Database, guild_id: str) -> dict[str, int]:
    """In every table that names guilds, or has its rows from one that does: how many speak of this one."""
    counted: dict[str, int] = {}
    async with database.engines.connection() as connection:
        for table in METADATA.sorted_tables:
            column: Any = table.c.id if table.name == "guilds" else table.c.get("guild_id")
            if column is not None:
                query = select(func.count()).select_from(table).where(cast(column, Text) == guild_id)
                counted[table.name] = await connection.scalar(query) or 0
    return counted


async def test_a_guild_that_comes_back_in_time_finds_its_data(database: Database) -> None:
    guild, template = await furnished(database)
    before = await rows_about(database, guild.guild_id)
    await left(database, guild, ago=KEEP - DAY)
    await clean(database)
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild))
        found = await unit.guilds.get(SYSTEM, guild.guild_id)
        options = await unit.guild_options.of(guild.guild_id)
        bindings = await unit.template_versions.bindings(guild.guild_id, template.id)
        active = await unit.active_versions.of(guild.guild_id)
    assert (found.state, options.approval_required) == ("approved", True)
    assert active is not None
    assert bindings == {}
    after = await rows_about(database, guild.guild_id)
    assert {name: after[name] >= count for name, count in before.items()} == dict.fromkeys(before, True)


async def test_when_the_time_is_over_nothing_speaks_of_it_but_the_audit_log(database: Database) -> None:
    guild, _ = await furnished(database)
    before = await rows_about(database, guild.guild_id)
    assert {name for name, count in before.items() if not count} == NOT_FURNISHED
    await left(database, guild, ago=KEEP + DAY)
    await clean(database)
    after = await rows_about(database, guild.guild_id)
    assert after.pop("audit_entries") > before["audit_entries"]
    assert after == dict.fromkeys(after, 0)
    async with database.read() as unit:
        with pytest.raises(NotFound):
            await unit.guilds.get(SYSTEM, guild.guild_id)
        wanted = AuditFilter(action="guild.forget")
        (entry,) = (await unit.audit.list(SYSTEM, wanted, Paging(), guild_id=guild.guild_id)).items
    assert entry.before is not None
    assert (entry.before["name"], entry.before["state"]) == (guild.settings.name, "approved")


NOT_FURNISHED = {"bindings", "drift_items"}


async def test_what_was_shared_there_is_its_owners_alone(database: Database) -> None:
    guild, template = await furnished(database)
    await left(database, guild, ago=KEEP + DAY)
    await clean(database)
    async with database.read() as unit:
        kept = await unit.templates.get(await owner_of(database), template.id)
        wanted = AuditFilter(action="template.edit", target_id=str(template.id))
        (entry,) = (await unit.audit.list(SYSTEM, wanted, Paging())).items
    assert (kept.visibility, kept.guild_id, kept.latest_version) == ("private", None, 1)
    assert entry.after == {"visibility": "private", "guild_id": None}


async def test_other_guilds_are_left_alone(database: Database) -> None:
    there, _ = await furnished(database)
    gone, _ = await furnished(database)
    before = await rows_about(database, there.guild_id)
    await left(database, gone, ago=KEEP + DAY)
    await clean(database)
    assert await rows_about(database, there.guild_id) == before


async def test_a_guild_that_comes_back_at_the_last_moment_is_not_forgotten(database: Database) -> None:
    guild, _ = await furnished(database)
    await left(database, guild, ago=KEEP + DAY)
    async with database.read() as unit:
        assert await unit.left_guilds.overdue(KEEP) == (guild.guild_id,)
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild))
    async with database.unit() as unit:
        assert not await unit.left_guilds.forget(guild.guild_id, KEEP)
        assert (await unit.guilds.get(SYSTEM, guild.guild_id)).state == "approved"
