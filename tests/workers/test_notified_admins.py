"""Of what ended badly in a guild those of its administrators are told who want to be: by what they are there now."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.access.schemas import GrantedRole, Person
from core.actor import SYSTEM, Actor
from core.discord.permissions import Permission
from core.guilds.options import GuildOptionsChanges
from core.notifications.audience import MOST_ADMINS
from core.notifications.choices import NotificationChanges
from tests.builders.core import powers, snapshot, snowflake
from tests.workers.desk import Desk, desk_on

ADMIN, MODERATOR = int(Permission.ADMINISTRATOR), int(Permission.MANAGE_GUILD)
WANTS = NotificationChanges(guild_failures=True)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_on(database_url) as desk:
        yield desk


async def person(
    desk: Desk,
    bits: int = ADMIN,
    *,
    choices: NotificationChanges | None = WANTS,
    grant: GrantedRole | None = None,
    guild_id: str = "",
) -> str:
    """The Discord id of a member with an account."""
    user_id, guild_id = snowflake(), guild_id or desk.guild_id
    async with desk.database.unit() as unit:
        account_id = await unit.accounts.of_person(user_id, "somebody")
        member = Person(guild_id=guild_id, user_id=user_id, name="somebody", bits=bits)
        await unit.access.keep_people(guild_id, [member])
        if choices is not None:
            actor = Actor(
                kind="account", via="http", name="somebody", account_id=account_id, discord_user_id=user_id
            )
            await unit.notifications.edit(actor, choices)
        if grant is not None:
            await unit.grants.put(desk.actor, guild_id, account_id, grant)
    return user_id


async def fails(desk: Desk) -> None:
    await desk.ends("failed", actor=SYSTEM)


async def told(desk: Desk) -> set[Any]:
    """People and channels."""
    return {job.payload["user_id"] or f"channel {job.payload['channel_id']}" for job in await desk.carriers()}


async def test_every_administrator_who_wants_to_is_told_and_each_by_one_message(desk: Desk) -> None:
    admins = {await person(desk) for _ in range(3)}
    await fails(desk)
    assert await told(desk) == admins
    assert await desk.lines() == [1, 1, 1]


async def test_nobody_is_told_who_has_it_switched_off(desk: Desk) -> None:
    await person(desk, choices=NotificationChanges(job_results="all"))
    await person(desk, choices=None)
    await fails(desk)
    assert await told(desk) == set()


async def test_administrators_are_so_by_their_membership_and_by_what_was_granted(desk: Desk) -> None:
    granted = await person(desk, 0, grant="admin")
    await person(desk, grant="guest")
    await person(desk, grant="moderator")
    await person(desk, MODERATOR)
    await fails(desk)
    assert await told(desk) == {granted}


async def test_who_is_no_administrator_any_more_is_not_told_and_who_has_left_neither(desk: Desk) -> None:
    less, gone = await person(desk), await person(desk)
    await fails(desk)
    assert await told(desk) == {less, gone}
    member = Person(guild_id=desk.guild_id, user_id=less, name="somebody", bits=MODERATOR)
    async with desk.database.unit() as unit:
        await unit.access.keep_people(desk.guild_id, [member], gone={gone})
    before = await desk.lines()
    await fails(desk)
    assert await desk.lines() == before


async def test_what_fails_in_one_guild_is_told_no_administrator_of_another(desk: Desk) -> None:
    other = snapshot()
    async with desk.database.unit() as unit:
        await unit.guilds.store(other, powers(other), vouched=True)
    await person(desk, guild_id=other.guild_id)
    await person(desk, 0)
    await fails(desk)
    assert await told(desk) == set()


async def test_what_went_well_is_told_no_administrator_who_did_not_ask_for_it(desk: Desk) -> None:
    await person(desk)
    await desk.ends("succeeded", actor=SYSTEM)
    assert await told(desk) == set()


async def test_an_administrator_who_asked_for_it_is_told_once(desk: Desk) -> None:
    await desk.choose(guild_failures=True, job_results="all")
    member = Person(
        guild_id=desk.guild_id,
        user_id=desk.actor.discord_user_id or "",
        name="owner",
        bits=ADMIN,
        is_guild_owner=True,
    )
    async with desk.database.unit() as unit:
        await unit.access.keep_people(desk.guild_id, [member])
    await desk.ends("failed")
    assert await desk.lines() == [1]


async def test_of_very_many_administrators_the_owner_and_the_first_are_told_and_the_channel_for_the_rest(
    desk: Desk,
) -> None:
    admins = [await person(desk) for _ in range(MOST_ADMINS + 3)]
    await desk.choose(guild_failures=True)
    channel_id = snowflake()
    async with desk.database.unit() as unit:
        changes = GuildOptionsChanges(notify_channel_id=channel_id)
        await unit.guild_options.edit(desk.actor, desk.guild_id, changes)
    await fails(desk)
    owner = desk.actor.discord_user_id
    first = sorted(admins, key=int)[: MOST_ADMINS - 1]
    assert await told(desk) == {owner, *first, f"channel {channel_id}"}
