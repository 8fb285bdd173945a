"""Asking for the runs that wait, each when its turn has come: when no earlier one of its schedule is open."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from core.actions.undo import UndoPayload, on_behalf_of
from core.actor import SYSTEM, Actor
from core.db import is_away
from core.errors import Forbidden, GuildwrightError, NotFound, Unauthenticated
from core.jobs.errors import GuildBusy
from core.schedules.asking import Asking, Savepoint
from core.schedules.claims import end_run
from core.schedules.models import ScheduleModel, ScheduleRunModel
from core.schedules.owners import Owners
from core.schedules.pausing import Pausing
from core.schedules.repository import ScheduleRepository
from core.schedules.run_repository import RunRepository
from core.schedules.schemas import Trouble

log = logging.getLogger(__name__)
AGAIN_AFTER = timedelta(seconds=15)
"""How soon a run asks again in a guild that another structural job holds."""


class Turns:
    def __init__(
        self,
        schedules: ScheduleRepository,
        runs: RunRepository,
        *,
        asking: Asking,
        owners: Owners,
        pausing: Pausing,
        savepoint: Savepoint,
    ) -> None:
        self._schedules = schedules
        self._runs = runs
        self._asking = asking
        self._owners = owners
        self._pausing = pausing
        self._savepoint = savepoint

    async def begin(self, models: Sequence[ScheduleModel], now: datetime) -> None:
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
                await self.begin([model], now)

    async def take(
        self, model: ScheduleModel, run: ScheduleRunModel, now: datetime, *, request_id: str | None
    ) -> None:
        """Of one whose turn it is. Raises what asking raises."""
        await self._ask(model, run, now, await self._asker_of(model, {}), request_id)

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
        waiting = [each for each in await self._runs.open_of_one(model.id) if each.state == "waiting"]
        if not waiting:
            return False
        log.exception("Schedule %s could not be run", model.id)
        end_run(waiting[0], "refused", now, Trouble("internal", "An error of ours; the log says more."))
        await self._pausing.draw(model, "refused")
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
            end_run(run, "refused", now, Trouble(error.error_code, error.message))
            model.failures += 1
            await self._pausing.pause(model, SYSTEM, "authority_lost", error.message)
        except GuildwrightError as error:
            end_run(run, "refused", now, Trouble(error.error_code, error.message))
            await self._pausing.draw(model, "refused")
        return run.state != "asked"

    async def _asker_of(self, model: ScheduleModel, askers: dict[bytes, Actor]) -> Actor:
        """Its owner, but of an end nobody but us."""
        if model.guild_id is None:
            return replace(SYSTEM, via="schedule")
        if isinstance(model.payload, UndoPayload):
            return on_behalf_of(model.actor)
        key = msgspec.json.encode(model.actor)
        if key not in askers:
            askers[key] = await self._owners.asker(model.actor)
        return askers[key]

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
            end_run(run, "succeeded", now, Trouble("nothing_to_do", "The guild is as it should be."))
            model.failures = 0
        else:
            run.state, run.job_id = "asked", job.id
