"""A guild that is as its active version says, what its people do to it by hand, and what is noted of that."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from core.drift.jobs import DRIFT_REVERT
from core.drift.schemas import DriftFilter, DriftItem, DriftState
from core.guilds.options import DriftMode, GuildOptionsChanges
from core.jobs.schemas import Job, JobFilter
from core.paging import Paging
from core.templates.plan import PlanOptions
from core.templates.schemas import Template

from .conftest import Discord, seen
from .road import Road, bot_on, database_at, in_step, owner_of

DOCUMENT = """
guildwright: 1
roles:
  - {key: crew, name: Crew, permissions: [view_channel]}
channels:
  - {key: deck, type: category, name: Deck, channels: [{key: log, type: text, name: log, topic: What happened}]}
  - {key: news, type: text, name: news, topic: What is new, overwrites: []}
  - {key: alarm, type: text, name: alarm}
"""
GUILD: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "channels": [{"name": "lounge"}],
    "members": [{"username": "grace"}],
}


@asynccontextmanager
async def harbour(discord: Discord, database_url: str, redis_url: str) -> AsyncGenerator[Road]:
    guild = await discord.make(GUILD)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, str(guild["id"]))
            yield Road(discord, guild, database, owner, bot)


async def once_webhooks_are_known(road: Road) -> None:
    """The first snapshot has asked for them: a plan can speak of them."""

    async def webhooks() -> object:
        async with road.database.read() as unit:
            structure = await unit.guilds.structure_of(road.guild_id)
        return None if structure is None else structure.webhooks

    await seen(webhooks, lambda known: known is not None)


async def applied(road: Road, document: str = DOCUMENT) -> Template:
    """The document is what the guild looks like, and its active version."""
    template = await road.template("Harbour", document)
    async with road.database.unit() as unit:
        plan = await unit.plans.create(road.owner, road.guild_id, template.id, None, PlanOptions())
        job = await unit.plans.request_apply(road.owner, plan.id)
    assert (await ended(road, job)).state == "succeeded"
    return template


async def ended(road: Road, job: Job) -> Job:
    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job.id)

    return await seen(look, lambda found: found.is_settled)


async def items(road: Road, state: DriftState | None = "open") -> Sequence[DriftItem]:
    async with road.database.read() as unit:
        page = await unit.drift.list(road.owner, road.guild_id, DriftFilter(state=state), Paging())
    return page.items


async def once_there_are(road: Road, count: int, state: DriftState | None = "open") -> Sequence[DriftItem]:
    return await seen(lambda: items(road, state), lambda found: len(found) == count)


async def wants(road: Road, mode: DriftMode, channel: str | None = None) -> None:
    async with road.database.unit() as unit:
        changes = GuildOptionsChanges(drift=mode, drift_channel_id=channel)
        await unit.guild_options.edit(road.owner, road.guild_id, changes)


async def channel_id(road: Road, name: str) -> str:
    dump = await road.discord.dump(road.guild_id)
    return next(str(each["id"]) for each in dump["channels"] if each["name"] == name)


async def topic(road: Road, name: str) -> str | None:
    dump = await road.discord.dump(road.guild_id)
    return next(each["topic"] for each in dump["channels"] if each["name"] == name)


async def edit(road: Road, method: str, path: str, body: object = None) -> None:
    """By the guild's owner; nobody waits until the database has heard of it."""
    asked = {"guild_id": road.guild_id, "user": "olga", "method": method, "path": path, "body": body}
    async with road.discord.http.post(f"{road.discord.base}/_sim/edits", json=asked) as answer:
        assert answer.ok, await answer.text()
        told = await answer.json()
        assert told["status"] < 300, told


async def told(road: Road, channel: str) -> str:
    """The one message that is written there."""
    channel_id_ = await channel_id(road, channel)

    async def messages() -> list[dict[str, Any]]:
        return (await road.discord.dump(road.guild_id))["messages"].get(channel_id_, [])

    [message] = await seen(messages, bool)
    return message["content"]


async def reverts(road: Road) -> Sequence[Job]:
    async with road.database.read() as unit:
        found = await unit.jobs.list(road.owner, JobFilter(kind=DRIFT_REVERT.kind), Paging())
    return found.items
