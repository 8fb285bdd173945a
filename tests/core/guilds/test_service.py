import pytest
from msgspec.structs import replace

from core.discord.permissions import Permission
from core.discord.types import Snapshot
from core.errors import Conflict, Forbidden, NotFound
from core.uow import Database
from tests.builders.core import ChannelFactory, member, owner, powers, snapshot


async def told(database: Database, guild: Snapshot) -> bool:
    async with database.unit() as unit:
        return await unit.guilds.store(guild, powers(guild), vouched=True)


async def test_a_guild_reads_back_as_it_was_told(database: Database) -> None:
    guild = snapshot(channels=5, features=frozenset({"COMMUNITY"}))
    await told(database, guild)
    async with database.read() as unit:
        view = await unit.guilds.view(owner(), guild.guild_id)
    assert view.structure == guild
    assert view.guild.revision == 1


async def test_being_told_the_same_twice_changes_nothing(database: Database) -> None:
    guild = snapshot()
    powered = powers(guild)
    async with database.unit() as unit:
        assert await unit.guilds.store(guild, powered, vouched=True)
    async with database.unit() as unit:
        assert not await unit.guilds.store(guild, powered, vouched=True)
    changed = replace(guild, channels=(*guild.channels, ChannelFactory.build()))
    async with database.unit() as unit:
        assert await unit.guilds.store(changed, powered, vouched=True)
    async with database.read() as unit:
        assert (await unit.guilds.get(owner(), guild.guild_id)).revision == 2


async def test_guilds_that_are_gone_are_left_and_can_come_back(database: Database) -> None:
    stays, goes = snapshot(), snapshot()
    await told(database, stays)
    await told(database, goes)
    for _ in range(2):  # being told twice changes nothing
        async with database.unit() as unit:
            await unit.guilds.leave(goes.guild_id)
    async with database.read() as unit:
        assert await unit.guilds.present_ids() == {stays.guild_id}
        states = {guild.id: guild.state for guild in (await unit.guilds.list(owner())).items}
    assert states == {stays.guild_id: "approved", goes.guild_id: "left"}
    with pytest.raises(Conflict, match="left"):
        async with database.unit() as unit:
            await unit.guild_syncs.request(owner(), goes.guild_id)
    await told(database, goes)
    async with database.unit() as unit:
        assert (await unit.guild_syncs.request(owner(), goes.guild_id)).state == "queued"


async def test_somebody_of_another_guild_finds_nothing(database: Database) -> None:
    guild, other = snapshot(), snapshot()
    await told(database, guild)
    stranger = member(other.guild_id, Permission.ADMINISTRATOR)
    with pytest.raises(NotFound):
        async with database.read() as unit:
            await unit.guilds.view(stranger, guild.guild_id)
    async with database.read() as unit:
        assert (await unit.guilds.list(stranger)).items == ()


async def test_a_member_who_moderates_nothing_may_not_look(database: Database) -> None:
    guild = snapshot()
    await told(database, guild)
    with pytest.raises(Forbidden, match="moderator"):
        async with database.read() as unit:
            await unit.guilds.view(member(guild.guild_id, Permission.SEND_MESSAGES), guild.guild_id)


@pytest.mark.parametrize("guild_id", ["0", "abc", "9" * 25, "-1", "٣"])
async def test_an_id_that_cannot_be_one_is_not_found(database: Database, guild_id: str) -> None:
    with pytest.raises(NotFound):
        async with database.read() as unit:
            await unit.guilds.get(owner(), guild_id)
