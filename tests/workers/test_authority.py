"""What the asker may is read anew when their job is claimed."""

from typing import Any

import pytest

from core.access.schemas import Person
from core.accounts.schemas import DiscordLogin, Visit
from core.actor import Actor
from core.composition.people import People
from core.discord.permissions import ALL, Permission
from core.guilds.mapping import AccessChanges
from core.guilds.options import GuildOptionsChanges
from core.jobs.schemas import Job
from tests.builders.core import member, snowflake
from tests.fixtures.keys import keyring
from tests.workers.conftest import Road

MODERATES = int(Permission.MANAGE_GUILD)


async def someone(road: Road, bits: int = MODERATES, *, user_id: str | None = None) -> Actor:
    """Over HTTP, with a token of their own; in Discord they have the same permissions."""
    road.database.people = People(keyring=keyring())
    login = DiscordLogin(
        user_id=user_id or snowflake(), name="ada", access_token="a", expires_in=600, scopes="identify guilds"
    )
    person = Person(guild_id=road.guild_id, user_id=login.user_id, name="ada", bits=bits)
    async with road.database.unit() as unit:
        made = await unit.sessions.log_in(login, Visit())
        await unit.access.note_login(made.account_id, login.user_id, "ada", ())
        await unit.access.keep_people(road.guild_id, [person])
        session = await unit.sessions.authenticate(made.secret)
        token = await unit.accounts.create_token(session, "a program")
        actor = await unit.access.resolve(await unit.accounts.authenticate(token.secret))
    road.things.permissions = bits
    return actor


async def grant(road: Road, actor: Actor, role: Any) -> None:
    assert actor.account_id is not None
    async with road.database.unit() as unit:
        await unit.grants.put(road.actor, road.guild_id, actor.account_id, role)


async def ran(road: Road, job: Job) -> Job:
    await road.running().run_until_none()
    return await road.see(job)


def refused(job: Job) -> str:
    assert job.error is not None, job.state
    assert (job.state, job.error.code) == ("failed", "authority_lost")
    return job.error.message


async def test_who_is_still_what_they_were_is_served(road: Road) -> None:
    job = await road.ask(actor=await someone(road))
    assert (await ran(road, job)).state == "succeeded"


async def test_who_was_demoted_in_discord_since_asking_is_not_served(road: Road) -> None:
    job = await road.ask(actor=await someone(road))
    road.things.permissions = 0
    assert "is user there by now" in refused(await ran(road, job))
    assert road.things.made == []


async def test_who_is_shut_out_or_granted_less_since_asking_is_not_served(road: Road) -> None:
    for role in ("guest", "user"):
        asker = await someone(road)
        job = await road.ask(actor=asker)
        await grant(road, asker, role)
        refused(await ran(road, job))
    assert road.things.made == []


async def test_whose_grant_was_taken_back_since_asking_is_not_served(road: Road) -> None:
    """By hand they could still do it, as the guild maps that to nothing."""
    unmap = GuildOptionsChanges(access=AccessChanges(permissions={"manage_guild": None}))
    async with road.database.unit() as unit:
        await unit.guild_options.edit(road.actor, road.guild_id, unmap)
    asker = await someone(road)
    await grant(road, asker, "moderator")
    async with road.database.unit() as unit:
        asker = await unit.access.resolve(asker)
    job, kept = await road.ask(actor=asker), await road.ask(actor=asker)
    assert (await ran(road, job)).state == (await road.see(kept)).state == "succeeded"
    job = await road.ask(actor=asker)
    assert asker.account_id is not None
    async with road.database.unit() as unit:
        await unit.grants.remove(road.actor, road.guild_id, asker.account_id)
    assert "is user there by now" in refused(await ran(road, job))


async def test_whose_role_the_guild_maps_to_less_since_asking_is_not_served(road: Road) -> None:
    job = await road.ask(actor=await someone(road))
    unmap = GuildOptionsChanges(access=AccessChanges(permissions={"manage_guild": None}))
    async with road.database.unit() as unit:
        await unit.guild_options.edit(road.actor, road.guild_id, unmap)
    refused(await ran(road, job))


async def test_who_is_no_member_any_more_is_not_served_whatever_was_granted(road: Road) -> None:
    asker = await someone(road)
    await grant(road, asker, "admin")
    job = await road.ask(actor=asker)
    road.things.permissions = None
    assert "no member" in refused(await ran(road, job))


async def test_a_grant_does_not_do_what_its_holder_could_not_do_by_hand(road: Road) -> None:
    asker = await someone(road)
    await grant(road, asker, "admin")
    job = await road.ask(actor=asker)
    road.things.permissions = int(Permission.BAN_MEMBERS)
    assert "lost the permission" in refused(await ran(road, job))


@pytest.mark.parametrize("over", ["http", "discord"])
async def test_who_owned_the_application_and_does_no_more_is_not_served(road: Road, over: str) -> None:
    user_id = snowflake()
    async with road.database.unit() as unit:
        await unit.accounts.note_application_owners(frozenset({user_id}))
    asker = await someone(road, 0, user_id=user_id)
    assert asker.is_owner
    if over == "discord":
        asker = member(road.guild_id, ALL, discord_user_id=user_id, is_owner=True)
    job = await road.ask(actor=asker)
    assert (await ran(road, job)).state == "succeeded"
    job = await road.ask(actor=asker)
    async with road.database.unit() as unit:
        await unit.accounts.note_application_owners(frozenset())
    assert "no owner" in refused(await ran(road, job))
    assert len(road.things.made) == 1
