"""An overwrite that was written for a time is restored at its end, whatever else was written there for a time: over it,
beneath it, or as a lock."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.actions.locking import LOCKED
from core.actions.payloads import ChannelLock, ChannelOverwrite, ChannelUnlock
from core.discord.permissions import Permission, names_of
from core.jobs.schemas import Job
from tests.bot.conftest import served
from tests.bot.ending import DAY, Harbour, harbour_on
from tests.fixtures.servers import Servers, fresh_database

SPEAK, REACT = Permission.SEND_MESSAGES, Permission.ADD_REACTIONS
NOTHING = Permission(0)
UNDONE, LATER, CHANGED = [("undone", None)], [("left", "prolonged")], [("left", "changed")]


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_harbour(servers: Servers, template_database: str) -> AsyncIterator[Harbour]:
    async with (
        served() as discord,
        fresh_database(servers, template_database) as url,
        harbour_on(discord, url, servers.redis_url) as harbour,
    ):
        yield harbour


@pytest_asyncio.fixture(loop_scope="module")
async def harbour(one_harbour: Harbour) -> Harbour:
    """The same for every test, with a channel of its own."""
    await one_harbour.move_on()
    return one_harbour


async def write(
    harbour: Harbour,
    *,
    allow: Permission = NOTHING,
    deny: Permission = NOTHING,
    days: float | None = 1,
    whose: str | None = None,
) -> Job:
    """To @everyone's overwrite of #log, unless it is that of another role."""
    return await harbour.done(
        ChannelOverwrite(
            channel_id=harbour.log,
            target_kind="role",
            target_id=whose or harbour.guild_id,
            allow=names_of(allow),
            deny=names_of(deny),
            expires_in=None if days is None else int(days * DAY),
        )
    )


async def lock(harbour: Harbour, days: float | None = 1) -> Job:
    seconds = None if days is None else int(days * DAY)
    return await harbour.done(ChannelLock(channel_id=harbour.log, expires_in=seconds))


async def by_hand(harbour: Harbour, allow: Permission, deny: Permission = NOTHING) -> None:
    path = f"/channels/{harbour.log}/permissions/{harbour.guild_id}"
    await harbour.by_hand("PUT", path, {"type": 0, "allow": str(int(allow)), "deny": str(int(deny))})


async def stands(harbour: Harbour, allow: Permission, deny: Permission = NOTHING) -> None:
    assert await harbour.overwrite() == (int(allow), int(deny))


async def a_day_later(harbour: Harbour) -> None:
    await harbour.pass_time(DAY + 1)


async def test_what_stood_before_stands_again_and_what_was_not_there_is_removed(harbour: Harbour) -> None:
    await by_hand(harbour, SPEAK, REACT)
    job = await write(harbour, allow=REACT)
    other = await write(harbour, deny=SPEAK, whose=harbour.crew)
    assert (job.result or {})["undo_id"] == str(job.id)
    await stands(harbour, REACT)
    await a_day_later(harbour)
    assert [await harbour.outcomes(each) for each in (job, other)] == [UNDONE, UNDONE]
    await stands(harbour, SPEAK, REACT)
    dump = await harbour.road.discord.dump(harbour.guild_id)
    [log] = [each for each in dump["channels"] if each["id"] == harbour.log]
    assert [each["id"] for each in log["permission_overwrites"]] == [harbour.guild_id]


async def test_what_somebody_has_changed_since_stays(harbour: Harbour) -> None:
    job = await write(harbour, allow=REACT)
    await by_hand(harbour, REACT, SPEAK)
    await a_day_later(harbour)
    assert await harbour.outcomes(job) == CHANGED
    await stands(harbour, REACT, SPEAK)


async def test_a_role_or_a_channel_that_is_gone_needs_nothing(harbour: Harbour) -> None:
    roles = f"/guilds/{harbour.guild_id}/roles"
    await harbour.road.by_hand("POST", roles, {"name": "Short-lived"})
    dump = await harbour.road.discord.dump(harbour.guild_id)
    role_id = next(str(each["id"]) for each in dump["roles"] if each["name"] == "Short-lived")
    job = await write(harbour, deny=SPEAK, whose=role_id)
    other = await write(harbour, deny=SPEAK)
    await harbour.road.by_hand("DELETE", f"{roles}/{role_id}")
    await a_day_later(harbour)
    assert await harbour.outcomes(job) == [("left", "unknown_role")]
    assert await harbour.outcomes(other) == UNDONE
    third = await write(harbour, deny=SPEAK)
    await harbour.road.by_hand("DELETE", f"/channels/{harbour.log}")
    await a_day_later(harbour)
    assert await harbour.outcomes(third) == [("left", "unknown_channel")]


async def test_of_two_the_first_to_end_is_the_upper_one_or_the_lower_one(harbour: Harbour) -> None:
    await by_hand(harbour, SPEAK)
    lower, upper = await write(harbour, deny=SPEAK, days=2), await write(harbour, allow=REACT)
    await a_day_later(harbour)
    assert await harbour.outcomes(upper) == UNDONE
    await stands(harbour, NOTHING, SPEAK)
    upper = await write(harbour, allow=REACT, days=2)
    await a_day_later(harbour)
    assert await harbour.outcomes(lower) == LATER
    await stands(harbour, REACT)
    await a_day_later(harbour)
    assert await harbour.outcomes(upper) == UNDONE
    await stands(harbour, SPEAK)


async def test_all_that_ends_at_once_ends_one_after_the_other(harbour: Harbour) -> None:
    await by_hand(harbour, SPEAK)
    jobs = [await write(harbour, deny=SPEAK), await lock(harbour), await write(harbour, allow=REACT)]
    await stands(harbour, REACT)
    await a_day_later(harbour)
    outcomes = [await harbour.outcomes(job) for job in jobs]
    assert all(each in (UNDONE, LATER, [("left", "already")]) for each in outcomes), outcomes
    await stands(harbour, SPEAK)


async def test_the_same_written_twice_stays_until_the_later_end(harbour: Harbour) -> None:
    await by_hand(harbour, SPEAK)
    first, second = await write(harbour, deny=SPEAK), await write(harbour, deny=SPEAK, days=2)
    await a_day_later(harbour)
    assert await harbour.outcomes(first) == LATER
    await stands(harbour, NOTHING, SPEAK)
    third = await write(harbour, deny=SPEAK, days=0.5)
    await harbour.pass_time(DAY / 2 + 1)
    assert await harbour.outcomes(third) == [("left", "already")]
    await stands(harbour, NOTHING, SPEAK)
    await a_day_later(harbour)
    assert await harbour.outcomes(second) == UNDONE
    await stands(harbour, SPEAK)


async def test_a_lock_over_something_written_stays_locked_when_that_ends_first(harbour: Harbour) -> None:
    await by_hand(harbour, SPEAK)
    written, locked = await write(harbour, allow=REACT), await lock(harbour, days=2)
    await stands(harbour, REACT, LOCKED)
    await a_day_later(harbour)
    assert await harbour.outcomes(written) == UNDONE
    await stands(harbour, NOTHING, LOCKED)
    await a_day_later(harbour)
    assert await harbour.outcomes(locked) == UNDONE
    await stands(harbour, SPEAK)


async def test_something_written_over_a_lock_stays_when_the_lock_ends_first(harbour: Harbour) -> None:
    await by_hand(harbour, SPEAK)
    locked, written = await lock(harbour), await write(harbour, deny=LOCKED, days=2)
    await a_day_later(harbour)
    assert await harbour.outcomes(locked) == LATER
    await stands(harbour, NOTHING, LOCKED)
    await a_day_later(harbour)
    assert await harbour.outcomes(written) == UNDONE
    await stands(harbour, SPEAK)


async def test_a_lock_that_found_all_of_it_denied_for_a_time_holds_when_that_is_over(
    harbour: Harbour,
) -> None:
    await by_hand(harbour, SPEAK)
    await write(harbour, deny=LOCKED)
    locked = await lock(harbour, days=2)
    await a_day_later(harbour)
    await harbour.settled_all()
    await stands(harbour, NOTHING, LOCKED)
    await a_day_later(harbour)
    assert await harbour.outcomes(locked) == UNDONE
    await stands(harbour, SPEAK)


async def test_a_second_lock_over_something_written_over_the_first_opens_everything_at_its_end(
    harbour: Harbour,
) -> None:
    await by_hand(harbour, SPEAK)
    await lock(harbour, days=2)
    written, again = await write(harbour, allow=REACT), await lock(harbour, days=3)
    await a_day_later(harbour)
    assert await harbour.outcomes(written) == UNDONE
    await stands(harbour, NOTHING, LOCKED)
    await a_day_later(harbour)
    await a_day_later(harbour)
    assert await harbour.outcomes(again) == UNDONE
    await stands(harbour, SPEAK)


async def test_unlocking_reaches_what_is_restored_later(harbour: Harbour) -> None:
    await by_hand(harbour, SPEAK)
    await lock(harbour, days=3)
    written = await write(harbour, allow=REACT)
    await harbour.done(ChannelUnlock(channel_id=harbour.log))
    await a_day_later(harbour)
    assert await harbour.outcomes(written) == UNDONE
    await stands(harbour, SPEAK)


async def test_what_is_written_for_good_over_all_of_it_stays(harbour: Harbour) -> None:
    jobs = [await write(harbour, deny=SPEAK), await lock(harbour)]
    await write(harbour, deny=LOCKED | REACT, days=None)
    await a_day_later(harbour)
    assert [await harbour.outcomes(job) for job in jobs] == [CHANGED, CHANGED]
    await stands(harbour, NOTHING, LOCKED | REACT)
