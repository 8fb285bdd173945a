"""What an earlier worker has announced, and did not live to write down, is announced once and kept once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from core.announcements.outcomes import step_of
from core.announcements.rendering import fields_of
from core.announcements.schemas import Announcement, AnnouncementChanges, MessageChanges
from core.discord.messages import MessageFields
from core.jobs.schemas import Claim, Job
from tests.bot.announcing import MESSAGE, MESSAGES, SPEC, ended, posts, shown, write
from tests.bot.conftest import Discord
from tests.bot.road import Road, bot_on, database_at, in_step, owner_of

LEASE = 1.0


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    guild = await discord.make(SPEC)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


async def written_by_one_who_died(
    road: Road,
    made: Announcement,
    *,
    sends: bool = False,
    sent: str | None = None,
    publishes: bool = False,
    then: str = "Another time",
) -> Job:
    """Claimed before anybody else could see it; `then` is what the announcement says by the time that they do. What it
    `sends` it may have sent, what is `sent` is recorded."""
    guild = await road.bot.gateway.read_guild(road.guild_id)
    async with road.database.unit() as unit:
        job = await unit.announcement_posts.request(road.owner, made.id)
        claim = await unit.ledger.claim("bot", "dead", LEASE)
        assert isinstance(claim, Claim)
        await unit.announcement_writings.write(job, guild, 2)
        if sends or sent is not None:
            await unit.ledger.intend(claim, LEASE, "send", "sending it", once=True)
        if sent is not None:
            await unit.ledger.record(claim, LEASE, "send", "done", outcome=sent)
        if publishes:
            await unit.ledger.intend(claim, LEASE, step_of("crosspost", job.id), "publishing it", once=True)
        changes = AnnouncementChanges(message=MessageChanges(content=then))
        await unit.announcements.edit(road.owner, made.id, changes)
    return job


async def test_what_was_sent_and_not_recorded_is_found_by_its_words_though_others_stand_there_now(
    road: Road,
) -> None:
    """Discord has forgotten the nonce, and the announcement says something else by now."""
    road.database.clock = lambda: datetime.now(UTC) + timedelta(hours=1)
    made = await write(road, content="${guild.name} opens")
    message_id = await road.bot.gateway.send_message(
        road.guild_id, made.channel_id, MessageFields(content="Harbour opens"), nonce="earlier"
    )
    job = await written_by_one_who_died(road, made, sends=True)
    done = await ended(road, job)
    assert (done.state, done.error) == ("succeeded", None)
    assert [each["id"] for each in await shown(road)] == [message_id]
    [kept] = await posts(road, made)
    assert (kept.id, kept.message_id, kept.revision) == (job.id, message_id, 1)


async def test_what_was_not_sent_yet_says_what_is_written_by_now(road: Road) -> None:
    made = await write(road)
    job = await written_by_one_who_died(road, made, then="Ahoy again")
    assert (await ended(road, job)).state == "succeeded"
    assert [each["content"] for each in await shown(road)] == ["Ahoy again"]


async def test_what_was_sent_is_only_published_by_the_next(road: Road) -> None:
    made = await write(road, where="news", crosspost=True)
    sent = await road.bot.gateway.send_message(
        road.guild_id, made.channel_id, fields_of(made.message), nonce="earlier"
    )
    job = await written_by_one_who_died(road, made, sent=sent)
    done = await ended(road, job)
    assert (done.state, done.error) == ("succeeded", None)
    assert road.discord.writes("POST", MESSAGES) == road.discord.writes("POST", MESSAGE + "/crosspost") == 1
    [kept] = await posts(road, made)
    assert kept.message_id == sent
    assert kept.crossposted_at is not None


async def test_what_was_published_and_not_recorded_is_not_published_again(road: Road) -> None:
    made = await write(road, where="news", crosspost=True)
    gateway = road.bot.gateway
    sent = await gateway.send_message(
        road.guild_id, made.channel_id, fields_of(made.message), nonce="earlier"
    )
    await gateway.crosspost_message(road.guild_id, made.channel_id, sent)
    job = await written_by_one_who_died(road, made, sent=sent, publishes=True)
    done = await ended(road, job)
    assert (done.state, done.error) == ("succeeded", None)
    assert road.discord.writes("POST", MESSAGE + "/crosspost") == 1
    [kept] = await posts(road, made)
    assert kept.crossposted_at is not None
