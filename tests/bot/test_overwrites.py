"""One overwrite of a channel, written as an action: on the wire, judged by the simulator."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.actions.payloads import ChannelOverwrite
from core.actions.scene import ASKER_MAY_NOT, BOT_MAY_NOT
from core.discord.permissions import ALL, bits_of
from core.jobs.schemas import Job
from tests.bot.conftest import Discord, until
from tests.bot.road import Road, bot_on, database_at, in_step, owner_of
from tests.bot.test_action_rights import edited, refusals
from tests.bot.test_actions import channel, done, person, succeeded
from tests.builders.core import member

OVERWRITE = "/channels/{channel_id}/permissions/{overwrite_id}"
_MATES = ["MANAGE_GUILD", "MANAGE_ROLES", "VIEW_CHANNEL", "SEND_MESSAGES"]
SPEC: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "bot_permissions": ["ADMINISTRATOR"],
    "roles": [{"name": "Crew", "key": "crew"}, {"name": "Mates", "key": "mates", "permissions": _MATES}],
    "channels": [
        {"name": "deck", "type": "category"},
        {"name": "log", "parent": "deck"},
        {"name": "cabin", "type": "voice"},
        {
            "name": "chart",
            "permission_overwrites": [
                {"role": "crew", "allow": ["ADD_REACTIONS"], "deny": ["SEND_MESSAGES", "MANAGE_MESSAGES"]},
                {"role": "@everyone", "deny": ["CREATE_PUBLIC_THREADS"]},
            ],
        },
    ],
    "members": [{"username": "grace", "roles": ["mates"]}, {"username": "linus"}],
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


def of_crew(
    road: Road, name: str, *, allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()
) -> ChannelOverwrite:
    crew = str(road.guild["roles"]["crew"])
    return ChannelOverwrite(
        channel_id=channel(road, name), target_kind="role", target_id=crew, allow=allow, deny=deny
    )


async def overwrites(road: Road, name: str) -> dict[str, tuple[str, int, int]]:
    dump = await road.discord.dump(road.guild_id)
    found = next(each for each in dump["channels"] if each["id"] == channel(road, name))
    return {
        each["id"]: (str(each["type"]), int(each["allow"]), int(each["deny"]))
        for each in found["permission_overwrites"]
    }


def code(job: Job) -> tuple[str, str | None]:
    return job.state, None if job.error is None else job.error.code


async def test_one_is_written_whole_and_the_others_stay(road: Road) -> None:
    crew = str(road.guild["roles"]["crew"])
    before = await overwrites(road, "chart")
    result = await succeeded(road, of_crew(road, "chart", allow=("send_messages",), deny=("add_reactions",)))
    assert result["before"] == {"allow": ["add_reactions"], "deny": ["send_messages", "manage_messages"]}
    assert result["after"] == {"allow": ["send_messages"], "deny": ["add_reactions"]}
    assert (result["target_kind"], result["target_id"], result["undo_id"]) == ("role", crew, None)
    now = await overwrites(road, "chart")
    assert now == before | {crew: ("0", bits_of(("send_messages",)), bits_of(("add_reactions",)))}
    await succeeded(road, of_crew(road, "chart"))
    assert await overwrites(road, "chart") == {road.guild_id: before[road.guild_id]}


async def test_a_member_can_be_let_in_and_what_is_said_of_one_who_left_can_only_be_removed(
    road: Road,
) -> None:
    linus = person(road, "linus")
    let_in = ChannelOverwrite(
        channel_id=channel(road, "cabin"), target_kind="member", target_id=linus, allow=("connect",)
    )
    await succeeded(road, let_in)
    assert await overwrites(road, "cabin") == {linus: ("1", bits_of(("connect",)), 0)}
    stranger = ChannelOverwrite(
        channel_id=channel(road, "cabin"), target_kind="member", target_id="4711", allow=("connect",)
    )
    assert code(await done(road, stranger)) == ("failed", "unknown_member")
    await edited(road, "DELETE", f"/guilds/{road.guild_id}/members/{linus}", None)
    gone = ChannelOverwrite(channel_id=channel(road, "cabin"), target_kind="member", target_id=linus)
    await succeeded(road, gone)
    assert await overwrites(road, "cabin") == {}


async def test_what_a_category_says_its_synced_channels_say(road: Road) -> None:
    await succeeded(road, of_crew(road, "deck", deny=("send_messages", "connect")))
    assert await overwrites(road, "log") == await overwrites(road, "deck") != {}


@pytest.mark.parametrize("fault", ["lost_answer", "drop"])
async def test_what_stood_before_is_told_right_though_the_answer_is_lost(road: Road, fault: str) -> None:
    await road.discord.fault(fault, method="PUT", route=OVERWRITE)
    result = await succeeded(road, of_crew(road, "chart", allow=("send_messages",)))
    assert result["before"] == {"allow": ["add_reactions"], "deny": ["send_messages", "manage_messages"]}
    written = bits_of(("send_messages",))
    assert (await overwrites(road, "chart"))[str(road.guild["roles"]["crew"])] == ("0", written, 0)


async def test_an_asker_writes_only_what_they_have(road: Road) -> None:
    grace = member(road.guild_id, ALL, discord_user_id=person(road, "grace"))
    for allow, deny, lacks in (
        (("add_reactions",), ("send_messages", "manage_messages"), None),
        (("add_reactions",), ("send_messages",), "manage_messages"),
        (("add_reactions", "mention_everyone"), ("send_messages", "manage_messages"), "mention_everyone"),
        (("add_reactions",), ("send_messages", "manage_messages", "mention_everyone"), "mention_everyone"),
        (("add_reactions", "manage_roles"), ("send_messages", "manage_messages"), "manage_roles"),
        (("send_messages",), ("manage_messages",), None),
    ):
        job = await done(road, of_crew(road, "chart", allow=allow, deny=deny), actor=grace)
        assert code(job) == (("succeeded", None) if lacks is None else ("failed", ASKER_MAY_NOT)), (
            allow,
            deny,
        )
        assert lacks is None or (job.error is not None and lacks in job.error.message)


@pytest.mark.parametrize(
    "spec", [SPEC | {"bot_permissions": ["MANAGE_ROLES", "CONNECT", "STREAM"]}], ids=["manages roles"]
)
async def test_a_bot_writes_only_what_it_has_and_does_not_lock_itself_out(road: Road) -> None:
    for action, refused in (
        (of_crew(road, "log", allow=("mention_everyone",)), "mention_everyone"),
        (of_crew(road, "log", allow=("manage_roles",)), "manage_roles"),
        (of_crew(road, "chart", allow=("add_reactions",)), None),
    ):
        job = await done(road, action)
        assert code(job) == (("succeeded", None) if refused is None else ("failed", BOT_MAY_NOT))
        assert refused is None or (job.error is not None and refused in job.error.message)
    everyone = ChannelOverwrite(
        channel_id=channel(road, "log"), target_kind="role", target_id=road.guild_id, deny=("view_channel",)
    )
    job = await done(road, everyone)
    assert job.error is not None
    assert (job.error.code, "locked out" in job.error.message) == (BOT_MAY_NOT, True)
    assert refusals(road) == []


async def test_what_says_nothing_in_such_a_channel_is_refused_also_where_nobody_knew_the_channel(
    road: Road,
) -> None:
    """Made a moment ago: whoever asks is not told that there is no such channel."""
    crew = str(road.guild["roles"]["crew"])
    made = await edited(road, "POST", f"/guilds/{road.guild_id}/channels", {"name": "new"})
    known = road.bot.get_guild(int(road.guild_id))
    assert known is not None
    await until(lambda: known.get_channel(int(made["id"])) is not None)
    for allow, expected in (
        (("connect",), ("failed", "meaningless")),
        (("send_messages",), ("succeeded", None)),
    ):
        action = ChannelOverwrite(channel_id=made["id"], target_kind="role", target_id=crew, allow=allow)
        assert code(await done(road, action)) == expected
