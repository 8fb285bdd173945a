"""What was done for a time is taken back at its end, unless somebody has decided otherwise since."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.actions.locking import LOCKED
from core.actions.payloads import ChannelLock, MemberBan, MemberUnban, RoleGrant, RoleRevoke
from core.discord.permissions import Permission
from core.errors import NotFound
from tests.bot.conftest import Discord
from tests.bot.ending import BAN, DAY, ROLE, Harbour, harbour_on


@pytest.fixture
async def harbour(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Harbour]:
    async with harbour_on(discord, database_url, redis_url) as harbour:
        yield harbour


def grant(harbour: Harbour, *names: str, seconds: int | None = DAY) -> RoleGrant:
    return RoleGrant(role_id=harbour.crew, member_ids=tuple(map(harbour.person, names)), expires_in=seconds)


def ban(harbour: Harbour, name: str, *, seconds: int | None = DAY) -> MemberBan:
    return MemberBan(member_ids=(harbour.person(name),), expires_in=seconds)


async def test_a_role_granted_for_a_day_is_taken_back_then_from_those_who_got_it(harbour: Harbour) -> None:
    stranger = "4711"
    job = await harbour.ask(
        RoleGrant(role_id=harbour.crew, member_ids=(harbour.person("ada"), stranger), expires_in=DAY)
    )
    assert job.state == "partial"
    assert (job.result or {})["undo_id"] == str(job.id)
    schedule = await harbour.schedule(job)
    assert schedule.state == "active"
    assert schedule.next is not None
    assert abs(schedule.next.at - harbour.now() - timedelta(seconds=DAY)) < timedelta(seconds=30)
    await harbour.pass_time(DAY - 60)
    assert await harbour.has_role("ada")
    await harbour.pass_time(120)
    assert await harbour.outcomes(job) == [("undone", None)]
    assert not await harbour.has_role("ada")
    assert harbour.road.discord.writes("DELETE", ROLE) == 1
    await harbour.pass_time(1)
    assert (await harbour.schedule(job)).state == "ended"


async def test_the_end_of_a_ban_lifts_it_and_says_for_whom(harbour: Harbour) -> None:
    job = await harbour.done(ban(harbour, "ken"))
    assert await harbour.is_banned("ken")
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(job) == [("undone", None)]
    assert not await harbour.is_banned("ken")
    log = harbour.road.discord.simulator.world.guilds[int(harbour.guild_id)].audit_log
    assert f"unban:{harbour.person('ken')}, asked by guildwright for {job.actor.name} over schedule" in str(
        log[-1]["reason"]
    )


async def test_a_lock_is_opened_as_it_was_and_what_else_was_changed_stays(harbour: Harbour) -> None:
    path = f"/channels/{harbour.log}/permissions/{harbour.guild_id}"
    speak, react, threads = (
        Permission.SEND_MESSAGES,
        Permission.ADD_REACTIONS,
        Permission.CREATE_PUBLIC_THREADS,
    )
    await harbour.by_hand("PUT", path, {"type": 0, "allow": str(int(speak)), "deny": str(int(threads))})
    job = await harbour.done(ChannelLock(channel_id=harbour.log, expires_in=DAY))
    assert await harbour.overwrite() == (0, int(LOCKED))
    await harbour.by_hand("PUT", path, {"type": 0, "allow": "0", "deny": str(int(LOCKED | react))})
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(job) == [("undone", None)]
    assert await harbour.overwrite() == (int(speak), int(threads | react))


async def test_a_role_that_was_taken_by_hand_is_left_and_so_is_one_given_again(harbour: Harbour) -> None:
    job = await harbour.done(grant(harbour, "ada", "ken", "linus"))
    await harbour.by_hand_role("DELETE", "ada")
    await harbour.by_hand_role("DELETE", "ken")
    await harbour.by_hand_role("PUT", "ken")
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(job) == [("left", "already"), ("left", "changed"), ("undone", None)]
    assert [await harbour.has_role(name) for name in ("ada", "ken", "linus")] == [False, True, False]
    await harbour.pass_time(1)
    [run] = await harbour.runs(job)
    assert run.state == "succeeded"
    assert run.trouble is not None
    assert run.trouble.message.startswith("2 of 3 left as they are")


async def test_a_ban_that_was_lifted_by_hand_and_made_again_is_left(harbour: Harbour) -> None:
    job, other = await harbour.done(ban(harbour, "ken")), await harbour.done(ban(harbour, "ada"))
    await harbour.by_hand_ban("DELETE", "ken")
    await harbour.by_hand_ban("PUT", "ken")
    await harbour.by_hand_ban("DELETE", "ada")
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(job) == [("left", "changed")]
    assert await harbour.outcomes(other) == [("left", "already")]
    assert await harbour.is_banned("ken")
    assert harbour.road.discord.writes("DELETE", BAN) == 2


async def test_a_channel_that_was_opened_by_hand_is_left(harbour: Harbour) -> None:
    job = await harbour.done(ChannelLock(channel_id=harbour.log, expires_in=DAY))
    threads = int(Permission.CREATE_PUBLIC_THREADS)
    path = f"/channels/{harbour.log}/permissions/{harbour.guild_id}"
    await harbour.by_hand("PUT", path, {"type": 0, "allow": "0", "deny": str(threads)})
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(job) == [("left", "changed")]
    assert await harbour.overwrite() == (0, threads)


async def test_who_had_the_role_before_keeps_it(harbour: Harbour) -> None:
    await harbour.by_hand_role("PUT", "ada")
    job = await harbour.done(grant(harbour, "ada"))
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(job) == [("left", "changed")]
    assert await harbour.has_role("ada")


async def test_a_second_grant_that_ends_later_wins_and_the_first_end_takes_nothing(harbour: Harbour) -> None:
    first = await harbour.done(grant(harbour, "ada"))
    second = await harbour.done(grant(harbour, "ada", seconds=3 * DAY))
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(first) == [("left", "prolonged")]
    assert await harbour.has_role("ada")
    await harbour.pass_time(2 * DAY)
    assert await harbour.outcomes(second) == [("undone", None)]
    assert not await harbour.has_role("ada")


async def test_a_second_grant_that_ends_earlier_does_not_shorten_the_first(harbour: Harbour) -> None:
    first = await harbour.done(grant(harbour, "ada", seconds=3 * DAY))
    second = await harbour.done(grant(harbour, "ada"))
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(second) == [("left", "prolonged")]
    assert await harbour.has_role("ada")
    await harbour.pass_time(2 * DAY)
    assert await harbour.outcomes(first) == [("undone", None)]
    assert not await harbour.has_role("ada")


async def test_a_ban_or_a_lock_prolonged_ends_once_and_leaves_what_was_before_the_first(
    harbour: Harbour,
) -> None:
    before = await harbour.overwrite()
    actions = (ban(harbour, "ken"), ChannelLock(channel_id=harbour.log, expires_in=DAY))
    firsts = [await harbour.done(action) for action in actions]
    later = (ban(harbour, "ken", seconds=2 * DAY), ChannelLock(channel_id=harbour.log, expires_in=2 * DAY))
    seconds = [await harbour.done(action) for action in later]
    await harbour.pass_time(DAY + 1)
    assert [await harbour.outcomes(job) for job in firsts] == [[("left", "prolonged")]] * 2
    assert await harbour.is_banned("ken")
    await harbour.pass_time(DAY)
    assert [await harbour.outcomes(job) for job in seconds] == [[("undone", None)]] * 2
    assert not await harbour.is_banned("ken")
    assert await harbour.overwrite() == before


async def test_a_grant_without_an_end_wins_over_one_with(harbour: Harbour) -> None:
    job = await harbour.done(grant(harbour, "ada"))
    await harbour.done(grant(harbour, "ada", seconds=None))
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(job) == [("left", "changed")]
    assert await harbour.has_role("ada")


async def test_what_was_taken_back_by_a_job_and_done_by_hand_again_is_left(harbour: Harbour) -> None:
    granted, banned = await harbour.done(grant(harbour, "ada")), await harbour.done(ban(harbour, "ken"))
    await harbour.done(RoleRevoke(role_id=harbour.crew, member_ids=(harbour.person("ada"),)))
    await harbour.done(MemberUnban(member_ids=(harbour.person("ken"),)))
    await harbour.by_hand_role("PUT", "ada")
    await harbour.by_hand_ban("PUT", "ken")
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(granted) == [("left", "changed")]
    assert await harbour.outcomes(banned) == [("left", "changed")]
    assert await harbour.has_role("ada")
    assert await harbour.is_banned("ken")


async def test_who_has_left_and_a_role_or_channel_that_is_gone_need_nothing(harbour: Harbour) -> None:
    some = await harbour.done(grant(harbour, "ada"))
    await harbour.by_hand("DELETE", f"/guilds/{harbour.guild_id}/members/{harbour.person('ada')}")
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(some) == [("left", "unknown_member")]
    others = await harbour.done(grant(harbour, "ken"))
    lock = await harbour.done(ChannelLock(channel_id=harbour.log, expires_in=DAY))
    await harbour.road.by_hand("DELETE", f"/guilds/{harbour.guild_id}/roles/{harbour.crew}")
    await harbour.road.by_hand("DELETE", f"/channels/{harbour.log}")
    await harbour.pass_time(DAY + 1)
    assert await harbour.outcomes(others) == [("left", "unknown_role")]
    assert await harbour.outcomes(lock) == [("left", "unknown_channel")]


async def test_giving_up_the_end_keeps_what_was_done_for_good(harbour: Harbour) -> None:
    job = await harbour.done(grant(harbour, "ada"))
    async with harbour.road.database.unit() as unit:
        await unit.schedules.delete(harbour.road.owner, job.id)
    await harbour.pass_time(DAY + 1)
    with pytest.raises(NotFound):
        await harbour.schedule(job)
    assert await harbour.has_role("ada")
