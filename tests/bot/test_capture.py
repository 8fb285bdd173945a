"""Captures on the wire: what a simulated guild has is in the snapshot, its pictures as bytes, and no secret."""

import logging
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest

from core.db import Base
from core.discord.assets import assets_of
from core.discord.images import webhook_avatar
from core.guilds.jobs import CaptureResult
from core.guilds.options import GuildOptionsChanges
from core.guilds.schemas import SnapshotContent
from core.jobs.journal import Journal
from core.jobs.schemas import Job, JobFilter
from core.paging import Paging
from core.templates.plan import PlanOptions
from tests.simulator.pictures import gif, png, uri
from workers.capture import keep
from workers.registry import JobContext

from .conftest import Discord, seen
from .road import Road, bot_on, database_at, in_step, owner_of

SPEC: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "features": ["COMMUNITY", "ROLE_ICONS", "BANNER", "INVITE_SPLASH"],
    "verification_level": 1,
    "explicit_content_filter": 2,
    "rules_channel": "rules",
    "public_updates_channel": "log",
    "roles": [{"name": "Crew", "color": 0x3498DB, "hoist": True}, {"name": "Mate", "mentionable": True}],
    "channels": [
        {"name": "rules"},
        {"name": "Deck", "type": "category", "permission_overwrites": [{"role": "Crew", "allow": "1024"}]},
        {"name": "log", "parent": "Deck", "synced": True, "topic": "What happened"},
        {"name": "Bridge", "type": "voice", "bitrate": 64000, "user_limit": 5},
    ],
    "members": [{"username": "grace", "roles": ["Crew", "Mate"]}, {"username": "linus"}],
    "emojis": [
        {"name": "wave", "image": uri(png(1))},
        {"name": "spin", "image": uri(gif(2), "image/gif"), "roles": ["Crew"]},
    ],
    "auto_moderation": [
        {
            "name": "No rum",
            "event_type": 1,
            "trigger_type": 1,
            "trigger_metadata": {"keyword_filter": ["rum*"]},
            "actions": [{"type": 1, "metadata": {"custom_message": "Not here."}}],
            "enabled": True,
        }
    ],
    "onboarding": {
        "enabled": False,
        "default_channels": ["log"],
        "prompts": [{"title": "Why are you here?", "options": [{"title": "To sail", "roles": ["Crew"]}]}],
    },
    "welcome_screen": {"enabled": True, "channels": [{"channel": "rules", "description": "Read this"}]},
}


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    """The first snapshot is done."""
    guild = await discord.make(SPEC)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            road = Road(discord, guild, database, owner, bot)
            [first] = await seen(lambda: jobs_of(road), bool)
            await settled(road, first)
            yield road


async def jobs_of(road: Road) -> tuple[Job, ...]:
    async with road.database.read() as unit:
        wanted = JobFilter(guild_id=road.guild_id, kind="guild.capture")
        return (await unit.jobs.list(road.owner, wanted, Paging())).items


async def settled(road: Road, job: Job) -> CaptureResult:
    return msgspec.convert((await ended(road, job)).result, CaptureResult)


async def ended(road: Road, job: Job) -> Job:
    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job.id)

    job = await seen(look, lambda job: job.finished_at is not None)
    assert job.state == "succeeded", job.error
    return job


async def captured(road: Road, *, members: bool = False) -> tuple[CaptureResult, SnapshotContent]:
    async with road.database.unit() as unit:
        job = await unit.snapshots.request_capture(road.owner, road.guild_id, members=members)
    result = await settled(road, job)
    async with road.database.read() as unit:
        return result, await unit.snapshots.get(road.owner, road.guild_id, result.snapshot_id)


async def edit(road: Road, method: str, path: str, body: object) -> dict[str, Any]:
    """By the guild's owner."""
    sent = {"guild_id": road.guild_id, "user": "olga", "method": method, "path": path, "body": body}
    async with road.discord.http.post(f"{road.discord.base}/_sim/edits", json=sent) as answer:
        assert answer.ok, await answer.text()
        return await answer.json()


async def with_pictures(road: Road) -> None:
    """Every kind of picture that the guild can have now, and one webhook."""
    guild, crew = f"/guilds/{road.guild_id}", road.guild["roles"]["Crew"]
    await edit(road, "PATCH", guild, {"icon": uri(png(10)), "banner": uri(png(11)), "splash": uri(png(12))})
    await edit(road, "PATCH", f"{guild}/roles/{crew}", {"icon": uri(png(13))})
    await edit(
        road,
        "POST",
        f"/channels/{road.guild['channels']['log']}/webhooks",
        {"name": "Deploys", "avatar": uri(png(14))},
    )

    async def look() -> bool:
        told = await road.bot.gateway.read_guild(road.guild_id)
        return told.settings.splash is not None and any(role.icon for role in told.roles)

    await seen(look, bool)


async def test_a_guild_is_captured_when_the_bot_comes(road: Road) -> None:
    async with road.database.read() as unit:
        [info] = (await unit.snapshots.list(road.owner, road.guild_id, Paging())).items
    assert (info.reason, info.notes, info.members) == ("join", (), None)


async def test_a_capture_has_everything_and_its_pictures_as_bytes(road: Road) -> None:
    await with_pictures(road)
    result, snapshot = await captured(road)
    content, dump = snapshot.content, await road.discord.dump(road.guild_id)
    assert snapshot.info.notes == ()
    assert {role.id for role in content.roles} == {role["id"] for role in dump["roles"]}
    assert {channel.id for channel in content.channels} == {channel["id"] for channel in dump["channels"]}
    assert sorted(emoji.name for emoji in content.emojis or ()) == ["spin", "wave"]
    assert [(rule.name, rule.trigger.keywords) for rule in content.automod_rules or ()] == [
        ("No rum", ("rum*",))
    ]
    assert content.onboarding is not None
    assert [prompt.title for prompt in content.onboarding.prompts] == ["Why are you here?"]
    assert content.welcome_screen is not None
    assert [each.description for each in content.welcome_screen.channels] == ["Read this"]
    assert content.webhooks is not None
    [webhook] = content.webhooks
    assert (webhook.name, webhook.channel_id) == ("Deploys", road.guild["channels"]["log"])
    assert webhook_avatar(webhook.id, webhook.avatar or "") in content.images
    assert set(content.images) == set(assets_of(content))
    assert result.images == len(content.images) == 7
    async with road.database.read() as unit:
        for path, image_hash in content.images.items():
            kept, there = await unit.images.find(image_hash), road.discord.simulator.world.images.find(path)
            assert kept is not None
            assert there is not None
            assert (kept.content, kept.media_type) == (there.content, there.kind), path
        stored = await unit.guilds.structure_of(road.guild_id)
    assert stored is not None
    assert (stored.images, stored.webhooks) == (content.images, content.webhooks)


async def test_before_an_apply_the_guild_is_kept_as_by_a_capture(road: Road) -> None:
    await with_pictures(road)
    template = await road.template("Crewed")
    async with road.database.unit() as unit:
        plan = await unit.plans.create(road.owner, road.guild_id, template.id, None, PlanOptions())
    async with road.database.unit() as unit:
        job = await unit.plans.request_apply(road.owner, plan.id)
    result = (await ended(road, job)).result
    assert result is not None
    async with road.database.read() as unit:
        before = await unit.snapshots.get(road.owner, road.guild_id, UUID(result["snapshot_id"]))
    assert before.info.reason == "before_apply"
    assert {channel.name for channel in before.content.channels} >= {"rules", "log"}
    assert "news" not in {channel.name for channel in before.content.channels}
    assert [webhook.name for webhook in before.content.webhooks or ()] == ["Deploys"]
    assert set(before.content.images) == set(assets_of(before.content))


async def test_a_later_claim_of_a_job_finds_what_an_earlier_one_kept(road: Road) -> None:
    async with road.database.unit() as unit:
        job = await unit.snapshots.request_capture(road.owner, road.guild_id)
    result = await settled(road, job)
    context = JobContext(
        job=job,
        guild_id=road.guild_id,
        claim=2,
        gateway=road.bot.gateway,
        journal=cast("Journal", None),
        database=road.database,
        clock=road.database.clock,
    )
    assert (await keep(context, "capture")).info.id == result.snapshot_id
    async with road.database.read() as unit:
        assert len((await unit.snapshots.list(road.owner, road.guild_id, Paging())).items) == 2


async def test_each_picture_is_read_once(road: Road) -> None:
    """What the second capture found unknown would be read again, and is not there any more."""
    await with_pictures(road)
    _, first = await captured(road)
    road.discord.simulator.world.images.clear()
    _, second = await captured(road)
    assert second.info.notes == ()
    assert second.content.images == first.content.images


async def test_a_picture_that_cannot_be_read_is_a_note(road: Road) -> None:
    await with_pictures(road)
    gone = next(
        path for path in assets_of(await road.bot.gateway.read_guild(road.guild_id)) if "icons/" in path
    )
    road.discord.simulator.world.images.drop(gone)
    result, snapshot = await captured(road)
    assert [gone in note for note in result.notes] == [True]
    assert snapshot.info.notes == result.notes
    assert gone not in snapshot.content.images
    assert result.images == 6


async def test_who_has_which_roles_is_kept_where_the_guild_wants_it(road: Road) -> None:
    async with road.database.unit() as unit:
        await unit.guild_options.edit(road.owner, road.guild_id, GuildOptionsChanges(keep_member_roles=True))
    result, _ = await captured(road, members=True)
    async with road.database.read() as unit:
        kept = {
            each.user_id: set(each.role_ids) for each in await unit.snapshots.members_of(result.snapshot_id)
        }
    dump = await road.discord.dump(road.guild_id)
    assert kept == {member["user"]["id"]: set(member["roles"]) for member in dump["members"]}
    assert result.members == len(kept) >= 4


async def test_a_webhooks_secret_is_nowhere(road: Road, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await with_pictures(road)
    await captured(road)
    [webhook] = road.discord.simulator.world.guilds[int(road.guild_id)].webhooks.values()
    token = str(webhook.token)
    assert len(token) > 20
    async with road.database.engines.connection() as connection:
        for table in Base.metadata.sorted_tables:
            rows = await connection.exec_driver_sql(f"SELECT t::text FROM {table.name} AS t")
            assert not [row for (row,) in rows if token in row], table.name
    assert not [record for record in caplog.records if token in record.getMessage()]
    assert token not in str(await road.bot.gateway.read_details(road.guild_id))
