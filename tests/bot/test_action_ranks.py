"""Every kind of action that has somebody, a role or an overwrite for its target, asked for by who stands above it and
by who stands below: what comes of it is written down here. On the wire."""

from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple, get_args

import pytest

from core.actions.payloads import (
    Action,
    ChannelOverwrite,
    ChannelUnlock,
    MemberBan,
    MemberKick,
    MemberNick,
    MemberTimeout,
    MemberUnban,
    RoleGrant,
    RoleRevoke,
)
from core.actions.scene import ASKER_MAY_NOT
from core.discord.permissions import ALL, Permission, names_of
from core.discord.types import Overwrite
from core.jobs.schemas import Job
from tests.bot.conftest import Discord
from tests.bot.road import Road, bot_on, database_at, in_step, owner_of
from tests.bot.test_actions import channel, done, person
from tests.builders.core import member

_MATES = [
    "MANAGE_GUILD",
    "MANAGE_ROLES",
    "MANAGE_CHANNELS",
    "MANAGE_NICKNAMES",
    "MODERATE_MEMBERS",
    "KICK_MEMBERS",
    "BAN_MEMBERS",
]
SPEC: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "bot_permissions": ["ADMINISTRATOR"],
    "roles": [
        {"name": "Crew", "key": "crew"},
        {"name": "Mates", "key": "mates", "permissions": _MATES},
        {"name": "Officers", "key": "officers"},
    ],
    "channels": [
        {"name": "log", "permission_overwrites": [{"role": "crew", "deny": ["CREATE_PRIVATE_THREADS"]}]}
    ],
    "members": [
        {"username": "ada", "roles": ["officers"]},
        {"username": "grace", "roles": ["mates"]},
        {"username": "hedy", "roles": ["mates"]},
        {"username": "linus", "roles": ["crew"]},
    ],
}
NONE, LACKED = Permission(0), Permission.CREATE_PRIVATE_THREADS
BELOW, BESIDE, ABOVE = "linus", "hedy", "ada"
"""Of grace, who asks, and has not what is `LACKED`. A member with the same highest role as hers is not below her."""


class Ranked(NamedTuple):
    """`good` is about what stands below the asker, each of `bad` about what does not."""

    good: Callable[[Road], Action]
    bad: tuple[Callable[[Road], Action], ...]


def on(kind: Callable[..., Action], **fields: Any) -> Ranked:
    """Each of them about one member."""

    def about(name: str) -> Callable[[Road], Action]:
        return lambda road: kind(member_ids=(person(road, name),), **fields)

    return Ranked(about(BELOW), (about(BESIDE), about(ABOVE)))


def giving(kind: Callable[..., Action]) -> Ranked:
    """About a role, whoever gets it."""

    def about(key: str) -> Callable[[Road], Action]:
        return lambda road: kind(role_id=road.guild["roles"][key], member_ids=(person(road, BELOW),))

    return Ranked(about("crew"), (about("mates"), about("officers")))


def restoring(*, allow: Permission = NONE, deny: Permission = NONE) -> Callable[[Road], Action]:
    return lambda road: ChannelUnlock(
        channel_id=channel(road, "log"),
        restore=Overwrite(id=road.guild_id, kind="role", allow=int(allow), deny=int(deny)),
    )


def writing(*, allow: Permission = NONE, deny: Permission = NONE) -> Callable[[Road], Action]:
    """Of the crew in #log, which is denied there what is `LACKED`."""
    return lambda road: ChannelOverwrite(
        channel_id=channel(road, "log"),
        target_kind="role",
        target_id=road.guild["roles"]["crew"],
        allow=names_of(allow),
        deny=names_of(deny),
    )


RANKED: dict[type, Ranked] = {
    RoleGrant: giving(RoleGrant),
    RoleRevoke: giving(RoleRevoke),
    MemberTimeout: on(MemberTimeout, seconds=60),
    MemberNick: on(MemberNick, nick="Bosun"),
    MemberKick: on(MemberKick),
    MemberBan: on(MemberBan),
    ChannelUnlock: Ranked(restoring(), (restoring(allow=LACKED), restoring(deny=LACKED))),
    ChannelOverwrite: Ranked(
        writing(allow=Permission.ADD_REACTIONS, deny=LACKED),
        (writing(allow=LACKED), writing(), writing(deny=LACKED | Permission.MANAGE_WEBHOOKS)),
    ),
}
WITHOUT = {MemberUnban: "Who is banned is no member, and stands nowhere."}


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    guild = await discord.make(SPEC)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


def codes_of(job: Job) -> set[str]:
    """Why it was not done, as a whole or to its members."""
    members = (job.result or {}).get("members") or ()
    return {each["code"] for each in members if each.get("code")} | ({job.error.code} if job.error else set())


def test_every_kind_with_a_target_that_has_a_rank_stands_in_the_table() -> None:
    """A member, a role, or the bits of an overwrite."""
    names = {"member_ids", "role_id", "target_id", "restore", "overwrite"}
    ranked = {kind for kind in get_args(Action) if names & set(kind.__struct_fields__)}
    assert ranked == set(RANKED) | set(WITHOUT)


async def test_it_is_done_below_the_asker_and_neither_beside_nor_above(road: Road) -> None:
    grace, wrong = member(road.guild_id, ALL, discord_user_id=person(road, "grace")), list[str]()
    for kind, ranked in RANKED.items():
        before = await road.discord.dump(road.guild_id)
        for bad in ranked.bad:
            job = await done(road, bad(road), actor=grace)
            if job.state != "failed" or ASKER_MAY_NOT not in codes_of(job):
                wrong.append(f"{kind.__name__}: {job.state} {job.error} {job.result}")
        after = await road.discord.dump(road.guild_id)
        assert (after["members"], after["roles"], after["channels"]) == (
            before["members"],
            before["roles"],
            before["channels"],
        ), kind
        job = await done(road, ranked.good(road), actor=grace)
        if job.state != "succeeded":
            wrong.append(f"{kind.__name__}, below: {job.state} {job.error} {job.result}")
    assert not wrong, "\n".join(wrong)
