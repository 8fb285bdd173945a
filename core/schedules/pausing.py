"""Pausing a schedule, because somebody says so or because of what became of its runs, and telling of it."""

from collections.abc import Sequence

from core.actor import SYSTEM, Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.jobs.guild_events import GuildEventService
from core.notifications.service import NotificationService
from core.schedules import events
from core.schedules.claims import end_run
from core.schedules.models import ScheduleModel
from core.schedules.rows import to_schedule
from core.schedules.run_repository import RunRepository
from core.schedules.schemas import Pause, Trouble
from core.schedules.states import RunState, after_run


class Pausing:
    def __init__(
        self,
        runs: RunRepository,
        *,
        notifications: NotificationService,
        told: GuildEventService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._notifications = notifications
        self._told = told
        self._audit = audit
        self._clock = clock

    async def pause(self, model: ScheduleModel, by: Actor, code: str, reason: str | None) -> None:
        """What waited is skipped; what is being done goes on."""
        now = self._clock()
        model.state = "paused"
        model.pause = Pause(at=now, by=by.kept_for(model.guild_id), code=code, reason=reason)
        model.updated_at = now
        for run in await self._runs.open_of_one(model.id):
            if run.state == "waiting":
                end_run(
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

    async def draw(self, model: ScheduleModel, state: RunState) -> None:
        """What follows for a schedule from how a run of it ended."""
        model.failures = after_run(state, model.failures)
        if model.failures >= model.pause_after and model.state == "active":
            what = "run" if model.failures == 1 else f"{model.failures} runs"
            reason = f"The last {what} failed."
            await self.pause(model, SYSTEM, "failing", reason)

    async def tell(self, models: Sequence[ScheduleModel]) -> None:
        """What we have paused of these. At the end, because nobody who has told of something locks anything else."""
        ours = [(to_schedule(model), model.pause) for model in models if model.state == "paused"]
        for schedule, pause in ours:
            if pause is not None and schedule.guild_id is not None:
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
