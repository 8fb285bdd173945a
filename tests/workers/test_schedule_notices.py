"""Who is told of a schedule that was paused: in the transaction that pauses it, once, and as they have chosen."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.actor import SYSTEM
from core.callbacks.schemas import CallbackDraft, DeliveryFilter
from core.composition.people import People
from core.guilds.options import GuildOptionsChanges
from core.housekeeping.jobs import CLEAN_JOBS
from core.housekeeping.retention import Retention
from core.jobs.schemas import EventPosition, GuildEvent, Job, JobFilter
from core.notifications.choices import NotificationChanges
from core.notifications.jobs import NOTIFY
from core.paging import Paging
from core.schedules.schemas import Schedule
from tests.builders.core import snowflake
from tests.fixtures.keys import keyring
from tests.workers.keeping import keep_house
from tests.workers.scheduled import Clockwork, clockwork

USER = snowflake()


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    """Whose schedules these are is somebody at Discord."""
    async with clockwork(database_url) as clocks:
        await clocks.execute(f"UPDATE accounts SET discord_user_id = {USER}")
        yield clocks


async def fail(clocks: Clockwork) -> None:
    """The next run of whatever is due, and what is drawn from that."""
    await clocks.pass_time(seconds=60)
    await clocks.settle("failed")
    await clocks.pass_time(seconds=1)


async def failing(clocks: Clockwork, name: str = "ours") -> Schedule:
    schedule = await clocks.make(pause_after=1, name=name)
    await fail(clocks)
    return schedule


async def told(clocks: Clockwork) -> list[tuple[str | None, str | None, tuple[str, ...]]]:
    """To whom or where, and what of schedules; oldest first."""
    async with clocks.database.read() as unit:
        page = await unit.jobs.list(SYSTEM, JobFilter(kind=NOTIFY.kind), Paging())
        jobs: list[Job] = list(reversed(page.items))
        found: list[tuple[str | None, str | None, tuple[str, ...]]] = []
        for job in jobs:
            # What becomes of jobs is told beside it.
            said = [line for line in await unit.notifications.lines_of(job.id) if "The schedule" in line]
            if said:
                found.append((job.payload["user_id"], job.payload["channel_id"], tuple(said)))
        return found


async def events(clocks: Clockwork) -> list[tuple[str, dict[str, Any]]]:
    start = EventPosition(transaction=0, position=-1)
    async with clocks.database.read() as unit:
        found = await unit.jobs.guild_events_after(SYSTEM, clocks.guild_id, start)
    return [
        (event.type, event.data)
        for event in found.events
        if isinstance(event, GuildEvent) and event.type.startswith("schedule.")
    ]


async def name_channel(clocks: Clockwork) -> str:
    """Of those that the guild has."""
    async with clocks.database.read() as unit:
        view = await unit.guilds.view(clocks.actor, clocks.guild_id)
    channel_id = next(each.id for each in view.structure.channels if each.type == "text")
    async with clocks.database.unit() as unit:
        changes = GuildOptionsChanges(notify_channel_id=channel_id)
        await unit.guild_options.edit(clocks.actor, clocks.guild_id, changes)
    return channel_id


async def choose(clocks: Clockwork, **changes: Any) -> None:
    async with clocks.database.unit() as unit:
        await unit.notifications.edit(clocks.actor, NotificationChanges(**changes))


async def test_the_owner_of_a_failing_schedule_and_the_guilds_channel_are_told_once(
    clocks: Clockwork,
) -> None:
    channel_id = await name_channel(clocks)
    schedule = await failing(clocks, "Morning *news*")
    await clocks.pass_time(hours=1)
    async with clocks.database.read() as unit:
        guild = await unit.guilds.get(SYSTEM, clocks.guild_id)
    where = f"in **{guild.name}** (`{schedule.id}`)"
    line = f"⏸️ The schedule “Morning \\*news\\*” {where} was paused: The last run failed."
    found = await told(clocks)
    assert len(found) == 2
    assert {(user, channel) for user, channel, _ in found} == {(USER, None), (None, channel_id)}
    assert {said for *_, said in found} == {(line,)}


async def test_who_lost_what_a_schedule_needs_is_told_why_it_stands_still(clocks: Clockwork) -> None:
    await clocks.make()
    await clocks.execute("UPDATE accounts SET is_owner = false")
    await clocks.pass_time(seconds=60)
    [(user_id, _, (line,))] = await told(clocks)
    assert user_id == USER
    assert "may no longer do this" in line
    assert [(type_, data["code"], data["by"]) for type_, data in await events(clocks)] == [
        ("schedule.paused", "authority_lost", None)
    ]


async def test_who_has_chosen_not_to_be_told_is_not_and_the_channel_is(clocks: Clockwork) -> None:
    await choose(clocks, paused_schedules=False)
    channel_id = await name_channel(clocks)
    await failing(clocks)
    assert [(user, channel) for user, channel, _ in await told(clocks)] == [(None, channel_id)]


async def test_whoever_has_no_account_any_more_is_not_written_to(clocks: Clockwork) -> None:
    schedule = await clocks.make()
    await clocks.execute(
        f"UPDATE schedules SET account_id = '{uuid.uuid4()}', "
        f"actor = jsonb_set(jsonb_set(actor, '{{account_id}}', '\"{uuid.uuid4()}\"'), "
        f"'{{discord_user_id}}', '\"{USER}\"')"
    )
    await clocks.pass_time(seconds=60)
    seen = await clocks.see(schedule)
    assert seen.pause is not None
    assert seen.pause.code == "authority_lost"
    assert await told(clocks) == []


async def test_what_is_paused_together_comes_as_one_message(clocks: Clockwork) -> None:
    schedules = [await clocks.make(pause_after=1, name=name) for name in ("one", "two", "three")]
    await fail(clocks)
    [(user_id, _, told_of)] = await told(clocks)
    assert user_id == USER
    assert len(told_of) == len(schedules)
    for schedule in schedules:
        assert sum(str(schedule.id) in line for line in told_of) == 1


async def test_what_somebody_pauses_and_resumes_is_an_event_and_no_notice(clocks: Clockwork) -> None:
    await name_channel(clocks)
    schedule = await clocks.make()
    async with clocks.database.unit() as unit:
        await unit.schedules.pause(clocks.actor, schedule.id, "No wind")
    async with clocks.database.unit() as unit:
        await unit.schedules.resume(clocks.actor, schedule.id)
    common = {"schedule_id": str(schedule.id), "name": "ours", "by": clocks.actor.name}
    assert await events(clocks) == [
        ("schedule.paused", common | {"code": "by_hand", "reason": "No wind"}),
        ("schedule.resumed", common),
    ]
    assert await told(clocks) == []


async def test_one_that_was_paused_before_its_run_ended_is_told_of_once(clocks: Clockwork) -> None:
    schedule = await clocks.make(pause_after=1)
    await clocks.pass_time(seconds=60)
    async with clocks.database.unit() as unit:
        await unit.schedules.pause(clocks.actor, schedule.id)
    await clocks.settle("failed")
    await clocks.pass_time(seconds=1)
    assert [data["code"] for _, data in await events(clocks)] == ["by_hand"]
    assert await told(clocks) == []


async def test_a_pause_that_is_rolled_back_is_told_nobody(clocks: Clockwork) -> None:
    schedule = await clocks.make(pause_after=1)
    await clocks.pass_time(seconds=60)
    await clocks.settle("failed")
    with pytest.raises(ZeroDivisionError):
        async with clocks.database.unit() as unit:
            assert await unit.runs.look_after(10) == 1
            raise ZeroDivisionError
    assert (await clocks.see(schedule)).state == "active"
    assert await told(clocks) == []
    assert await events(clocks) == []


async def test_callbacks_hear_of_it_by_family_and_by_name(clocks: Clockwork) -> None:
    clocks.database.people = People(keyring=keyring())
    callbacks: dict[str, uuid.UUID] = {}
    async with clocks.database.unit() as unit:
        for family in ("schedule.*", "schedule.resumed", "guild.*"):
            draft = CallbackDraft(url="https://hooks.example/x", events=(family,))
            made = await unit.callbacks.create(clocks.actor, clocks.guild_id, draft)
            callbacks[family] = made.callback.id
    schedule = await failing(clocks)
    async with clocks.database.unit() as unit:
        await unit.schedules.resume(clocks.actor, schedule.id)
    found: dict[str, list[str]] = {}
    for family, callback_id in callbacks.items():
        async with clocks.database.read() as unit:
            page = await unit.callbacks.deliveries(clocks.actor, callback_id, DeliveryFilter(), Paging())
        found[family] = [each.event_type for each in reversed(page.items)]
    assert found == {
        "schedule.*": ["schedule.paused", "schedule.resumed"],
        "schedule.resumed": ["schedule.resumed"],
        "guild.*": [],
    }


async def test_runs_go_as_their_jobs_do_and_what_is_open_or_recent_stays(clocks: Clockwork) -> None:
    schedule = await clocks.make(overlap="queue")
    await clocks.pass_time(seconds=60)
    await clocks.settle()
    await clocks.pass_time(days=30, seconds=60)
    await clocks.settle()
    await clocks.pass_time(seconds=60)
    kept = [run.id for run in (await clocks.runs(schedule))[1:]]
    await keep_house(clocks.process(), CLEAN_JOBS, retention=Retention(jobs=timedelta(days=20)))
    left = await clocks.runs(schedule)
    assert [run.id for run in left] == kept
    assert [run.state for run in left] == ["succeeded", "asked"]
    async with clocks.engines.connection() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM schedules")) == 1
