"""Every kind of action, asked for in core, done by the worker in the bot on the wire, judged by the simulator."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from core.actions.payloads import (
    Action,
    ChannelFollow,
    ChannelLock,
    ChannelUnfollow,
    ChannelUnlock,
    GuildLeave,
    MemberBan,
    MemberKick,
    MemberNick,
    MemberTimeout,
    MemberUnban,
    MessageCrosspost,
    MessageDelete,
    MessageEdit,
    MessagePurge,
    MessageSend,
    RoleGrant,
    RoleRevoke,
)
from core.actor import Actor
from core.discord.messages import AllowedMentions, Embed, EmbedField, LinkButton
from core.discord.permissions import ALL
from core.discord.types import Overwrite
from core.jobs.schemas import Job
from tests.bot.conftest import Discord, seen
from tests.bot.road import Road, bot_on, database_at, in_step, owner_of
from tests.builders.core import member

MESSAGES = "/channels/{channel_id}/messages"
_MATES = ["MANAGE_GUILD", "MANAGE_ROLES", "KICK_MEMBERS", "SEND_MESSAGES"]
SPEC: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "features": ["COMMUNITY"],
    "verification_level": 1,
    "explicit_content_filter": 2,
    "rules_channel": "log",
    "public_updates_channel": "log",
    "roles": [
        {"name": "Crew", "key": "crew"},
        {"name": "Mates", "key": "mates", "permissions": _MATES},
        {"name": "Officers", "key": "officers"},
    ],
    "emojis": [{"name": "anchor"}],
    "channels": [
        {"name": "log"},
        {"name": "news", "type": "announcement"},
        {"name": "far"},
        {"name": "cabin", "permission_overwrites": [{"role": "@everyone", "deny": ["SEND_MESSAGES"]}]},
    ],
    "members": [
        {"username": "ada", "roles": ["officers"]},
        {"username": "grace", "roles": ["mates"]},
        {"username": "linus"},
        {"username": "ken"},
    ],
}


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    guild = await discord.make(SPEC)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


async def done(road: Road, action: Action, *, actor: Actor | None = None) -> Job:
    """The settled job."""
    async with road.database.unit() as unit:
        job = await unit.actions.request(actor or road.owner, road.guild_id, action)

    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job.id)

    return await seen(look, lambda job: job.is_settled)


async def look_at(road: Road, job: Job) -> Job:
    async with road.database.read() as unit:
        return await unit.jobs.get(road.owner, job.id)


async def requests(road: Road) -> list[dict[str, Any]]:
    async with road.discord.http.get(f"{road.discord.base}/_sim/requests") as answer:
        return (await answer.json())["items"]


async def succeeded(road: Road, action: Action, **options: Any) -> dict[str, Any]:
    job = await done(road, action, **options)
    assert job.state == "succeeded", job.error
    assert job.result is not None
    return job.result


def channel(road: Road, name: str) -> str:
    return str(road.guild["channels"][name])


def person(road: Road, name: str) -> str:
    return str(road.guild["members"][name])


async def people(road: Road) -> dict[str, Any]:
    return {each["user"]["username"]: each for each in (await road.discord.dump(road.guild_id))["members"]}


async def test_a_message_is_sent_edited_and_deleted(road: Road) -> None:
    log = channel(road, "log")
    embed = Embed(title="Noon", fields=(EmbedField(name="n", value="v"),), image="https://example.org/i.png")
    sent = await succeeded(road, MessageSend(channel_id=log, content="hello <@1>", embeds=(embed,)))
    assert sent["jump_url"].endswith(f"/{road.guild_id}/{log}/{sent['message_id']}")
    [message] = (await road.discord.dump(road.guild_id))["messages"][log]
    assert (message["id"], message["content"], message["embeds"][0]["title"]) == (
        sent["message_id"],
        "hello <@1>",
        "Noon",
    )
    await succeeded(road, MessageEdit(channel_id=log, message_id=sent["message_id"], content="bye"))
    [message] = (await road.discord.dump(road.guild_id))["messages"][log]
    assert (message["content"], len(message["embeds"])) == ("bye", 1)
    await succeeded(road, MessageDelete(channel_id=log, message_id=sent["message_id"]))
    await succeeded(road, MessageDelete(channel_id=log, message_id=sent["message_id"]))
    assert log not in (await road.discord.dump(road.guild_id))["messages"]


async def test_a_message_has_links_until_an_edit_says_otherwise(road: Road) -> None:
    log, anchor = channel(road, "log"), road.guild["emojis"]["anchor"]
    web = LinkButton(label="Web", url="https://example.org")
    links = (replace(web, emoji="⚓"), replace(web, emoji=f"<:anchor:{anchor}>"), *[web] * 23)
    sent = await succeeded(road, MessageSend(channel_id=log, content="see", links=links))
    edit = partial(MessageEdit, channel_id=log, message_id=sent["message_id"])

    async def rows() -> list[list[dict[str, Any]]]:
        [message] = (await road.discord.dump(road.guild_id))["messages"][log]
        return [row["components"] for row in message["components"]]

    found = await rows()
    assert [len(row) for row in found] == [5] * 5
    assert [each["emoji"] for each in found[0][:2]] == [{"name": "⚓"}, {"name": "anchor", "id": anchor}]
    assert {(each["style"], each["label"], each["url"]) for row in found for each in row} == {
        (5, "Web", "https://example.org")
    }
    await succeeded(road, edit(content="look"))
    assert await rows() == found
    await succeeded(road, edit(links=(replace(web, label="Home"),)))
    assert [[each["label"] for each in row] for row in await rows()] == [["Home"]]
    await succeeded(road, edit(links=()))
    assert await rows() == []


async def test_a_message_pings_nobody_unless_it_says_so(road: Road) -> None:
    log, ada, crew = channel(road, "log"), person(road, "ada"), road.guild["roles"]["crew"]
    text = f"<@{ada}> <@&{crew}> @everyone"
    await succeeded(road, MessageSend(channel_id=log, content=text))
    await succeeded(
        road, MessageSend(channel_id=log, content=text, allowed_mentions=AllowedMentions(users=(ada,)))
    )
    first, second = (await road.discord.dump(road.guild_id))["messages"][log]
    assert (first["mentions"], first["mention_roles"], first["mention_everyone"]) == ([], [], False)
    assert [each["id"] for each in second["mentions"]] == [ada]


async def test_an_announcement_is_published_once(road: Road) -> None:
    news = channel(road, "news")
    sent = await succeeded(road, MessageSend(channel_id=news, content="land"))
    publish = MessageCrosspost(channel_id=news, message_id=sent["message_id"])
    await succeeded(road, publish)
    await succeeded(road, publish)
    assert road.discord.writes("POST", MESSAGES + "/{message_id}/crosspost") == 1


async def test_a_purge_takes_the_newest_and_nothing_written_since(road: Road) -> None:
    log = channel(road, "log")
    for number in range(4):
        await succeeded(road, MessageSend(channel_id=log, content=str(number)))
    result = await succeeded(road, MessagePurge(channel_id=log, limit=3))
    assert (result["deleted"], result["too_old"]) == (3, 0)
    [left] = (await road.discord.dump(road.guild_id))["messages"][log]
    assert left["content"] == "0"


async def test_a_role_is_given_and_taken_member_by_member(road: Road) -> None:
    crew = road.guild["roles"]["crew"]
    both = (person(road, "linus"), person(road, "ken"))
    given = await succeeded(road, RoleGrant(role_id=crew, member_ids=both))
    assert [each["state"] for each in given["members"]] == ["done", "done"]
    assert crew in (await people(road))["linus"]["roles"]
    job = await done(road, RoleRevoke(role_id=crew, member_ids=(*both, "42")))
    assert job.error is not None
    assert job.result is not None
    assert (job.state, job.error.code) == ("partial", "partial")
    assert [(each["state"], each["code"]) for each in job.result["members"]] == [
        ("done", None),
        ("done", None),
        ("failed", "unknown_member"),
    ]
    assert crew not in (await people(road))["ken"]["roles"]


async def test_asking_again_for_what_was_done_in_part_does_only_what_failed(road: Road) -> None:
    sim, guild = f"{road.discord.base}/_sim", road.guild_id
    async with road.discord.http.post(f"{sim}/users", json={"username": "late"}) as answer:
        late = (await answer.json())["id"]
    linus, crew = person(road, "linus"), road.guild["roles"]["crew"]
    job = await done(road, RoleGrant(role_id=crew, member_ids=(late, linus)))
    assert (job.state, job.progress.done) == ("partial", 1)
    async with road.discord.http.post(f"{sim}/guilds/{guild}/members", json={"user": "late"}) as answer:
        assert answer.status == 201
    before = len(await requests(road))
    async with road.database.unit() as unit:
        await unit.actions.request_again(road.owner, job.id)
    again = await seen(lambda: look_at(road, job), lambda job: job.is_settled)
    assert (again.state, again.error, again.progress.done) == ("succeeded", None, 2)
    sent = [each["path"] for each in (await requests(road))[before:] if each["method"] == "PUT"]
    assert [path.rpartition("/members/")[2] for path in sent] == [f"{late}/roles/{crew}"]
    assert {name for name, each in (await people(road)).items() if crew in each["roles"]} == {"late", "linus"}


async def test_members_are_renamed_timed_out_released_kicked_banned_and_let_back(road: Road) -> None:
    linus, ken = person(road, "linus"), person(road, "ken")
    await succeeded(road, MemberNick(member_ids=(linus,), nick="Bosun"))
    assert (await people(road))["linus"]["nick"] == "Bosun"
    await succeeded(road, MemberTimeout(member_ids=(linus,), seconds=600))
    assert (await people(road))["linus"]["communication_disabled_until"] is not None
    await succeeded(road, MemberTimeout(member_ids=(linus,), seconds=None))
    assert (await people(road))["linus"]["communication_disabled_until"] is None
    await succeeded(road, MemberKick(member_ids=(linus,)))
    assert "linus" not in await people(road)
    await succeeded(road, MemberBan(member_ids=(ken, linus), delete_message_seconds=60))
    banned = {each["user"]["id"] for each in (await road.discord.dump(road.guild_id))["bans"]}
    assert banned == {ken, linus}
    await succeeded(road, MemberUnban(member_ids=(ken, linus)))
    assert (await road.discord.dump(road.guild_id))["bans"] == []


async def test_a_channel_is_followed_and_left_alone_again(road: Road) -> None:
    far, news = channel(road, "far"), channel(road, "news")
    followed = await succeeded(road, ChannelFollow(channel_id=far, source_channel_id=news))
    [webhook] = (await road.discord.dump(road.guild_id))["webhooks"]
    assert (webhook["id"], webhook["channel_id"]) == (followed["webhook_id"], far)
    await succeeded(road, ChannelUnfollow(channel_id=far, webhook_id=followed["webhook_id"]))
    assert (await road.discord.dump(road.guild_id))["webhooks"] == []


async def test_a_locked_channel_is_as_it_was_once_it_is_unlocked(road: Road) -> None:
    async def everyone(name: str) -> list[tuple[str, str]]:
        dump = await road.discord.dump(road.guild_id)
        found = next(each for each in dump["channels"] if each["name"] == name)
        return [(each["allow"], each["deny"]) for each in found["permission_overwrites"]]

    for name in ("log", "cabin"):
        before = await everyone(name)
        locked = await succeeded(road, ChannelLock(channel_id=channel(road, name)))
        assert int((await everyone(name))[0][1]) & (1 << 11)
        kept = Overwrite(**locked["before"])
        await succeeded(road, ChannelUnlock(channel_id=channel(road, name), restore=kept))
        assert await everyone(name) == before


async def test_a_guild_that_was_left_takes_no_more_work(road: Road) -> None:
    await succeeded(road, GuildLeave())

    async def state() -> str:
        async with road.database.read() as unit:
            return (await unit.guilds.get(road.owner, road.guild_id)).state

    await seen(state, lambda now: now == "left")


async def test_nobody_has_the_bot_do_what_they_could_not_do_themselves(road: Road) -> None:
    """Grace may manage roles and kick, but stands below the officers; she has no rights over messages."""
    grace = member(road.guild_id, ALL, discord_user_id=person(road, "grace"))
    crew, officers = road.guild["roles"]["crew"], road.guild["roles"]["officers"]
    ken, ada = person(road, "ken"), person(road, "ada")
    await succeeded(road, RoleGrant(role_id=crew, member_ids=(ken,)), actor=grace)
    before = len(road.discord.simulator.world.journal.requests)
    for action in (
        RoleGrant(role_id=officers, member_ids=(ken,)),
        MessagePurge(channel_id=channel(road, "log")),
        ChannelLock(channel_id=channel(road, "log")),
        MessageSend(
            channel_id=channel(road, "log"),
            content="@everyone",
            allowed_mentions=AllowedMentions(parse=("everyone",)),
        ),
    ):
        job = await done(road, action, actor=grace)
        assert job.error is not None
        assert (job.state, job.error.code) == ("failed", "asker_may_not")
    job = await done(road, MemberKick(member_ids=(ada, ken)), actor=grace)
    assert job.result is not None
    assert [(each["state"], each["code"]) for each in job.result["members"]] == [
        ("failed", "asker_may_not"),
        ("done", None),
    ]
    asked = road.discord.simulator.world.journal.requests[before:]
    assert [each.method for each in asked if each.method != "GET"] == ["DELETE"], "nothing was probed"


async def test_an_answer_lost_after_the_effect_is_not_repeated(road: Road) -> None:
    log, linus = channel(road, "log"), person(road, "linus")
    for route, method in ((MESSAGES, "POST"), ("/guilds/{guild_id}/members/{user_id}", "DELETE")):
        await road.discord.fault("lost_answer", method=method, route=route)
    await succeeded(road, MessageSend(channel_id=log, content="once"))
    await succeeded(road, MemberKick(member_ids=(linus,)))
    assert len((await road.discord.dump(road.guild_id))["messages"][log]) == 1
    assert road.discord.writes("POST", MESSAGES) == 1
    assert road.discord.writes("DELETE", "/guilds/{guild_id}/members/{user_id}") == 1


async def test_who_asked_and_for_which_job_stands_in_discords_audit_log(road: Road) -> None:
    job = await done(road, MemberKick(member_ids=(person(road, "ken"),)))
    effect = next(
        each for each in reversed(road.discord.simulator.world.journal.effects) if each.method == "DELETE"
    )
    assert effect.reason is not None
    assert str(job.id) in effect.reason
    assert job.actor.name in effect.reason
