"""Notices are written with what they tell, come as one message a minute, and never tell of themselves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.actor import SYSTEM
from core.errors import Conflict
from core.guilds.jobs import SYNC
from core.guilds.options import GuildOptionsChanges
from core.jobs.schemas import Claim
from core.notifications.choices import NotificationChoices
from core.notifications.service import BETWEEN
from tests.builders.core import snowflake
from tests.workers.desk import Desk, desk_on


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_on(database_url) as desk:
        yield desk


async def test_nobody_who_has_not_chosen_is_told(desk: Desk) -> None:
    await desk.ends("failed")
    assert await desk.carriers() == []


async def test_what_is_chosen_acts_on_the_next_job(desk: Desk) -> None:
    await desk.choose(job_results="failed")
    await desk.ends("succeeded")
    assert await desk.carriers() == []
    await desk.ends("failed")
    (carrier,) = await desk.carriers()
    assert carrier.payload == {
        "kind": "notification.send",
        "user_id": desk.actor.discord_user_id,
        "channel_id": None,
    }
    assert (carrier.guild_id, carrier.run_at) == (None, None)


async def test_a_job_that_is_not_settled_after_all_leaves_no_notice(desk: Desk) -> None:
    await desk.choose(job_results="all")
    async with desk.database.unit() as unit:
        await unit.guild_syncs.request(desk.actor, desk.guild_id)
    claim = await desk.claim()
    with pytest.raises(RuntimeError):
        async with desk.database.unit() as unit:
            await unit.ledger.settle(claim, "succeeded")
            raise RuntimeError
    assert await desk.carriers() == []


async def test_what_ends_before_the_message_is_begun_comes_with_it(desk: Desk) -> None:
    await desk.choose(job_results="all")
    async with desk.database.unit() as unit:
        for _ in range(3):
            await unit.guild_syncs.request(desk.actor, desk.guild_id)
    claims = [await desk.claim() for _ in range(3)]
    for claim in claims:
        await desk.settle(claim, "succeeded")
    assert await desk.lines() == [3]


async def test_what_ends_after_it_was_begun_comes_a_minute_later(desk: Desk) -> None:
    await desk.choose(job_results="all")
    await desk.ends("succeeded")
    carrying = await desk.claim()
    for _ in range(2):
        await desk.ends("succeeded")
    assert await desk.lines() == [1, 2]
    first, second = await desk.carriers()
    assert first.id == carrying.job.id
    assert first.started_at is not None
    assert second.run_at == first.started_at + BETWEEN
    desk.now += BETWEEN + timedelta(seconds=30)
    await desk.settle(carrying, "succeeded")
    assert (await desk.claim()).job.id == second.id
    desk.now += BETWEEN + timedelta(seconds=30)
    await desk.ends("succeeded")
    assert [job.run_at for job in await desk.carriers()][2] is None


@pytest.mark.parametrize("again", [Desk.lose, Desk.retry])
async def test_a_message_that_is_begun_again_says_the_same_whatever_has_ended_or_changed_since(
    desk: Desk, again: Callable[[Desk, Claim], Awaitable[None]]
) -> None:
    await desk.choose(job_results="all")
    await desk.ends("failed")
    carrying = await desk.claim()
    async with desk.database.read() as unit:
        words = await unit.notifications.lines_of(carrying.job.id)
        seen = await unit.guilds.view(SYSTEM, desk.guild_id)
    await again(desk, carrying)
    renamed = replace(seen.structure, settings=replace(seen.structure.settings, name="Elsewhere"))
    async with desk.database.unit() as unit:
        await unit.guilds.store(renamed, seen.powers)
    later = await desk.ends("failed")
    claimed = await desk.claim()
    assert claimed.job.id == carrying.job.id
    assert claimed.number > carrying.number
    async with desk.database.read() as unit:
        assert await unit.notifications.lines_of(claimed.job.id) == words
        [line] = await unit.notifications.lines_of((await desk.carriers())[1].id)
    assert str(later.id) in line
    assert "Elsewhere" in line


async def test_of_what_carries_notices_nobody_is_notified(desk: Desk) -> None:
    await desk.choose(job_results="all", guild_failures=True)
    async with desk.database.unit() as unit:
        changes = GuildOptionsChanges(notify_channel_id=snowflake())
        await unit.guild_options.edit(desk.actor, desk.guild_id, changes)
    await desk.ends("failed")
    assert await desk.lines() == [1, 1]
    for _ in range(2):
        await desk.settle(await desk.claim(), "failed")
    assert await desk.lines() == [1, 1]


async def test_a_guilds_owner_is_told_of_what_others_asked_for_there(desk: Desk) -> None:
    await desk.choose(guild_failures=True)
    other = replace(SYSTEM, discord_user_id=snowflake())
    await desk.ends("succeeded", actor=other)
    assert await desk.carriers() == []
    await desk.ends("partial", actor=other)
    assert await desk.lines() == [1]


async def test_a_guilds_channel_is_told_as_soon_as_its_settings_say_so(desk: Desk) -> None:
    await desk.ends("failed")
    channel_id = snowflake()
    async with desk.database.unit() as unit:
        changes = GuildOptionsChanges(notify_channel_id=channel_id)
        await unit.guild_options.edit(desk.actor, desk.guild_id, changes)
    await desk.ends("failed")
    async with desk.database.unit() as unit:
        changes = GuildOptionsChanges(notify_channel_id=None)
        await unit.guild_options.edit(desk.actor, desk.guild_id, changes)
    await desk.ends("failed")
    (carrier,) = await desk.carriers()
    assert (carrier.guild_id, carrier.payload["channel_id"]) == (desk.guild_id, channel_id)
    assert await desk.lines() == [1]


async def test_what_expires_unsettled_by_anybody_is_told_too(desk: Desk) -> None:
    await desk.choose(job_results="failed")
    async with desk.database.unit() as unit:
        expires_at = desk.now + timedelta(minutes=1)
        await unit.jobs.ask(desk.actor, SYNC, SYNC.payload(), guild_id=desk.guild_id, expires_at=expires_at)
    desk.now += timedelta(minutes=2)
    async with desk.database.unit() as unit:
        assert await unit.jobs.expire_due() == 1
    assert await desk.lines() == [1]


async def test_an_account_that_nobody_can_write_to_chooses_nothing(desk: Desk) -> None:
    async with desk.database.engines.writing.begin() as connection:
        await connection.exec_driver_sql("UPDATE accounts SET discord_user_id = NULL")
    with pytest.raises(Conflict):
        await desk.choose(job_results="all")


async def test_an_owner_need_not_be_asked_about_guilds_that_wait(desk: Desk) -> None:
    me, other = str(desk.actor.discord_user_id), snowflake()
    async with desk.database.read() as unit:
        assert await unit.notifications.wanting_pending({me, other}) == {me, other}
        assert (await unit.notifications.get(desk.actor)).choices == NotificationChoices()
    await desk.choose(pending_guilds=False)
    async with desk.database.read() as unit:
        assert await unit.notifications.wanting_pending({me, other}) == {other}
