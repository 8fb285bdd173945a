"""Drift that no event of the gateway tells of: it is looked for when what a guild is measured by changes, or how, and
when the bot comes back."""

from collections.abc import AsyncIterator

import pytest

from core.guilds.jobs import SYNC
from core.guilds.options import GuildOptionsChanges
from core.jobs.schemas import JobFilter
from core.paging import Paging
from core.templates.documents.parse import read_document

from .conftest import Discord, seen
from .drifting import (
    DOCUMENT,
    GUILD,
    applied,
    channel_id,
    edit,
    harbour,
    items,
    once_there_are,
    once_webhooks_are_known,
    topic,
    wants,
)
from .road import Road, bot_on, database_at, in_step, owner_of

HOOKED = f"{DOCUMENT}webhooks:\n  - {{key: hook, name: Deploys, channel: news}}\n"


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    async with harbour(discord, database_url, redis_url) as road:
        yield road


async def test_a_version_that_is_made_active_is_looked_at_without_any_change_in_the_guild(road: Road) -> None:
    template = await applied(road)
    other = read_document(DOCUMENT.replace("What is new", "Nothing yet"), media="yaml")
    async with road.database.unit() as unit:
        await unit.template_versions.add(road.owner, template.id, other)
        await unit.active_versions.put(road.owner, road.guild_id, template.id, 2)
    [item] = await once_there_are(road, 1)
    assert (item.version, item.field, item.wanted, item.found) == (2, "topic", "Nothing yet", "What is new")


async def test_drift_that_is_switched_on_is_looked_for_at_once(road: Road) -> None:
    await applied(road)
    await wants(road, "off")
    before = await road.revision()
    await edit(road, "PATCH", f"/channels/{await channel_id(road, 'news')}", {"topic": "Nothing"})
    await seen(road.revision, lambda now: now > before)
    assert await items(road, None) == ()
    await wants(road, "report")
    [item] = await once_there_are(road, 1)
    assert (item.field, item.found, item.user_name) == ("topic", "Nothing", "olga")


async def test_what_is_open_is_put_back_once_the_guild_wants_that(road: Road) -> None:
    await applied(road)
    await edit(road, "PATCH", f"/channels/{await channel_id(road, 'news')}", {"topic": "Nothing"})
    await once_there_are(road, 1)
    await wants(road, "revert")
    await once_there_are(road, 1, "reverted")
    assert await topic(road, "news") == "What is new"


async def test_settings_that_leave_the_drift_mode_alone_have_nothing_looked_at(road: Road) -> None:
    await applied(road)
    asked = await looks(road)
    async with road.database.unit() as unit:
        changes = GuildOptionsChanges(approval_required=True, drift="report")
        await unit.guild_options.edit(road.owner, road.guild_id, changes)
    await wants(road, "off")
    assert await looks(road) == asked
    await wants(road, "alert")
    assert await looks(road) == asked + 1


async def looks(road: Road) -> int:
    async with road.database.read() as unit:
        page = await unit.jobs.list(road.owner, JobFilter(kind=SYNC.kind), Paging())
    return len(page.items)


async def test_what_was_changed_while_the_bot_was_away_is_known_once_it_is_back(
    discord: Discord, database_url: str, redis_url: str
) -> None:
    guild = await discord.make(GUILD)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, str(guild["id"]))
            road = Road(discord, guild, database, owner, bot)
            await once_webhooks_are_known(road)
            await applied(road, HOOKED)
            hooks = (await bot.gateway.read_details(road.guild_id, ["webhooks"])).webhooks
            assert hooks
        await edit(road, "PATCH", f"/channels/{await channel_id(road, 'news')}", {"topic": "Nothing"})
        await edit(road, "PATCH", f"/webhooks/{hooks[0].id}", {"name": "Mine"})
        async with bot_on(discord, database, redis_url):
            found = await once_there_are(road, 2)
    assert {(each.kind, each.field, each.found, each.user_name) for each in found} == {
        ("channel", "topic", "Nothing", "olga"),
        ("webhook", "name", "Mine", "olga"),
    }
