"""Turning occurrences into runs, and runs into jobs: each exactly once, by as many processes as there are.

Whoever writes about the runs of a schedule holds its row. What holds a job writes a run's row alone, and so nobody who
holds a schedule writes a run before its job.

Many are done in one transaction, and so locks are taken in one order: schedules by guild and id (or only those that
nobody has), then jobs that are called off by id, then what asking locks in a guild, guild by guild.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from core.access.service import AccessService
from core.accounts.service import AccountService
from core.actions.undo import UndoPayload, on_behalf_of
from core.actor import SYSTEM, Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.db import is_away
from core.errors import Conflict, Forbidden, GuildwrightError, NotFound, Unauthenticated
from core.jobs.errors import GuildBusy
from core.jobs.guild_events import GuildEventService
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.notifications.service import NotificationService
from core.schedules import events
from core.schedules.asking import Asking, Savepoint
from core.schedules.claims import decision_of, is_missed, new_run, new_runs
from core.schedules.models import ScheduleModel, ScheduleRunModel
from core.schedules.repository import RunRepository, ScheduleRepository
from core.schedules.rows import asker_of, state_of, to_schedule, trouble_of
from core.schedules.schemas import Pause, Trouble
from core.schedules.states import RunState, after_run, begins
from core.schedules.timing import Occurrence

log = logging.getLogger(__name__)
AGAIN_AFTER = timedelta(seconds=15)
"""How soon a run asks again in a guild that another structural job holds."""


class RunService:
    def __init__(
        self,
        schedules: ScheduleRepository,
        runs: RunRepository,
        *,
        asking: Asking,
        jobs: JobService,
        accounts: AccountService,
        access: AccessService,
        notifications: NotificationService,
        told: GuildEventService,
        audit: AuditService,
        savepoint: Savepoint,
        clock: Clock,
    ) -> None:
        self._schedules = schedules
        self._runs = runs
        self._asking = asking
        self._jobs = jobs
        self._accounts = accounts
        self._access = access
        self._notifications = notifications
        self._told = told
        self._audit = audit
        self._savepoint = savepoint
        self._clock = clock

    async def next_look(self) -> datetime | None:
        """When there is something to claim or to look after; None where nothing is planned."""
        moments = (await self._schedules.next_due(), await self._runs.next_look())
        return min((each for each in moments if each is not None), default=None)

    async def claim_due(self, limit: int) -> int:
        """Makes runs of what is due, and says what comes next, of `limit` schedules at most; answers of how many."""
        now = self._clock()
        found = await self._schedules.take_due(now, limit)
        if found:
            await self._claim(found, now)
            await self._begin(found, now)
            await self._tell_paused(found)
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
                await self._draw(model, state_of(run))
                await self._put_off(model, state_of(run), now)
        await self._begin(found, now)
        await self._tell_paused(going)
        return len(ids)

    async def job_ended(self, job: Job) -> None:
        """In the transaction that settles it."""
        await self._runs.note_end(job, self._clock(), trouble_of(job))

    async def run_now(self, model: ScheduleModel, *, request_id: str | None) -> ScheduleRunModel:
        """As its owner, at once or behind the runs that are open. Raises what asking raises, and `Conflict` where the
        schedule skips what overlaps."""
        now = self._clock()
        others = await self._open_of(model)
        if not begins(model.overlap, len(others)):  # pyright: ignore[reportArgumentType]
            raise Conflict(
                f"A run of “{model.name}” is open, and it skips what overlaps: wait for its end, or cancel its job.",
                code="run_open",
            )
        if model.overlap == "cancel_previous":
            await self._call_off(others, now)
        run = await self._put_by_hand(model, now)
        model.runs += 1
        others = [each for each in await self._open_of(model) if each.id != run.id]
        if not others:
            await self._ask(model, run, now, await self._asker_of(model, {}), request_id)
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

    async def delete_old(self, keep: timedelta) -> None:
        """Runs that ended longer ago than `keep`; their jobs are gone by then."""
        await self._runs.delete_before(self._clock() - keep)

    async def asker(self, owner: Actor) -> Actor:
        """The owner of a schedule as they are now. Raises `Forbidden` where what they came with holds no more."""
        actor = asker_of(owner)
        if not await self._accounts.is_live(actor):
            raise Forbidden(
                f"{owner.name} may no longer do this: the account is gone, its token was revoked or has expired, or "
                "they own the installation no more.",
                code="authority_lost",
            )
        return await self._access.resolve(actor)

    async def pause(self, model: ScheduleModel, by: Actor, code: str, reason: str | None) -> None:
        """What waited is skipped; what is being done goes on."""
        now = self._clock()
        model.state = "paused"
        model.pause = Pause(at=now, by=by.kept_for(model.guild_id), code=code, reason=reason)
        model.updated_at = now
        for run in await self._open_of(model):
            if run.state == "waiting":
                self._end(
                    run, "skipped", now, Trouble("paused", "The schedule was paused before its turn came.")
                )
        await self._audit.record(
            by,
            "schedule.pause",
            ("schedule", model.id),
            guild_id=model.guild_id,
            before={"state": "active"},
            after={"state": "paused", "code": code, "reason": reason},
        )

    async def _tell_paused(self, models: Sequence[ScheduleModel]) -> None:
        """What we have paused of these. At the end, because nobody who has told of something locks anything else."""
        ours = [(to_schedule(model), model.pause) for model in models if model.state == "paused"]
        for schedule, pause in ours:
            if pause is not None:
                await self._told.tell(schedule.guild_id, events.PAUSED, events.paused(schedule, pause))
        for schedule, pause in ours:
            if pause is not None:
                await self._notifications.schedule_paused(
                    schedule.actor,
                    schedule.guild_id,
                    schedule_id=schedule.id,
                    name=schedule.name,
                    reason=pause.reason,
                )

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
                self._end(run, "cancelled", now)
        for job_id in sorted(run.job_id for run in runs if run.job_id is not None):
            try:
                await self._jobs.cancel(SYSTEM, job_id)
            except (Conflict, NotFound):  # it has ended, and says so itself
                continue

    async def _begin(self, models: Sequence[ScheduleModel], now: datetime) -> None:
        """Asks for the first run that waits of each, if none of it is being done. What fails in a way that nobody
        thought of is tried again one by one, so that it is nobody else's trouble."""
        ids = [model.id for model in models]
        try:
            async with self._savepoint(), self._asking.together():
                await self._take_turns(models, now)
        except Exception as error:
            if is_away(error):
                raise
            again = await self._schedules.held(ids)
            if len(again) == 1 and not await self._give_up(again[0], now):
                raise
            for model in again:
                await self._begin([model], now)

    async def _take_turns(self, models: Sequence[ScheduleModel], now: datetime) -> None:
        open_runs = await self._runs.open_of([model.id for model in models])
        askers: dict[bytes, Actor] = {}
        for model in models:
            for run in open_runs[model.id]:
                is_over = run.state != "waiting" or await self._try(model, run, now, askers)
                if run.state == "asked" or not is_over:
                    break
            for run in open_runs[model.id]:
                if run.state == "waiting" and run.look_at is not None and run.look_at <= now:
                    run.look_at = None

    async def _give_up(self, model: ScheduleModel, now: datetime) -> bool:
        """The run whose turn it was, because of the error that is being handled; False where there is none."""
        waiting = [each for each in await self._open_of(model) if each.state == "waiting"]
        if not waiting:
            return False
        log.exception("Schedule %s could not be run", model.id)
        self._end(waiting[0], "refused", now, Trouble("internal", "An error of ours; the log says more."))
        await self._draw(model, "refused")
        return True

    async def _try(
        self, model: ScheduleModel, run: ScheduleRunModel, now: datetime, askers: dict[bytes, Actor]
    ) -> bool:
        """Whether the run is over with that, so that the next one may be tried. `askers` are the owners that were
        looked up in this transaction."""
        try:
            await self._ask(model, run, now, await self._asker_of(model, askers))
        except GuildBusy:
            run.look_at = now + AGAIN_AFTER
            return False
        except (Forbidden, NotFound, Unauthenticated) as error:
            self._end(run, "refused", now, Trouble(error.error_code, error.message))
            model.failures += 1
            await self.pause(model, SYSTEM, "authority_lost", error.message)
        except GuildwrightError as error:
            self._end(run, "refused", now, Trouble(error.error_code, error.message))
            await self._draw(model, "refused")
        return run.state != "asked"

    async def _asker_of(self, model: ScheduleModel, askers: dict[bytes, Actor]) -> Actor:
        """Its owner, but of an end nobody but us."""
        if isinstance(model.payload, UndoPayload):
            return on_behalf_of(model.actor)
        key = msgspec.json.encode(model.actor)
        if key not in askers:
            askers[key] = await self.asker(model.actor)
        return askers[key]

    async def _put_off(self, model: ScheduleModel, state: RunState, now: datetime) -> None:
        """What was called off because nothing may be done in the guild is due again when something may: an end that is
        skipped never comes."""
        is_undo = isinstance(model.payload, UndoPayload)
        if is_undo and state in {"cancelled", "failed"} and await self._schedules.is_closed(model.guild_id):
            model.next_at = model.due_at = now
            if model.state == "ended":
                model.state = "active"

    async def _ask(
        self,
        model: ScheduleModel,
        run: ScheduleRunModel,
        now: datetime,
        asker: Actor,
        request_id: str | None = None,
    ) -> None:
        job = await self._asking.ask(replace(asker, request_id=request_id), model.guild_id, model.payload)
        run.asked_at, run.look_at = now, None
        if job is None:
            self._end(run, "succeeded", now, Trouble("nothing_to_do", "The guild is as it should be."))
            model.failures = 0
        else:
            run.state, run.job_id = "asked", job.id

    async def _draw(self, model: ScheduleModel, state: RunState) -> None:
        model.failures = after_run(state, model.failures)
        if model.failures >= model.pause_after and model.state == "active":
            what = "run" if model.failures == 1 else f"{model.failures} runs"
            reason = f"The last {what} failed."
            await self.pause(model, SYSTEM, "failing", reason)

    async def _open_of(self, model: ScheduleModel) -> list[ScheduleRunModel]:
        return (await self._runs.open_of([model.id]))[model.id]

    @staticmethod
    def _end(run: ScheduleRunModel, state: RunState, now: datetime, trouble: Trouble | None = None) -> None:
        run.state, run.ended_at, run.look_at, run.trouble = state, now, None, trouble
