"""Announcements on the wire: what is posted says what it should, and what became of it is kept."""

from collections.abc import AsyncIterator

import pytest

from core.actor import SYSTEM
from core.discord.messages import AllowedMentions, Embed, LinkButton
from core.discord.permissions import Permission
from core.errors import Conflict
from core.jobs.schemas import EventPosition, GuildEvent
from tests.bot.announcing import (
    MESSAGE,
    MESSAGES,
    SPEC,
    ask_to_post,
    delete,
    edit,
    ended,
    post,
    posts,
    remove_by_hand,
    say,
    shown,
    write,
)
from tests.bot.conftest import Discord
from tests.bot.road import Road, bot_on, database_at, in_step, owner_of
from tests.builders.core import member


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    guild = await discord.make(SPEC)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


async def told(road: Road) -> list[str]:
    start = EventPosition(transaction=0, position=-1)
    async with road.database.read() as unit:
        found = (await unit.jobs.guild_events_after(SYSTEM, road.guild_id, start)).events
    types = [each.type for each in found if isinstance(each, GuildEvent)]
    return [each for each in types if each.startswith("announcement.")]


async def test_one_is_posted_published_edited_and_deleted(road: Road) -> None:
    said = {
        "embeds": (Embed(title="${guild.name}"),),
        "links": (LinkButton(label="Web", url="https://a.b/"),),
    }
    made = await write(
        road,
        where="news",
        content="${guild.name}: ${guild.members} in ${channel}",
        message=said,
        crosspost=True,
    )
    job = await post(road, made)
    assert (job.state, job.error) == ("succeeded", None)
    [message] = await shown(road, "news")
    assert message["content"] == f"Harbour: 3 in <#{made.channel_id}>"
    assert (message["embeds"][0]["title"], message["flags"] & 1) == ("Harbour", 1)
    assert message["components"][0]["components"][0]["url"] == "https://a.b/"
    [kept] = await posts(road, made)
    assert (kept.id, kept.message_id, kept.revision) == (job.id, message["id"], 1)
    assert job.result is not None
    assert (job.result["post_id"], job.result["crossposted"]) == (str(kept.id), True)
    assert kept.crossposted_at is not None

    await say(road, made, "Closed")
    assert (await edit(road, made, kept.id)).state == "succeeded"
    [message] = await shown(road, "news")
    assert message["content"] == "Closed"
    [kept] = await posts(road, made)
    assert kept.revision == 2
    assert kept.edited_at is not None

    assert (await delete(road, made, kept.id)).state == "succeeded"
    assert await shown(road, "news") == []
    [kept] = await posts(road, made)
    assert kept.deleted_at is not None
    with pytest.raises(Conflict, match="deleted"):
        await edit(road, made, kept.id)
    assert await told(road) == ["announcement.posted", "announcement.edited", "announcement.deleted"]


async def test_what_goes_into_its_last_message_sends_another_only_where_that_is_gone(road: Road) -> None:
    made = await write(road, repeats="edit_last")
    first = await post(road, made)
    await say(road, made, "Ahoy again")
    second = await post(road, made)
    assert (first.result or {})["message_id"] == (second.result or {})["message_id"]
    assert (second.result or {})["edited"] is True
    [message] = await shown(road)
    assert message["content"] == "Ahoy again"

    await remove_by_hand(road, message["id"])
    third = await post(road, made)
    assert third.state == "succeeded"
    newest, gone = await posts(road, made)
    assert (newest.id, newest.deleted_at, gone.id) == (third.id, None, first.id)
    assert gone.deleted_at is not None
    assert [each["content"] for each in await shown(road)] == ["Ahoy again"]
    assert road.discord.writes("POST", MESSAGES) == 2


async def test_editing_what_somebody_has_deleted_says_so_and_keeps_that(road: Road) -> None:
    made = await write(road)
    sent = await post(road, made)
    await remove_by_hand(road, (sent.result or {})["message_id"])
    job = await edit(road, made, sent.id)
    assert job.error is not None
    assert (job.state, job.error.code) == ("failed", "unknown_message")
    [kept] = await posts(road, made)
    assert kept.deleted_at is not None


async def test_nobody_announces_what_they_could_not_say_by_hand(road: Road) -> None:
    ken = member(road.guild_id, Permission.MANAGE_GUILD, discord_user_id=str(road.guild["members"]["ken"]))
    made = await write(
        road, content="@everyone", message={"allowed_mentions": AllowedMentions(parse=("everyone",))}
    )
    job = await post(road, made, actor=ken)
    assert job.error is not None
    assert (job.state, job.error.code) == ("failed", "asker_may_not")
    assert "mention_everyone" in job.error.message
    assert await shown(road) == []


async def test_what_cannot_be_published_is_not_sent(road: Road) -> None:
    job = await post(road, await write(road, where="log", crosspost=True))
    assert job.error is not None
    assert (job.state, job.error.code, await shown(road)) == ("failed", "wrong_channel_type", [])


async def test_what_is_deleted_before_it_is_published_is_done_in_part(road: Road) -> None:
    made = await write(road, where="news", crosspost=True)
    await road.discord.fault("held", method="GET", route=MESSAGE, count=1)
    asked = await ask_to_post(road, made)
    await road.discord.holds()
    [message] = await shown(road, "news")
    [kept] = await posts(road, made)
    assert (kept.message_id, kept.crossposted_at) == (message["id"], None)
    await remove_by_hand(road, message["id"], "news")
    await road.discord.lift()
    job = await ended(road, asked)
    assert job.error is not None
    assert (job.state, job.error.code) == ("partial", "unknown_message")
    assert (job.result or {})["crossposted"] is False
    [kept] = await posts(road, made)
    assert kept.deleted_at is not None
