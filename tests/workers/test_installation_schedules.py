"""What the installation does of itself: made once, run like any other, its owner's to time and nobody's to delete."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from core.actor import SYSTEM, Actor
from core.audit.schemas import AuditFilter
from core.discord.permissions import Permission
from core.errors import Invalid, NotFound
from core.housekeeping.jobs import CLEAN_IMAGES, HOUSEKEEPING, CleanImages, CleanJobs, CleanSnapshots
from core.jobs.schemas import Job, JobFilter
from core.notifications.jobs import NOTIFY
from core.paging import Paging
from core.schedules.installation import id_of
from core.schedules.payloads import CaptureScheduled
from core.schedules.schemas import Schedule, ScheduleChanges, ScheduleDraft
from core.schedules.timing import Timing
from core.schedules.triggers import IntervalTrigger
from tests.builders.core import member, snowflake
from tests.workers.keeping import hands_for
from tests.workers.scheduled import BEGIN, Clockwork, clockwork

OFTEN = ScheduleChanges(trigger=IntervalTrigger(every_seconds=60, anchor=BEGIN), starts_at=None)
JOBS = id_of(CleanJobs())


class House(Clockwork):
    """An installation with schedules of its own, and a guild's beside them."""

    async def put(self) -> int:
        async with self.process().unit() as unit:
            return await unit.installation_schedules.put()

    async def own(self) -> Sequence[Schedule]:
        async with self.database.read() as unit:
            return (await unit.schedules.list_installation(self.actor, Paging())).items

    async def edit(self, changes: ScheduleChanges, id_: Any = JOBS) -> Schedule:
        async with self.database.unit() as unit:
            return await unit.schedules.edit(self.actor, id_, changes)

    async def get(self, id_: Any = JOBS) -> Schedule:
        async with self.database.read() as unit:
            return await unit.schedules.get(self.actor, id_)

    async def work(self) -> int:
        return await hands_for(self.database).run_until_none()

    async def housekeeping(self) -> list[Job]:
        """Oldest first."""
        async with self.database.read() as unit:
            page = await unit.jobs.list(SYSTEM, JobFilter(), Paging(limit=200))
        return [job for job in reversed(page.items) if job.kind.startswith("housekeeping.")]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with clockwork(database_url) as clocks:
        house = House(clocks.database_url, clocks.engines, clocks.guild_id, clocks.actor)
        await house.put()
        yield house


async def test_each_kind_of_housekeeping_has_one_schedule_of_no_guild(house: House) -> None:
    own = await house.own()
    assert {str(each.payload.__struct_config__.tag) for each in own} == {spec.kind for spec in HOUSEKEEPING}
    assert len(own) == len(HOUSEKEEPING)
    assert {(each.guild_id, each.actor, each.state) for each in own} == {(None, SYSTEM, "active")}
    async with house.database.read() as unit:
        of_guild = await unit.schedules.list(house.actor, house.guild_id, Paging())
    assert of_guild.items == ()


async def test_however_many_start_at_once_each_is_made_once_and_said_to_be(database_url: str) -> None:
    async with clockwork(database_url) as clocks:
        house = House(clocks.database_url, clocks.engines, clocks.guild_id, clocks.actor)
        made = await asyncio.gather(*(house.put() for _ in range(4)))
        async with house.database.read() as unit:
            told = await unit.audit.list(SYSTEM, AuditFilter(action="schedule.create"), Paging())
        assert sum(made) == len(await house.own()) == len(told.items) == len(HOUSEKEEPING)


async def test_a_start_leaves_what_its_owner_has_changed(house: House) -> None:
    changed = await house.edit(OFTEN)
    assert await house.put() == 0
    assert await house.get() == changed
    assert changed.actor == SYSTEM


async def test_all_of_it_is_done_within_a_day_and_says_what_went(house: House) -> None:
    await house.execute(
        "INSERT INTO idempotency_keys (account_id, route, key, request_hash, created_at) "
        "VALUES (gen_random_uuid(), 'x', 'x', '', '2020-01-01')"
    )
    house.now += timedelta(days=1)
    schedulers = [house.scheduler() for _ in range(2)]
    await asyncio.gather(*(each.run_until_idle() for each in schedulers))
    await house.work()
    jobs = await house.housekeeping()
    assert {(job.kind, job.state) for job in jobs} == {(spec.kind, "succeeded") for spec in HOUSEKEEPING}
    assert len(jobs) == len(HOUSEKEEPING)
    assert sum((job.result or {}).get("idempotency_keys", 0) for job in jobs) == 1
    for schedule in await house.own():
        assert [run.state for run in await house.runs(schedule)] == ["succeeded"]


async def test_it_is_done_while_its_guilds_are_closed_and_beside_their_schedules(house: House) -> None:
    of_guild = await house.make(IntervalTrigger(every_seconds=60))
    await house.edit(OFTEN)
    await house.pass_time(seconds=60)
    assert len(await house.runs(of_guild)) == len(await house.housekeeping()) == 1
    await house.work()
    await house.execute("UPDATE guilds SET state = 'suspended'")
    await house.pass_time(seconds=60)
    assert [len(await house.runs(of_guild)), len(await house.housekeeping())] == [1, 2]


async def test_after_an_outage_it_is_done_once(house: House) -> None:
    await house.edit(OFTEN)
    await house.pass_time(days=3)
    [run] = [run for run in await house.runs(await house.get()) if run.state == "asked"]
    assert run.missed > 0
    assert len([job for job in await house.housekeeping() if job.kind == "housekeeping.jobs"]) == 1


async def test_its_owner_runs_pauses_and_resumes_it(house: House) -> None:
    async with house.database.unit() as unit:
        run = await unit.schedules.run_now(house.actor, JOBS)
        paused = await unit.schedules.pause(house.actor, JOBS, "looking into it")
    [job] = await house.housekeeping()
    assert (job.id, job.actor.kind, job.actor.via) == (run.job_id, "system", "schedule")
    assert paused.state == "paused"
    await house.pass_time(days=1)
    assert len([job for job in await house.housekeeping() if job.kind == "housekeeping.jobs"]) == 1
    async with house.database.unit() as unit:
        resumed = await unit.schedules.resume(house.actor, JOBS)
    assert (resumed.state, resumed.actor) == ("active", SYSTEM)


async def test_what_it_does_stays_and_it_is_not_deleted(house: House) -> None:
    for changes in (ScheduleChanges(payload=CleanImages()), ScheduleChanges(payload=CaptureScheduled())):
        with pytest.raises(Invalid) as refused:
            await house.edit(changes)
        assert [problem.pointer for problem in refused.value.problems] == ["/payload"]
    async with house.database.unit() as unit:
        with pytest.raises(Invalid, match="not deleted"):
            await unit.schedules.delete(house.actor, JOBS)
    assert (await house.get()).payload == CleanJobs()


def administrator(house: House) -> Actor:
    return member(house.guild_id, Permission.ADMINISTRATOR, discord_user_id=snowflake())


def bound(house: House) -> Actor:
    """The installation's owner, by a token that is good in one guild alone."""
    return Actor(
        kind="token",
        via="http",
        name="owner",
        account_id=house.actor.account_id,
        is_owner=True,
        guild_ids=(house.guild_id,),
    )


@pytest.mark.parametrize("who", [administrator, bound])
async def test_nobody_else_finds_it(house: House, who: Any) -> None:
    async with house.database.unit() as unit:
        for act in (
            unit.schedules.get,
            unit.schedules.pause,
            unit.schedules.run_now,
            unit.schedules.delete,
        ):
            with pytest.raises(NotFound):
                await act(who(house), JOBS)


async def test_nobody_else_has_it_done_by_a_schedule_of_theirs(house: House) -> None:
    timing = Timing(trigger=IntervalTrigger(every_seconds=60), time_zone="UTC")
    draft = ScheduleDraft(name="ours", payload=CleanSnapshots(), timing=timing)
    async with house.database.unit() as unit:
        with pytest.raises(Invalid) as refused:
            await unit.schedules.create(house.actor, house.guild_id, draft)
    assert [(each.pointer, each.code) for each in refused.value.problems] == [("/payload/kind", "ours")]


async def test_its_jobs_are_shown_to_its_owner_alone(house: House) -> None:
    await house.pass_time(days=1)
    assert await house.housekeeping()
    async with house.database.read() as unit:
        page = await unit.jobs.list(administrator(house), JobFilter(), Paging())
    assert page.items == ()


async def test_one_that_fails_again_and_again_is_paused_and_the_owners_are_told(house: House) -> None:
    owner, other = snowflake(), snowflake()
    await house.execute(
        f"UPDATE accounts SET discord_user_id = {owner}",
        f"INSERT INTO application_owners (user_id) VALUES ({other})",
    )
    await house.edit(ScheduleChanges(pause_after=1))
    await house.pass_time(hours=2)
    async with house.database.unit() as unit:
        while (claim := await unit.ledger.claim("background", "these tests", 60)) is not None:
            await unit.ledger.settle(claim, "failed")
    await house.pass_time(seconds=0)
    seen = await house.get()
    assert seen.state == "paused"
    assert seen.pause is not None
    assert seen.pause.code == "failing"
    async with house.database.read() as unit:
        carriers = (await unit.jobs.list(SYSTEM, JobFilter(kind=NOTIFY.kind), Paging())).items
        lines = [await unit.notifications.lines_of(job.id) for job in carriers]
    assert {job.payload["user_id"] for job in carriers} == {owner, other}
    assert all(seen.name in line for each in lines for line in each)


async def test_asked_for_twice_at_once_it_is_done_as_well(house: House) -> None:
    async with house.database.unit() as unit:
        for _ in range(2):
            await unit.jobs.ask(SYSTEM, CLEAN_IMAGES, CleanImages(), guild_id=None)
    assert sum(await asyncio.gather(house.work(), house.work())) == 2
    assert [job.state for job in await house.housekeeping()] == ["succeeded"] * 2
