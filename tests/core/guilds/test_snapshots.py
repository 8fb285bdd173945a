from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from core.discord.types import Snapshot
from core.errors import Conflict, NotFound
from core.guilds.jobs import CapturePayload
from core.guilds.options import GuildOptionsChanges
from core.guilds.schemas import MemberRoles, SnapshotInfo
from core.guilds.snapshots import NEWEST_KEPT
from core.paging import Paging
from core.uow import Database
from tests.builders.core import owner, powers, snapshot

MEMBERS = (MemberRoles("1", ("5", "6")), MemberRoles("2"))


async def told(database: Database) -> Snapshot:
    guild = snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
    return guild


async def kept(database: Database, guild: Snapshot, *, days_ago: float = 0, **more: object) -> SnapshotInfo:
    async with database.unit() as unit:
        info = await unit.snapshots.keep(owner(), guild, reason="capture", **more)  # pyright: ignore[reportArgumentType]
    async with database.engines.writing.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE snapshots SET created_at = $1 WHERE id = $2",
            (datetime.now(UTC) - timedelta(days=days_ago), info.id),
        )
    return info


async def left(database: Database, guild: Snapshot) -> set[UUID]:
    async with database.read() as unit:
        page = await unit.snapshots.list(owner(), guild.guild_id, Paging(limit=100))
    return {item.id for item in page.items}


async def set_options(database: Database, guild: Snapshot, **said: object) -> None:
    async with database.unit() as unit:
        await unit.guild_options.edit(owner(), guild.guild_id, GuildOptionsChanges(**said))  # pyright: ignore[reportArgumentType]


async def clean(database: Database, *, keep: frozenset[UUID] = frozenset()) -> int:
    async with database.unit() as unit:
        return await unit.snapshots.clean(keep=keep)


async def test_snapshots_are_of_one_guild_and_come_newest_first(database: Database) -> None:
    guild, other = await told(database), await told(database)
    infos = [await kept(database, guild) for _ in range(3)]
    async with database.read() as unit:
        first = await unit.snapshots.list(owner(), guild.guild_id, Paging(limit=2))
        second = await unit.snapshots.list(
            owner(), guild.guild_id, Paging(limit=2, cursor=first.items[-1].id)
        )
        assert [item.id for item in (*first.items, *second.items)] == [info.id for info in reversed(infos)]
        assert second.next_cursor is None
        assert (await unit.snapshots.get(owner(), guild.guild_id, infos[0].id)).content == guild
        for guild_id, snapshot_id in ((other.guild_id, infos[0].id), (guild.guild_id, uuid4())):
            with pytest.raises(NotFound):
                await unit.snapshots.get(owner(), guild_id, snapshot_id)


async def test_a_snapshot_can_be_called_something_and_nothing_again(database: Database) -> None:
    guild = await told(database)
    info = await kept(database, guild)
    for label in ("before the move", None):
        async with database.unit() as unit:
            said = await unit.snapshots.rename(owner(), guild.guild_id, info.id, label)
        async with database.read() as unit:
            assert (await unit.snapshots.get(owner(), guild.guild_id, info.id)).info == said
        assert said.label == label


async def test_members_roles_are_kept_only_where_the_guild_lets_captures_keep_them(
    database: Database,
) -> None:
    guild = await told(database)
    with pytest.raises(Conflict, match="keep_member_roles"):
        async with database.unit() as unit:
            await unit.snapshots.request_capture(owner(), guild.guild_id, members=True)
    await set_options(database, guild, keep_member_roles=True)
    async with database.unit() as unit:
        job = await unit.snapshots.request_capture(owner(), guild.guild_id, members=True, label="x")
    assert job.payload == {"kind": "guild.capture", "members": True, "label": "x", "reason": "capture"}
    info = await kept(database, guild, members=MEMBERS)
    async with database.read() as unit:
        assert await unit.snapshots.members_of(info.id) == MEMBERS
        assert (await unit.snapshots.get(owner(), guild.guild_id, info.id)).info.members == 2
        assert await unit.snapshots.members_of((await kept(database, guild)).id) == ()


async def test_a_first_snapshot_is_asked_for_once_of_guilds_that_are_there(database: Database) -> None:
    new, old, gone = await told(database), await told(database), await told(database)
    await kept(database, old)
    async with database.unit() as unit:
        await unit.guilds.leave(gone.guild_id)
    ids = [new.guild_id, old.guild_id, gone.guild_id]
    for expected in ([new.guild_id], []):
        async with database.unit() as unit:
            asked = await unit.snapshots.request_first(ids)
        assert [job.guild_id for job in asked] == expected
        assert all(job.payload["reason"] == "join" for job in asked)
    assert CapturePayload(reason="join") != CapturePayload()


async def test_what_is_older_than_its_guild_wants_is_dropped_but_for_the_first_and_the_newest(
    database: Database,
) -> None:
    guild, other = await told(database), await told(database)
    await set_options(database, guild, snapshot_retention_days=7)
    infos = [await kept(database, guild, days_ago=30) for _ in range(NEWEST_KEPT + 4)]
    others = [await kept(database, other, days_ago=30) for _ in range(NEWEST_KEPT + 4)]
    referred = infos[2]
    assert await clean(database, keep=frozenset({referred.id})) == 2
    newest = {info.id for info in infos[-NEWEST_KEPT:]}
    assert await left(database, guild) == {infos[0].id, referred.id} | newest
    assert await left(database, other) == {info.id for info in others}
    assert await clean(database) == 1
    young = [await kept(database, guild, days_ago=6) for _ in range(NEWEST_KEPT + 1)]
    assert await clean(database) == NEWEST_KEPT
    assert await left(database, guild) == {infos[0].id} | {info.id for info in young}


async def test_members_roles_go_before_their_snapshot_does(database: Database) -> None:
    guild = await told(database)
    await set_options(database, guild, member_roles_retention_days=3)
    old, young = [await kept(database, guild, days_ago=days, members=MEMBERS) for days in (4, 2)]
    await clean(database)
    async with database.read() as unit:
        assert await unit.snapshots.members_of(old.id) == ()
        assert (await unit.snapshots.get(owner(), guild.guild_id, old.id)).info.members is None
        assert await unit.snapshots.members_of(young.id) == MEMBERS
