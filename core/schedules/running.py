"""Turning occurrences into runs, and runs into jobs: each exactly once, by as many processes as there are.

Whoever writes about the runs of a schedule holds its row. What holds a job writes a run's row alone, and so nobody who
holds a schedule writes a run before its job.

Many are done in one transaction, and so locks are taken in one order: schedules by guild and id (or only those that
nobody has), then jobs that are called off by id, then what asking locks in a guild, guild by guild.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from core.actions.undo import UndoPayload
from core.actor import SYSTEM
from core.clock import Clock
from core.errors import Conflict, NotFound
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.schedules.claims import decision_of, end_run, is_missed, new_run, new_runs
from core.schedules.edits import is_spent, plan_on
from core.schedules.models import ScheduleModel, ScheduleRunModel
from core.schedules.pausing import Pausing
from core.schedules.repository import ScheduleRepository
from core.schedules.rows import state_of, trouble_of
from core.schedules.run_repository import RunRepository
from core.schedules.schemas import Outlook
from core.schedules.states import RunState, begins
from core.schedules.timing import Occurrence
from core.schedules.turns import Turns


class RunService:
    def __init__(
        self,
        schedules: ScheduleRepository,
        runs: RunRepository,
        *,
        turns: Turns,
        pausing: Pausing,
        jobs: JobService,
        clock: Clock,
    ) -> None:
        self._schedules = schedules
        self._runs = runs
        self._turns = turns
        self._pausing = pausing
        self._jobs = jobs
        self._clock = clock

    async def outlook(self) -> Outlook:
        """What there is to claim and to look after."""
        return await self._schedules.outlook()

    async def claim_due(self, limit: int, *, by: datetime | None = None) -> int:
        """Makes runs of what is due, and says what comes next, of `limit` schedules at most; answers of how many. `by`
        is a moment at which, and not before, the transaction will commit."""
        now = self._clock() if by is None else max(by, self._clock())
        found = await self._schedules.take_due(now, limit)
        if found:
            await self._claim(found, now)
            await self._turns.begin(found, now)
            await self._pausing.tell(found)
        return len(found)

    async def look_after(self, limit: int) -> int:
        """Draws from ended runs what follows for their schedules, and begins those that waited; answers of how many
        schedules."""
        now = self._clock()
        ids = await self._runs.to_look_at(now, limit)
        if not ids:
            return 0
        found = await self._schedules.held(ids)
        going = [model for model in found if model.state != "paused"]
        ended = await self._runs.ended_unseen(ids)
        for model in found:
            for run in ended[model.id]:
                run.look_at = None
                await self._pausing.draw(model, state_of(run))
                await self._put_off(model, state_of(run), now)
        await self._turns.begin(found, now)
        await self._pausing.tell(going)
        return len(ids)

    async def job_ended(self, job: Job) -> None:
        """In the transaction that settles it."""
        await self._runs.note_end(job, self._clock(), trouble_of(job))

    async def run_now(self, model: ScheduleModel, *, request_id: str | None) -> ScheduleRunModel:
        """As its owner, at once or behind the runs that are open. Raises what asking raises, and `Conflict` where the
        schedule skips what overlaps."""
        now = self._clock()
        others = await self._runs.open_of_one(model.id)
        if not begins(model.overlap, len(others)):  # pyright: ignore[reportArgumentType]
            raise Conflict(
                f"A run of “{model.name}” is open, and it skips what overlaps: wait for its end, or cancel its job.",
                code="run_open",
            )
        if model.overlap == "cancel_previous":
            await self._call_off(others, now)
        run = await self._put_by_hand(model, now)
        model.runs += 1
        if is_spent(model):
            plan_on(model, now)
        others = [each for each in await self._runs.open_of_one(model.id) if each.id != run.id]
        if not others:
            await self._turns.take(model, run, now, request_id=request_id)
        else:
            run.look_at = None
        return run

    async def _put_by_hand(self, model: ScheduleModel, now: datetime) -> ScheduleRunModel:
        """At the first moment that has no run yet: it is by this that runs are told apart."""
        at = now
        while True:
            row = new_run(model, Occurrence(at, now), "waiting", by_hand=True, look_at=now)
            if await self._runs.put([row]):
                return await self._runs.get_one(id=row["id"])
            at += timedelta(microseconds=1)

    async def delete_old(self, keep: timedelta) -> int:
        """Runs that ended longer ago than `keep`; their jobs are gone by then. Answers how many."""
        return await self._runs.delete_before(self._clock() - keep)

    async def _claim(self, models: Sequence[ScheduleModel], now: datetime) -> None:
        open_runs = await self._runs.open_of([model.id for model in models])
        decisions = {model.id: decision_of(model, now) for model in models}
        rows: list[dict[str, Any]] = []
        overtaken: list[ScheduleRunModel] = []
        for model in models:
            decision, others = decisions[model.id], open_runs[model.id]
            is_begun = begins(model.overlap, len(others))  # pyright: ignore[reportArgumentType]
            if decision.run and is_begun and model.overlap == "cancel_previous":
                overtaken += others
            rows += new_runs(model, decision, now, behind=None if is_begun else others[0])
        await self._call_off(overtaken, now)
        put = await self._runs.put(rows)
        made = Counter(row["schedule_id"] for row in rows if row["id"] in put and not is_missed(row))
        for model in models:
            upcoming = decisions[model.id].next
            model.runs += made[model.id]
            model.next_at = None if upcoming is None else upcoming.at
            model.due_at = None if upcoming is None else upcoming.due_at
            if upcoming is None:
                model.state = "ended"

    async def _call_off(self, runs: Sequence[ScheduleRunModel], now: datetime) -> None:
        """A job that is being done ends between two of its steps; until then its run is open."""
        for run in runs:
            if run.job_id is None:
                end_run(run, "cancelled", now)
        for job_id in sorted(run.job_id for run in runs if run.job_id is not None):
            try:
                await self._jobs.cancel(SYSTEM, job_id)
            except (Conflict, NotFound):  # it has ended, and says so itself
                continue

    async def _put_off(self, model: ScheduleModel, state: RunState, now: datetime) -> None:
        """What was called off because nothing may be done in the guild is due again when something may: an end that is
        skipped never comes."""
        if model.guild_id is None or not isinstance(model.payload, UndoPayload):
            return
        if state in {"cancelled", "failed"} and await self._schedules.is_closed(model.guild_id):
            model.next_at = model.due_at = now
            if model.state == "ended":
                model.state = "active"
