"""What changes in Discord acts over HTTP and in commands within seconds: a live bot, and people with accounts."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from core.accounts.schemas import DiscordLogin, Visit
from core.actor import Actor
from core.composition.people import People
from core.guilds.mapping import AccessChanges
from core.guilds.options import GuildOptionsChanges
from core.rights import Role
from tests.fixtures.keys import keyring

from .conftest import Discord, seen
from .road import GUILD, Road, bot_on, database_at, in_step, owner_of, words


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    guild = await discord.make(GUILD)
    async with database_at(database_url) as database:
        database.people = People(keyring=keyring())
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


async def logs_in(road: Road, name: str) -> Actor:
    """For the first time; Discord's answer names no guilds, so that only the bot can tell."""
    login = DiscordLogin(
        user_id=str(road.guild["members"][name]),
        name=name,
        access_token="a",
        expires_in=600,
        scopes="identify guilds",
    )
    async with road.database.unit() as unit:
        made = await unit.sessions.log_in(login, Visit())
        await unit.access.note_login(made.account_id, login.user_id, name, ())
        return await unit.sessions.authenticate(made.secret)


async def becomes(road: Road, actor: Actor, role: Role) -> None:
    async def look() -> Role:
        async with road.database.read() as unit:
            return (await unit.access.resolve(actor)).role_in(road.guild_id)

    await seen(look, lambda now: now is role)


async def edit(road: Road, method: str, path: str, body: object = None, *, user: str = "olga") -> None:
    sent = {
        "guild_id": road.guild_id,
        "user": user,
        "method": method,
        "path": f"/guilds/{road.guild_id}{path}",
        "body": body,
    }
    async with road.discord.http.post(f"{road.discord.base}/_sim/edits", json=sent) as answer:
        assert answer.ok, await answer.text()


async def test_who_logs_in_is_at_once_what_they_are_in_discord(road: Road) -> None:
    for name, role in {"ada": Role.ADMIN, "grace": Role.MODERATOR, "linus": Role.USER}.items():
        await becomes(road, await logs_in(road, name), role)


async def test_what_a_member_gets_and_loses_in_discord_they_get_and_lose_here(road: Road) -> None:
    linus = await logs_in(road, "linus")
    roles, member = road.guild["roles"], f"/members/{linus.discord_user_id}"
    captain, planner = str(roles["Captain"]), str(roles["Planner"])
    await becomes(road, linus, Role.USER)
    await edit(road, "PATCH", member, {"roles": [captain]})
    await becomes(road, linus, Role.ADMIN)
    await edit(road, "PATCH", f"/roles/{captain}", {"permissions": "0"})
    await becomes(road, linus, Role.USER)
    await edit(road, "PATCH", member, {"roles": [captain, planner]})
    await becomes(road, linus, Role.MODERATOR)
    await edit(road, "DELETE", f"/roles/{planner}")
    await becomes(road, linus, Role.USER)
    await edit(road, "DELETE", member)
    await becomes(road, linus, Role.GUEST)


async def test_people_without_an_account_are_found_once_a_mapping_makes_them_something(road: Road) -> None:
    captain = str(road.guild["roles"]["Captain"])
    await edit(road, "PATCH", f"/roles/{captain}", {"permissions": "0"})

    async def names() -> set[str]:
        async with road.database.engines.connection() as connection:
            return set(await connection.scalars(text("SELECT lower(name) FROM memberships")))

    await seen(names, lambda kept: kept == {"grace", "olga", "owner"})
    changes = GuildOptionsChanges(access=AccessChanges(roles={captain: "moderator"}))
    async with road.database.unit() as unit:
        await unit.guild_options.edit(road.owner, road.guild_id, changes)
    await seen(names, lambda kept: kept == {"ada", "grace", "olga", "owner"})


async def test_a_mapping_acts_in_commands_without_a_restart(road: Road) -> None:
    await road.template("Crewed")
    planned: dict[str, Any] = {"name": "Crewed", "channel": "cabin"}
    refused = words(await road.command("linus", "template plan", **planned))
    assert "needs the role moderator" in refused
    changes = GuildOptionsChanges(access=AccessChanges(permissions={"view_channel": "moderator"}))
    async with road.database.unit() as unit:
        await unit.guild_options.edit(road.owner, road.guild_id, changes)
    assert "needs the role" not in words(await road.command("linus", "template list", channel="cabin"))


async def test_the_owner_of_the_application_owns_the_installation_over_http_too(road: Road) -> None:
    """The bot writes down who that is, at each session."""
    assert (await logs_in(road, "owner")).is_owner
    assert not (await logs_in(road, "ada")).is_owner


async def test_an_administrator_grants_shows_and_takes_back_in_discord(road: Road) -> None:
    """Linus has no account before."""
    linus = str(road.guild["members"]["linus"])
    shown = words(await road.command("ada", "access grant", member=linus, role="moderator", reason="Helps"))
    assert "is moderator: was granted it. Granted is moderator, by" in shown
    actor = await logs_in(road, "linus")
    await becomes(road, actor, Role.MODERATOR)
    assert "moderator: was granted it" in words(await road.command("ada", "access show", member=linus))

    async def everybody() -> str:
        return words(await road.command("grace", "access show"))

    await seen(everybody, lambda said: "is admin: owns the server" in said)
    await seen(everybody, lambda said: "is moderator: by a permission in Discord" in said)
    assert "is user: as a member" in words(await road.command("ada", "access revoke", member=linus))
    await becomes(road, actor, Role.USER)
    assert "Nothing was granted" in words(await road.command("ada", "access revoke", member=linus))


async def test_nobody_grants_at_or_above_their_own_rank_in_discord_either(road: Road) -> None:
    people = {name: str(each) for name, each in road.guild["members"].items()}
    for who, target, role in (
        ("ada", "ada", "user"),
        ("ada", "linus", "admin"),
        ("ada", "olga", "guest"),
        ("grace", "linus", "user"),
    ):
        said = words(await road.command(who, "access grant", member=people[target], role=role))
        assert "Granted is" not in said, (who, target)
        assert any(why in said for why in ("own rank", "for others to say", "needs the role admin")), said
    async with road.database.engines.connection() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM access_grants")) == 0
        assert await connection.scalar(text("SELECT count(*) FROM accounts")) == 1
