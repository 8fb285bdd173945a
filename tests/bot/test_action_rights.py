"""A bot that has just what it needs, or less: nothing is sent that Discord would refuse. On the wire."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.actions.payloads import (
    Action,
    ChannelLock,
    ChannelUnfollow,
    ChannelUnlock,
    GuildLeave,
    MemberBan,
    MemberKick,
    MemberNick,
    MemberTimeout,
    MessageDelete,
    MessageEdit,
    MessageSend,
    RoleGrant,
    RoleRevoke,
)
from core.discord.messages import Embed
from core.discord.permissions import ALL
from core.discord.types import Overwrite
from core.jobs.schemas import Job
from tests.bot.conftest import Discord, seen, until
from tests.bot.road import Road, bot_on, database_at, in_step, owner_of
from tests.bot.test_actions import channel, done, person, succeeded
from tests.builders.core import member

SPEC: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "bot_permissions": ["MANAGE_CHANNELS"],
    "roles": [
        {"name": "Crew", "key": "crew"},
        {"name": "Mates", "key": "mates", "permissions": ["MANAGE_GUILD", "KICK_MEMBERS"]},
        {"name": "Officers", "key": "officers"},
    ],
    "channels": [
        {"name": "log"},
        {"name": "cabin", "type": "voice"},
        {"name": "chart", "permission_overwrites": [{"role": "@everyone", "allow": ["SEND_MESSAGES"]}]},
    ],
    "members": [
        {"username": "ada", "roles": ["officers"]},
        {"username": "grace", "roles": ["mates"]},
        {"username": "linus"},
    ],
}


@pytest.fixture
async def spec() -> dict[str, Any]:
    return SPEC


@pytest.fixture
async def road(
    discord: Discord, database_url: str, redis_url: str, spec: dict[str, Any]
) -> AsyncIterator[Road]:
    guild = await discord.make(spec)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


def refusals(road: Road) -> list[tuple[str, str, int | None]]:
    """But for those of the direct messages that tell owners of a guild before it is approved."""
    world = road.discord.simulator.world
    direct = tuple(f"/channels/{id_}/messages" for room in world.rooms.values() for id_ in room.channels)
    refused = [each for each in world.journal.requests if (each.status or 0) in (401, 403)]
    return [(each.method, each.path, each.status) for each in refused if not each.path.endswith(direct)]


async def test_a_bot_without_the_permissions_is_not_even_tried(road: Road) -> None:
    linus, crew = (person(road, "linus"),), road.guild["roles"]["crew"]
    written = await edited(road, "POST", f"/channels/{channel(road, 'log')}/messages", {"content": "mine"})
    message_id = written["id"]
    actions: tuple[Action, ...] = (
        RoleGrant(role_id=crew, member_ids=linus),
        RoleRevoke(role_id=crew, member_ids=linus),
        MemberTimeout(member_ids=linus, seconds=60),
        MemberKick(member_ids=linus),
        MemberBan(member_ids=linus),
        ChannelLock(channel_id=channel(road, "log")),
        MessageDelete(channel_id=channel(road, "log"), message_id=message_id),
    )
    for action in actions:
        job = await done(road, action)
        assert job.error is not None
        assert (job.state, job.error.code) == ("failed", "bot_may_not"), action
    job = await done(road, MemberNick(member_ids=linus, nick="Bosun"))
    assert job.result is not None
    assert [each["code"] for each in job.result["members"]] == ["bot_may_not"]
    await succeeded(road, MemberNick(member_ids=(str(road.bot.user.id),), nick="Pilot"))
    assert refusals(road) == []


@pytest.mark.parametrize(
    "spec",
    [SPEC | {"bot_permissions": ["MANAGE_ROLES", "CREATE_PRIVATE_THREADS", "SEND_MESSAGES_IN_THREADS"]}],
    ids=["manages roles"],
)
async def test_a_bot_that_may_lock_a_channel_may_unlock_it_though_it_cannot_write_there(road: Road) -> None:
    for name in ("log", "chart"):
        locked = await succeeded(road, ChannelLock(channel_id=channel(road, name)))
        assert (await done(road, MessageSend(channel_id=channel(road, name), content="x"))).state == "failed"
        before = Overwrite(**locked["before"])
        await succeeded(road, ChannelUnlock(channel_id=channel(road, name), restore=before))
        await succeeded(road, MessageSend(channel_id=channel(road, name), content="x"))
    job = await done(road, ChannelLock(channel_id=channel(road, "cabin")))
    assert job.error is not None
    assert (job.error.code, "locked out" in job.error.message) == ("bot_may_not", True)
    assert refusals(road) == []


@pytest.mark.parametrize("spec", [SPEC | {"bot_permissions": ["ADMINISTRATOR"]}], ids=["admin"])
async def test_what_could_not_be_done_to_one_is_tried_again_when_it_is_asked_again(road: Road) -> None:
    grace = member(road.guild_id, ALL, discord_user_id=person(road, "grace"))
    ada, linus = person(road, "ada"), person(road, "linus")
    job = await done(road, MemberKick(member_ids=(ada, linus)), actor=grace)
    assert job.state == "partial"
    await edited(road, "PATCH", f"/guilds/{road.guild_id}/members/{ada}", {"roles": []})
    guild = road.bot.get_guild(int(road.guild_id))
    assert guild is not None
    await until(lambda: (found := guild.get_member(int(ada))) is not None and len(found.roles) == 1)
    async with road.database.unit() as unit:
        await unit.jobs.retry(road.owner, job.id)
    assert (await settled(road, job)).state == "succeeded"
    assert road.discord.writes("DELETE", "/guilds/{guild_id}/members/{user_id}") == 2


@pytest.mark.parametrize("spec", [SPEC | {"bot_permissions": ["ADMINISTRATOR"]}], ids=["admin"])
async def test_an_edit_of_which_only_the_words_stand_is_made_again(road: Road) -> None:
    """The answer is lost before the effect: the words were the same before."""
    log = channel(road, "log")
    sent = await succeeded(road, MessageSend(channel_id=log, content="news"))
    await road.discord.fault("drop", method="PATCH", route="/channels/{channel_id}/messages/{message_id}")
    edit = MessageEdit(
        channel_id=log, message_id=sent["message_id"], content="news", embeds=(Embed(title="t"),)
    )
    await succeeded(road, edit)
    [message] = (await road.discord.dump(road.guild_id))["messages"][log]
    assert [embed["title"] for embed in message["embeds"]] == ["t"]


@pytest.mark.parametrize("spec", [SPEC | {"bot_permissions": ["ADMINISTRATOR"]}], ids=["admin"])
async def test_a_webhook_that_follows_nothing_is_not_unfollowed(road: Road) -> None:
    log = channel(road, "log")
    made = await edited(road, "POST", f"/channels/{log}/webhooks", {"name": "Weather"})
    job = await done(road, ChannelUnfollow(channel_id=log, webhook_id=made["id"]))
    assert job.error is not None
    assert (job.state, job.error.step) == ("failed", "unfollow")
    assert len((await road.discord.dump(road.guild_id))["webhooks"]) == 1


@pytest.mark.parametrize("spec", [SPEC | {"bot_permissions": ["ADMINISTRATOR"]}], ids=["admin"])
@pytest.mark.parametrize("arrived", [0, 1, 2])
async def test_of_two_that_say_the_same_each_is_sent_once_whichever_answers_were_lost(
    road: Road, arrived: int
) -> None:
    """Both answers are lost, and both are looked for an hour later: by then Discord knows no nonce any more."""
    log, now = channel(road, "log"), road.database.clock
    for number in range(2):
        kind = "lost_answer" if number < arrived else "drop"
        await road.discord.fault(kind, method="POST", route="/channels/{channel_id}/messages")
    jobs: list[Job] = []
    for _ in range(2):
        async with road.database.unit() as unit:
            jobs.append(
                await unit.actions.request(
                    road.owner, road.guild_id, MessageSend(channel_id=log, content="x")
                )
            )
        await waits(road, jobs[-1])
    road.discord.simulator.world.clock.offset = 3600.0
    road.database.clock = lambda: now() + timedelta(hours=1)
    ended = [await settled(road, job) for job in jobs]
    assert [job.state for job in ended] == ["succeeded", "succeeded"], [job.error for job in ended]
    told = [job.result["message_id"] for job in ended if job.result is not None]
    there = [each["id"] for each in (await road.discord.dump(road.guild_id))["messages"][log]]
    assert sorted(told) == sorted(there)
    assert len(set(there)) == 2


@pytest.mark.parametrize("spec", [SPEC | {"bot_permissions": ["ADMINISTRATOR"]}], ids=["admin"])
async def test_leaving_is_done_though_its_answer_is_lost_and_the_guild_known_as_left(road: Road) -> None:
    await road.discord.fault("lost_answer", method="DELETE", route="/users/@me/guilds/{guild_id}")
    await succeeded(road, GuildLeave())
    assert road.discord.writes("DELETE", "/users/@me/guilds/{guild_id}") == 1


async def edited(road: Road, method: str, path: str, body: object) -> dict[str, Any]:
    """By the guild's owner, by hand."""
    edit = {"guild_id": road.guild_id, "user": "olga", "method": method, "path": path, "body": body}
    async with road.discord.http.post(f"{road.discord.base}/_sim/edits", json=edit) as answer:
        answered = await answer.json()
    assert answered["status"] < 300, answered
    return answered["body"]


async def waits(road: Road, job: Job) -> None:
    """For its next attempt, which is brought about by the clock alone."""

    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job.id)

    assert (await seen(look, lambda job: job.state == "waiting")).waiting_for == "retry"
    async with road.database.engines.writing.begin() as connection:
        later = "UPDATE jobs SET resume_at = :at WHERE id = :id AND state = 'waiting'"
        at = road.database.clock() + timedelta(minutes=30)
        moved = await connection.execute(text(later), {"at": at, "id": job.id})
    assert moved.rowcount == 1


async def settled(road: Road, job: Job) -> Job:
    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job.id)

    return await seen(look, lambda job: job.is_settled)
