"""Schedules as people look at them: those of a guild, what became of each, and when each runs next."""

import uuid
from collections.abc import Collection, Sequence

from msgspec.structs import replace

from core.actor import Actor
from core.clock import Clock
from core.discord.types import Snowflake
from core.errors import NotFound
from core.guilds.service import GuildService
from core.paging import Page, Paging
from core.rights import Right
from core.schedules.checks import require_sound_timing
from core.schedules.models import ScheduleModel
from core.schedules.repository import ScheduleRepository
from core.schedules.rows import anchored, to_run, to_schedule
from core.schedules.run_repository import RunRepository
from core.schedules.schemas import Schedule, ScheduleFilter, ScheduleRun
from core.schedules.states import RunState
from core.schedules.timing import Occurrence, Timing, preview

MOST_PREVIEWED = 100
SHOWN_AHEAD = 5
"""Of the next runs, where nobody says how many."""


ALL = ScheduleFilter()


class ScheduleReadings:
    def __init__(
        self, schedules: ScheduleRepository, runs: RunRepository, *, guilds: GuildService, clock: Clock
    ) -> None:
        self._schedules = schedules
        self._runs = runs
        self._guilds = guilds
        self._clock = clock

    async def preview(
        self, actor: Actor, guild_id: Snowflake, timing: Timing, count: int
    ) -> tuple[Occurrence, ...]:
        """When it would run, without its jitter. Raises `Invalid` for times as `create` does."""
        actor.require(guild_id, Right.SCHEDULES_READ)
        await self._guilds.known(actor, guild_id)
        now = self._clock()
        timing = anchored(timing, now)
        require_sound_timing(timing, now)
        return preview(replace(timing, jitter_seconds=0), uuid.UUID(int=0), now, count)

    async def get(self, actor: Actor, schedule_id: uuid.UUID) -> Schedule:
        """Raises `NotFound` also for a schedule of a guild that the actor may not know of."""
        return to_schedule(await self._visible(actor, schedule_id))

    async def list(
        self, actor: Actor, guild_id: Snowflake, paging: Paging, wanted: ScheduleFilter = ALL
    ) -> Page[Schedule]:
        """Newest first."""
        actor.require(guild_id, Right.SCHEDULES_READ)
        await self._guilds.known(actor, guild_id)
        return _page(await self._schedules.page(guild_id, wanted, paging), paging.limit)

    async def list_installation(self, actor: Actor, paging: Paging) -> Page[Schedule]:
        """Those of no guild, for the installation's owner."""
        actor.require_owner(Right.SYSTEM_READ)
        return _page(await self._schedules.page(None, ALL, paging), paging.limit)

    async def runs(
        self, actor: Actor, schedule_id: uuid.UUID, paging: Paging, state: RunState | None = None
    ) -> Page[ScheduleRun]:
        """Newest first."""
        await self._visible(actor, schedule_id)
        rows = await self._runs.page(schedule_id, state, paging)
        items = tuple(to_run(row) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def upcoming(self, actor: Actor, schedule_id: uuid.UUID, count: int) -> tuple[Occurrence, ...]:
        """As `ahead`."""
        return self.ahead(await self.get(actor, schedule_id), count)

    def ahead(self, schedule: Schedule, count: int) -> tuple[Occurrence, ...]:
        """The next ones, as if it were active; none where it has ended. One whose moment is over and that waits for
        its jitter is still to come."""
        if schedule.state == "ended":
            return ()
        left = max(schedule.max_runs - schedule.runs, 0) if schedule.max_runs is not None else count
        first = () if schedule.next is None else (schedule.next,)
        after = self._clock() if schedule.next is None else schedule.next.at
        return (*first, *preview(schedule.timing, schedule.id, after, count))[: min(left, count)]

    async def latest_runs(
        self, actor: Actor, guild_id: Snowflake, ids: Collection[uuid.UUID]
    ) -> dict[uuid.UUID, ScheduleRun]:
        """Of those of the guild's schedules that have ever had one."""
        actor.require(guild_id, Right.SCHEDULES_READ)
        await self._guilds.known(actor, guild_id)
        return {row.schedule_id: to_run(row) for row in await self._runs.latest_of(guild_id, ids)}

    async def last_zone(self, actor: Actor, guild_id: Snowflake) -> str | None:
        """That of the schedule which somebody of the guild was last to make or change."""
        actor.require(guild_id, Right.SCHEDULES_READ)
        await self._guilds.known(actor, guild_id)
        return await self._schedules.last_zone(guild_id)

    async def _visible(self, actor: Actor, schedule_id: uuid.UUID, *, lock: bool = False) -> ScheduleModel:
        actor.require_scope(Right.SCHEDULES_WRITE if lock else Right.SCHEDULES_READ)
        model = await self._schedules.find(schedule_id, lock=lock)
        if model is None or not _may_know(actor, model):
            raise NotFound(f"There is no schedule {schedule_id}.")
        if model.guild_id is None:
            actor.require_scope(Right.SYSTEM_WRITE if lock else Right.SYSTEM_READ)
        return model


def _page(rows: Sequence[ScheduleModel], limit: int) -> Page[Schedule]:
    items = tuple(map(to_schedule, rows[:limit]))
    return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > limit else None)


def _may_know(actor: Actor, model: ScheduleModel) -> bool:
    """Of the installation's own its owner alone."""
    if model.guild_id is None:
        return actor.is_everywhere
    return actor.unscoped().may(model.guild_id, Right.SCHEDULES_READ)
