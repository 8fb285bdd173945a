"""What a whole apply asks of Discord, by the simulator's log of requests."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from core.discord.images import Image, hash_of
from core.discord.resources import DETAILS, AutoModRule
from core.jobs.schemas import Job
from core.templates.plan import PlanOptions
from tests.simulator.pictures import png

from .conftest import Discord, seen
from .road import Road, bot_on, database_at, in_step, owner_of

MOST_READS = 6
PICTURE = Image(hash=hash_of(png(7)), media_type="image/png", content=png(7))
EVERYTHING = f"""
guildwright: 1
roles: [{{key: crew, name: Crew}}]
channels:
  - {{key: rules, type: text, name: rules}}
  - {{key: log, type: text, name: log}}
  - {{key: news, type: text, name: news, topic: What is new}}
emojis: [{{key: wave, name: wave, image: "{PICTURE.hash}"}}]
stickers: [{{key: nod, name: Nod, tags: wave, image: "{PICTURE.hash}"}}]
webhooks: [{{key: hook, name: Deploys, channel: log}}, {{key: builds, name: Builds, channel: news}}]
automod:
  - key: rum
    name: No rum
    trigger: {{type: keyword, keywords: [rum]}}
    actions: [{{type: block_message}}]
    enabled: true
events:
  - key: regatta
    type: external
    name: Regatta
    location: Quay 3
    starts_at: 2099-01-01T10:00:00Z
    ends_at: 2099-01-01T12:00:00Z
onboarding:
  enabled: false
  default_channels: [log]
  prompts: [{{title: Why are you here?, options: [{{title: To sail, roles: [crew]}}]}}]
welcome_screen: {{enabled: true, channels: [{{channel: rules, description: Read this}}]}}
"""
NOTHING_BESIDE = """
guildwright: 1
channels:
  - {key: news, type: text, name: news, topic: What is new}
"""
GUILD: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "features": ["COMMUNITY"],
    "verification_level": 1,
    "explicit_content_filter": 2,
    "rules_channel": "rules",
    "public_updates_channel": "log",
    "channels": [{"name": "rules"}, {"name": "log"}],
    "members": [{"username": "grace"}],
}


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    """The first snapshot is done."""
    guild = await discord.make(GUILD)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with database.unit() as unit:
            await unit.images.put(owner, PICTURE.content)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, str(guild["id"]))
            road = Road(discord, guild, database, owner, bot)
            await seen(road.is_captured, bool)
            yield road


async def applied(road: Road, document: str) -> Job:
    template = await road.template("Harbour", document)
    async with road.database.unit() as unit:
        plan = await unit.plans.create(road.owner, road.guild_id, template.id, None, PlanOptions())
        assert plan.plan.blockers == ()
        job = await unit.plans.request_apply(road.owner, plan.id)

    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job.id)

    ended = await seen(look, lambda found: found.is_settled)
    assert ended.state == "succeeded", ended.error
    assert ended.result is not None
    assert ended.result["is_equal"]
    return ended


def reads(road: Road) -> Sequence[str]:
    """Pictures are not of Discord's API."""
    log = road.discord.simulator.world.journal.requests
    return [request.route for request in log if request.method == "GET" and "cdn" not in request.path]


async def until_quiet(road: Road) -> None:
    """Everything that events have begun is over as well."""
    while (
        tasks := {*road.bot._details._tasks.values(), *road.bot._changes._tasks.values()}
    ) or road.bot._telling:
        await asyncio.gather(*tasks, *(road.bot._telling - {asyncio.current_task()}))


async def test_what_a_person_does_to_rules_is_known_without_asking(road: Road) -> None:
    await applied(road, EVERYTHING)
    await until_quiet(road)
    before = len(reads(road))
    rules = f"/guilds/{road.guild_id}/auto-moderation/rules"
    [rule] = await stored_rules(road)
    await road.by_hand("PATCH", f"{rules}/{rule.id}", {"name": "No gin"})
    spam = {
        "name": "Spam",
        "event_type": 1,
        "trigger_type": 3,
        "actions": [{"type": 1}],
    }
    await road.by_hand("POST", rules, spam)
    assert [each.name for each in await stored_rules(road)] == ["No gin", "Spam"]
    await road.by_hand("DELETE", f"{rules}/{rule.id}")
    assert [each.name for each in await stored_rules(road)] == ["Spam"]
    assert {route for route in reads(road)[before:] if not route.endswith("/audit-logs")} == set()


async def test_a_webhook_that_a_person_makes_is_asked_for(road: Road) -> None:
    await applied(road, NOTHING_BESIDE)
    await until_quiet(road)
    log = road.guild["channels"]["log"]
    await road.by_hand("POST", f"/channels/{log}/webhooks", {"name": "By hand"})
    async with road.database.read() as unit:
        stored = await unit.guilds.structure_of(road.guild_id)
    assert stored is not None
    assert [webhook.name for webhook in stored.webhooks or ()] == ["By hand"]


async def stored_rules(road: Road) -> Sequence[AutoModRule]:
    async with road.database.read() as unit:
        stored = await unit.guilds.structure_of(road.guild_id)
    assert stored is not None
    return stored.automod_rules or ()


@pytest.mark.parametrize("document", [EVERYTHING, NOTHING_BESIDE], ids=["everything", "nothing beside"])
async def test_an_apply_reads_each_thing_once_from_the_claim_to_the_last_word(
    road: Road, document: str
) -> None:
    before = len(reads(road))
    await applied(road, document)
    await until_quiet(road)
    asked = reads(road)[before:]
    assert len(asked) <= MOST_READS, asked
    assert len(set(asked)) == len(DETAILS), "it is kept before anything is done"
