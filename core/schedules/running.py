"""Turning occurrences into runs, and runs into jobs: each exactly once, by as many processes as there are.

Whoever writes about the runs of a schedule holds its row. What holds a job writes a run's row alone, and so nobody who
holds a schedule writes a run before its job.
"""

import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from msgspec.structs import replace

from core.access.service import AccessService
from core.accounts.service import AccountService
from core.actor import SYSTEM, Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.db import is_away
from core.errors import Conflict, Forbidden, GuildwrightError, NotFound, Unauthenticated
from core.jobs.errors import GuildBusy
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.schedules.asking import Asking
from core.schedules.models import ScheduleModel, ScheduleRunModel
from core.schedules.repository import RunRepository, ScheduleRepository
from core.schedules.rows import asker_of, pending_of, state_of
from core.schedules.schemas import Pause, Trouble
from core.schedules.states import RunState, after_run, begins
from core.schedules.timing import Decision, Occurrence, decide

log = logging.getLogger(__name__)
AGAIN_AFTER = timedelta(seconds=15)
"""How soon a run asks again in a guild that another structural job holds."""


class Savepoint(Protocol):
    """Begins a part of the transaction that an error undoes alone; what is not to be kept is undone in any case."""

    def __call__(self, *, keep: bool = True) -> AbstractAsyncContextManager[None]: ...


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
        for model in found:
            await self._claim(model, now)
        return len(found)

    async def look_after(self, limit: int) -> int:
        """Draws from ended runs what follows for their schedules, and begins those that waited; answers of how many
        schedules."""
        now = self._clock()
        ids = await self._runs.to_look_at(now, limit)
        for schedule_id in sorted(ids):
            if (model := await self._schedules.find(schedule_id, lock=True)) is not None:
                await self._look_after(model, now)
        return len(ids)

    async def job_ended(self, job: Job) -> None:
        """In the transaction that settles it."""
        await self._runs.note_end(job, self._clock())

    async def run_now(self, model: ScheduleModel, *, request_id: str | None) -> ScheduleRunModel:
        """As its owner, at once or behind the runs that are open. Raises what asking raises, and `Conflict` where the
        schedule skips what overlaps."""
        now = self._clock()
        others = await self._runs.open_of(model.id)
        if not begins(model.overlap, len(others)):  # pyright: ignore[reportArgumentType]
            raise Conflict(
                f"A run of “{model.name}” is open, and it skips what overlaps: wait for its end, or cancel its job.",
                code="run_open",
            )
        if model.overlap == "cancel_previous":
            await self._call_off(others, now)
        run = await self._put_by_hand(model, now)
        model.runs += 1
        if not [each for each in await self._runs.open_of(model.id) if each.id != run.id]:
            await self._ask(model, run, now, request_id)
        else:
            run.look_at = None
        return run

    async def _put_by_hand(self, model: ScheduleModel, now: datetime) -> ScheduleRunModel:
        """At the first moment that has no run yet: it is by this that runs are told apart."""
        occurrence = now
        values: dict[str, Any] = {"due_at": now, "by_hand": True, "state": "waiting", "look_at": now}
        while (run_id := await self._runs.put(model, occurrence=occurrence, **values)) is None:
            occurrence += timedelta(microseconds=1)
        return await self._runs.get_one(id=run_id)

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
        for run in await self._runs.open_of(model.id):
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

    async def _claim(self, model: ScheduleModel, now: datetime) -> None:
        pending = pending_of(model)
        assert pending is not None, "it was found by when it is due"
        left = None if model.max_runs is None else model.max_runs - model.runs
        decision = decide(model.timing, model.id, pending, now, runs_left=left)
        await self._put_runs(model, pending, decision, now)
        model.next_at = None if decision.next is None else decision.next.at
        model.due_at = None if decision.next is None else decision.next.due_at
        if decision.next is None:
            model.state = "ended"
        await self._begin(model, now)

    async def _put_runs(
        self, model: ScheduleModel, pending: Occurrence, decision: Decision, now: datetime
    ) -> None:
        """Those of one claim overlap only with what was open before; among themselves they queue."""
        missed = decision.missed
        if not decision.run:
            trouble = Trouble("missed", "Nobody was there to run it in time.")
            values = {"state": "skipped", "trouble": trouble, "missed": max(missed - 1, 0), "ended_at": now}
            await self._runs.put(model, occurrence=pending.at, due_at=pending.due_at, **values)
            return
        others = await self._runs.open_of(model.id)
        is_begun = begins(model.overlap, len(others))  # pyright: ignore[reportArgumentType]
        if is_begun and model.overlap == "cancel_previous":
            await self._call_off(others, now)
        for occurrence in decision.run:
            values: dict[str, Any] = {"state": "waiting", "look_at": now}
            if not is_begun:
                trouble = Trouble("overlap", f"Run {others[0].id} was still open.")
                values = {"state": "skipped", "trouble": trouble, "ended_at": now}
            put = await self._runs.put(
                model, occurrence=occurrence.at, due_at=occurrence.due_at, missed=missed, **values
            )
            model.runs += put is not None
            missed = 0

    async def _call_off(self, runs: Sequence[ScheduleRunModel], now: datetime) -> None:
        """A job that is being done ends between two of its steps; until then its run is open."""
        for run in runs:
            if run.job_id is None:
                self._end(run, "cancelled", now)
                continue
            try:
                await self._jobs.cancel(SYSTEM, run.job_id)
            except (Conflict, NotFound):  # it has ended, and says so itself
                continue

    async def _look_after(self, model: ScheduleModel, now: datetime) -> None:
        for run in await self._runs.ended_unseen(model.id):
            run.look_at = None
            await self._draw(model, state_of(run))
        await self._begin(model, now)

    async def _begin(self, model: ScheduleModel, now: datetime) -> None:
        """Asks for the first run that waits, if none is being done."""
        for run in await self._runs.open_of(model.id):
            if run.state == "asked":
                break
            if run.state == "waiting" and not await self._try(model, run, now):
                break
        for run in await self._runs.open_of(model.id):
            if run.state == "waiting" and run.look_at is not None and run.look_at <= now:
                run.look_at = None

    async def _try(self, model: ScheduleModel, run: ScheduleRunModel, now: datetime) -> bool:
        """Whether the run is over with that, so that the next one may be tried."""
        try:
            async with self._savepoint():
                await self._ask(model, run, now)
        except GuildBusy:
            run.look_at = now + AGAIN_AFTER
            return False
        except (Forbidden, NotFound, Unauthenticated) as error:
            self._end(run, "refused", now, Trouble(error.error_code, error.message))
            model.failures += 1
            await self.pause(model, SYSTEM, "authority_lost", error.message)
            return True
        except GuildwrightError as error:
            self._end(run, "refused", now, Trouble(error.error_code, error.message))
            await self._draw(model, "refused")
            return True
        except Exception as error:
            if is_away(error):
                raise
            log.exception("Schedule %s could not be run", model.id)
            self._end(run, "refused", now, Trouble("internal", "An error of ours; the log says more."))
            await self._draw(model, "refused")
            return True
        return run.state != "asked"

    async def _ask(
        self, model: ScheduleModel, run: ScheduleRunModel, now: datetime, request_id: str | None = None
    ) -> None:
        actor = replace(await self.asker(model.actor), request_id=request_id)
        job = await self._asking.ask(actor, model.guild_id, model.payload)
        run.asked_at, run.look_at = now, None
        if job is None:
            self._end(run, "succeeded", now, Trouble("nothing_to_do", "The guild is as it should be."))
            model.failures = 0
        else:
            run.state, run.job_id = "asked", job.id

    async def _draw(self, model: ScheduleModel, state: RunState) -> None:
        model.failures = after_run(state, model.failures)
        if model.failures >= model.pause_after and model.state == "active":
            reason = f"The last {model.failures} runs failed."
            await self.pause(model, SYSTEM, "failing", reason)

    @staticmethod
    def _end(run: ScheduleRunModel, state: RunState, now: datetime, trouble: Trouble | None = None) -> None:
        run.state, run.ended_at, run.look_at, run.trouble = state, now, None, trouble
