"""What is kept of people, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import event, text

from core.access.schemas import MemberAccess, Person
from core.accounts.schemas import DiscordLogin, LoginGuild, Visit
from core.actor import Actor
from core.composition.people import People
from core.db import Engines
from core.discord.permissions import ALL, Permission
from core.discord.types import Snapshot
from core.guilds.mapping import AccessChanges
from core.guilds.options import GuildOptionsChanges
from core.rights import Role
from core.uow import Database
from tests.builders.core import member, owner, powers, snapshot, snowflake
from tests.fixtures.keys import keyring
from tests.fixtures.patience import PATIENCE


def person(guild: Snapshot, bits: int = 0, **fields: Any) -> Person:
    told = {"guild_id": guild.guild_id, "user_id": snowflake(), "name": "ada", "bits": int(bits)}
    return msgspec.convert(told | fields, Person)


async def a_guild(database: Database, **fields: Any) -> Snapshot:
    guild = snapshot(**fields)
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
    return guild


async def logged_in(database: Database, user_id: str, *guilds: LoginGuild) -> Actor:
    """As over HTTP."""
    database.people = People(keyring=keyring())
    login = DiscordLogin(
        user_id=user_id, name="ada", access_token="a", expires_in=600, scopes="identify guilds", guilds=guilds
    )
    async with database.unit() as unit:
        made = await unit.sessions.log_in(login, Visit())
        await unit.access.note_login(made.account_id, user_id, login.name, guilds)
    async with database.read() as unit:
        return await unit.sessions.authenticate(made.secret)


async def resolved(database: Database, actor: Actor) -> Actor:
    async with database.read() as unit:
        return await unit.access.resolve(actor)


async def kept(database: Database, guild: Snapshot) -> set[str]:
    async with database.engines.session(read_only=True) as session:
        rows = await session.scalars(
            text("SELECT user_id FROM memberships WHERE guild_id = :id"), {"id": int(guild.guild_id)}
        )
        return {str(row) for row in rows}


async def test_of_all_members_those_are_kept_for_whom_it_means_something(database: Database) -> None:
    guild = await a_guild(database)
    nobody, moderator = person(guild), person(guild, Permission.MANAGE_MESSAGES)
    guilds_owner, mapped = person(guild, is_guild_owner=True), person(guild, role_ids=(guild.roles[1].id,))
    known = person(guild)
    await logged_in(database, known.user_id)
    changes = GuildOptionsChanges(access=AccessChanges(roles={guild.roles[1].id: "moderator"}))
    async with database.unit() as unit:
        await unit.guild_options.edit(owner(), guild.guild_id, changes)
    everybody = [nobody, moderator, guilds_owner, mapped, known]
    async with database.unit() as unit:
        await unit.access.keep_guild(guild.guild_id, everybody)
    assert await kept(database, guild) == {each.user_id for each in everybody[1:]}
    async with database.unit() as unit:
        await unit.access.keep_guild(guild.guild_id, [moderator], complete=False)
    assert await kept(database, guild) == {each.user_id for each in everybody[1:]}
    async with database.unit() as unit:
        await unit.access.keep_guild(guild.guild_id, [moderator, replace(mapped, role_ids=())])
    assert await kept(database, guild) == {moderator.user_id}


async def test_who_leaves_and_who_becomes_nobody_is_forgotten(database: Database) -> None:
    guild = await a_guild(database)
    people = [person(guild, Permission.MANAGE_GUILD) for _ in range(3)]
    async with database.unit() as unit:
        await unit.access.keep_people(guild.guild_id, people)
    stays, falls, goes = people
    async with database.unit() as unit:
        await unit.access.keep_people(guild.guild_id, [replace(falls, bits=0)], gone={goes.user_id})
    assert await kept(database, guild) == {stays.user_id}


async def test_nothing_is_kept_of_a_guild_that_was_never_heard_of(database: Database) -> None:
    guild = snapshot()
    async with database.unit() as unit:
        await unit.access.keep_guild(guild.guild_id, [person(guild, Permission.ADMINISTRATOR)])
        await unit.access.keep_people(guild.guild_id, [person(guild, Permission.ADMINISTRATOR)])
    assert await kept(database, guild) == set()


async def test_a_first_login_works_while_the_bot_is_away_and_never_outdoes_what_it_has_seen(
    database: Database,
) -> None:
    ours, seen, foreign, big = await a_guild(database), await a_guild(database), snowflake(), snowflake()
    who = person(seen, Permission.MANAGE_GUILD)
    async with database.unit() as unit:
        await unit.access.keep_people(seen.guild_id, [who])
    actor = await logged_in(
        database,
        who.user_id,
        LoginGuild(id=ours.guild_id, name="Ours", is_owner=False, bits=int(Permission.ADMINISTRATOR)),
        LoginGuild(id=seen.guild_id, name="Seen", is_owner=True, bits=int(ALL)),
        LoginGuild(id=foreign, name="Foreign", is_owner=False, bits=0),
        LoginGuild(id=big, name="Big", is_owner=False, bits=int(Permission.MANAGE_GUILD)),
    )
    actor = await resolved(database, actor)
    assert {each.guild_id: each.role for each in actor.guilds} == {
        ours.guild_id: Role.ADMIN,
        seen.guild_id: Role.MODERATOR,
    }
    assert actor.could(ours.guild_id, Permission.BAN_MEMBERS)
    async with database.read() as unit:
        mine = await unit.access.my_guilds(actor)
    assert {each.guild_id: (each.state, each.has_bot) for each in mine} == {
        ours.guild_id: ("approved", True),
        seen.guild_id: ("approved", True),
        big: (None, False),
    }


async def test_a_time_out_counts_until_its_end_which_nobody_tells(database: Database) -> None:
    guild, now = await a_guild(database), datetime.now(UTC)
    until = now + timedelta(hours=1)
    who = person(guild, Permission.MANAGE_GUILD, timed_out_until=until)
    actor = await logged_in(database, who.user_id)
    async with database.unit() as unit:
        await unit.access.keep_people(guild.guild_id, [who])
    assert (await resolved(database, actor)).role_in(guild.guild_id) is Role.USER
    database.clock = lambda: until + timedelta(seconds=1)
    assert (await resolved(database, actor)).role_in(guild.guild_id) is Role.MODERATOR


async def test_what_is_mapped_acts_at_once_over_http_and_in_commands(database: Database) -> None:
    guild = await a_guild(database)
    crew = guild.roles[1].id
    who = person(guild, role_ids=(crew,))
    online = await logged_in(database, who.user_id)
    in_discord = member(guild.guild_id, Permission(0), roles=(crew,), discord_user_id=who.user_id)
    async with database.unit() as unit:
        await unit.access.keep_people(guild.guild_id, [who])
    for role in ("admin", "moderator", None):
        changes = GuildOptionsChanges(access=AccessChanges(roles={crew: role}))
        async with database.unit() as unit:
            await unit.guild_options.edit(owner(), guild.guild_id, changes)
        for actor in (online, in_discord):
            now = await resolved(database, actor)
            assert now.role_in(guild.guild_id) is Role(role or "user")
            assert now.account_id == online.account_id


async def test_who_owns_the_application_owns_the_installation_as_long_as_they_do(
    database: Database,
) -> None:
    user_id = snowflake()
    actor = await logged_in(database, user_id)
    assert not actor.is_owner
    in_discord = replace(member(snowflake(), Permission(0), discord_user_id=user_id), is_owner=True)
    for owns in (True, False):
        async with database.unit() as unit:
            await unit.accounts.note_application_owners(frozenset({user_id} if owns else {snowflake()}))
        async with database.read() as unit:
            assert await unit.accounts.is_live(replace(actor, is_owner=True)) is owns
            assert await unit.accounts.is_live(in_discord) is owns
            by_command = await unit.access.resolve(replace(in_discord, is_owner=False))
            assert by_command.is_owner is owns


async def test_who_asks_costs_one_round_trip_however_many_guilds_they_are_in(database: Database) -> None:
    user_id, statements = snowflake(), 0
    actor = await logged_in(database, user_id)
    for _ in range(5):
        guild = await a_guild(database)
        who = person(guild, Permission.MANAGE_GUILD, user_id=user_id)
        async with database.unit() as unit:
            await unit.access.keep_people(guild.guild_id, [who])
    engines: Engines = database.engines

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    event.listen(engines.reading.sync_engine, "before_cursor_execute", count)
    try:
        assert len((await resolved(database, actor)).guilds) == 5
        assert statements == 1
        await resolved(database, replace(actor, is_owner=True))
        assert statements == 1
    finally:
        event.remove(engines.reading.sync_engine, "before_cursor_execute", count)


async def test_who_is_granted_something_while_the_bot_keeps_them_waits_for_their_turn(
    database: Database,
) -> None:
    """Both write the same row, and both want the guild for themselves."""
    guild = await a_guild(database)
    grace = person(guild, Permission.MANAGE_MESSAGES)

    async def grant() -> MemberAccess:
        async with database.unit() as unit:
            return await unit.grants.put_member(owner(), grace, "admin")

    async with database.unit() as unit:
        await unit.access.lock(guild.guild_id)
        granting = asyncio.create_task(grant())
        async with asyncio.timeout(PATIENCE):
            while not await waiting(database):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await unit.access.keep_people(guild.guild_id, [grace])
    assert (await granting).access.role is Role.ADMIN


async def test_who_has_an_account_is_known_where_they_ask_although_the_bot_has_only_just_come(
    database: Database,
) -> None:
    """What is done later for them asks what they are there then."""
    there = await a_guild(database)
    grace = person(there, Permission.MANAGE_GUILD)
    over_http = await logged_in(database, grace.user_id)
    asking = member(there.guild_id, Permission(grace.bits), discord_user_id=grace.user_id)
    async with database.unit() as unit:
        known = await unit.grants.with_account(await unit.access.resolve(asking), grace)
    assert known.account_id == over_http.account_id
    assert {each.guild_id for each in (await resolved(database, over_http)).guilds} == {there.guild_id}


async def waiting(database: Database) -> int:
    """How many wait for a lock."""
    locks = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE NOT granted AND datname = current_database()"
    )
    async with database.engines.connection() as connection:
        return await connection.scalar(text(locks)) or 0
