"""Announcements that schedules post: as they stand then, and not before somebody has approved of them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.announcements.jobs import AnnouncementPost
from core.announcements.schemas import Announcement, AnnouncementDraft, AnnouncementMessage
from core.discord.errors import GatewayAbsent
from core.discord.permissions import Permission
from core.jobs.schemas import Claim
from core.schedules.triggers import IntervalTrigger
from tests.builders.core import member
from tests.workers.scheduled import Clockwork, clockwork

LEASE = 60.0


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        yield clocks


async def write(clocks: Clockwork, content: str = "Ahoy", **fields: bool | str) -> Announcement:
    async with clocks.database.unit() as unit:
        view = await unit.guilds.view(clocks.actor, clocks.guild_id)
        draft = AnnouncementDraft(
            name="Opening",
            channel_id=view.structure.channels[0].id,
            message=AnnouncementMessage(content=content),
        )
        return await unit.announcements.create(clocks.actor, clocks.guild_id, replace(draft, **fields))


async def said(clocks: Clockwork) -> str:
    """By the job that comes next, which then ends."""
    async with clocks.database.unit() as unit:
        claim = await unit.ledger.claim("bot", "these tests", LEASE)
        assert isinstance(claim, Claim)
        guild = await unit.guilds.structure_of(clocks.guild_id)
        assert guild is not None
        writing = await unit.announcement_writings.write(claim.job, guild, None)
        await unit.ledger.settle(claim, "succeeded")
    return writing.message.content


def stamp(clocks: Clockwork, **ahead: float) -> str:
    return f"<t:{int((clocks.now + timedelta(**ahead)).timestamp())}:F>"


async def test_next_is_when_the_schedule_that_posts_it_does_so_again(clocks: Clockwork) -> None:
    made = await write(clocks, "${next}")
    payload = AnnouncementPost(announcement_id=made.id)
    await clocks.make(IntervalTrigger(every_seconds=3_600), payload, name="hourly")
    await clocks.make(IntervalTrigger(every_seconds=5_400), payload, name="seldom")
    await clocks.pass_time(hours=1)
    assert await said(clocks) == stamp(clocks, hours=1)
    await clocks.pass_time(minutes=30)
    assert await said(clocks) == stamp(clocks, minutes=90)
    async with clocks.database.unit() as unit:
        await unit.announcement_posts.request(clocks.actor, made.id)
    assert await said(clocks) == stamp(clocks, minutes=30)  # by hand: the soonest of all


async def test_of_two_that_are_due_at_once_the_second_goes_into_the_message_of_the_first(
    clocks: Clockwork,
) -> None:
    made = await write(clocks, repeats="edit_last")
    for name in ("one", "two"):
        await clocks.make(payload=AnnouncementPost(announcement_id=made.id), name=name)
    await clocks.pass_time(minutes=1)
    async with clocks.database.unit() as unit:
        first, second = [await unit.ledger.claim("bot", "these tests", LEASE) for _ in range(2)]
        guild = await unit.guilds.structure_of(clocks.guild_id)
        assert isinstance(first, Claim)
        assert isinstance(second, Claim)
        assert guild is not None
        with pytest.raises(GatewayAbsent):
            await unit.announcement_writings.write(second.job, guild, None)
        assert (await unit.announcement_writings.write(first.job, guild, None)).edits is None
        await unit.ledger.intend(first, LEASE, "send", "sending it", once=True)
        await unit.ledger.record(first, LEASE, "send", "done", outcome="123")
        await unit.ledger.settle(first, "succeeded")
        assert (await unit.announcement_writings.write(second.job, guild, None)).edits == first.job.id


async def test_the_last_run_of_a_schedule_has_no_next(clocks: Clockwork) -> None:
    made = await write(clocks, "${next}")
    await clocks.make(payload=AnnouncementPost(announcement_id=made.id), max_runs=1)
    await clocks.pass_time(minutes=1)
    assert await said(clocks) == "—"


async def test_what_is_not_approved_is_refused_and_counts_as_a_failure_until_somebody_approves(
    clocks: Clockwork,
) -> None:
    made = await write(clocks, needs_approval=True)
    schedule = await clocks.make(payload=AnnouncementPost(announcement_id=made.id), pause_after=3)
    await clocks.pass_time(minutes=1)
    await clocks.pass_time(minutes=1)
    runs = await clocks.runs(schedule)
    assert [(run.state, run.trouble and run.trouble.code) for run in runs] == [
        ("refused", "not_approved")
    ] * 2
    assert (await clocks.see(schedule)).failures == 2
    async with clocks.database.unit() as unit:
        approver = member(clocks.guild_id, Permission.ADMINISTRATOR)
        await unit.announcement_approvals.decide(approver, made.id, "approved", revision=1)
    await clocks.pass_time(minutes=1)
    assert await said(clocks) == "Ahoy"
    await clocks.pass_time(seconds=1)
    found = await clocks.see(schedule)
    assert (found.state, found.failures) == ("active", 0)


async def test_what_keeps_being_unapproved_pauses_the_schedule(clocks: Clockwork) -> None:
    made = await write(clocks, needs_approval=True)
    schedule = await clocks.make(payload=AnnouncementPost(announcement_id=made.id), pause_after=1)
    await clocks.pass_time(minutes=1)
    found = await clocks.see(schedule)
    assert found.pause is not None
    assert (found.state, found.pause.code) == ("paused", "failing")
