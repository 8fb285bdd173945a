"""Asking the bot to do something by name."""

import uuid
from datetime import datetime

from core.actions.ends import end_problems
from core.actions.errors import InvalidAction
from core.actions.jobs import spec_of
from core.actions.known import known_problems
from core.actions.payloads import Action, ChannelOverwrite
from core.actions.validate import problems_of
from core.actor import Actor
from core.clock import Clock, in_range
from core.errors import Conflict, NotFound, Problem
from core.guilds.service import GuildService
from core.guilds.syncs import SyncService
from core.jobs.schemas import Job
from core.jobs.service import JobService, require_asker
from core.jobs.states import OnConflict
from core.rights import Right, Role

_PAYLOAD = "/payload"


class ActionService:
    def __init__(self, guilds: GuildService, syncs: SyncService, jobs: JobService, clock: Clock) -> None:
        self._guilds = guilds
        self._syncs = syncs
        self._jobs = jobs
        self._clock = clock

    async def request(
        self,
        actor: Actor,
        guild_id: str,
        action: Action,
        *,
        run_at: datetime | None = None,
        expires_at: datetime | None = None,
        on_conflict: OnConflict = "reject",
    ) -> Job:
        """Raises `InvalidAction` with every bad field, `Conflict` naming the state of a guild in which nothing can be
        done, and what asking for a job raises. What depends on channels and members is checked by the bot; what can
        be known of an overwrite beforehand is also told here. Where the action says until when it holds, the job
        expires then."""
        await self._require_workable(actor, guild_id)
        # Before its fields are judged: who may not ask for it learns no more than that.
        require_asker(actor, spec_of(action), guild_id)
        begins = _begins(self._clock(), run_at)
        _require_none((*problems_of(action), *end_problems(action, begins)))
        if isinstance(action, ChannelOverwrite):
            view = await self._guilds.seen(guild_id)
            _require_none(tuple(known_problems(action, view.structure, view.guild.seen_at)))
        return await self._jobs.ask(
            actor,
            spec_of(action),
            action,
            guild_id=guild_id,
            run_at=run_at,
            expires_at=_expiry(action, begins, expires_at),
            on_conflict=on_conflict,
        )

    async def request_sync(
        self,
        actor: Actor,
        guild_id: str,
        *,
        run_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> Job:
        """Asks the bot to read the guild again, as one of the things that are asked for by name."""
        await self._require_workable(actor, guild_id)
        return await self._syncs.request(actor, guild_id, run_at=run_at, expires_at=expires_at)

    async def request_again(self, actor: Actor, job_id: uuid.UUID) -> Job:
        """Asks again for a job that ended badly. Raises `Conflict` also where nothing can be done in its guild."""
        actor.require_scope(Right.JOBS_WRITE)
        job = await self._jobs.get(actor.unscoped(), job_id)
        if job.guild_id is not None:
            await self._guilds.require_present(actor, job.guild_id)
        return await self._jobs.retry(actor, job_id)

    async def _require_workable(self, actor: Actor, guild_id: str) -> None:
        """What cannot be worked in is said in one way, whether the guild is unknown or in the wrong state: to an owner,
        because others are somebody only where the bot is."""
        try:
            await self._guilds.require_present(actor, guild_id)
        except NotFound as error:
            if actor.role_in(guild_id) is Role.GUEST:
                raise
            raise Conflict(
                f"Guild {guild_id} is in state unknown: the bot has never been in it.", code="guild_state"
            ) from error


def _require_none(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise InvalidAction(
            f"This cannot be done as it stands: {problems[0].message}",
            problems=tuple(_inside(problem) for problem in problems),
        )


def _begins(now: datetime, run_at: datetime | None) -> datetime:
    """What makes no sense as `run_at` is refused where jobs are asked for."""
    return now if run_at is None or not in_range(run_at) else max(now, run_at)


def _expiry(action: Action, begins: datetime, expires_at: datetime | None) -> datetime | None:
    until = getattr(action, "until", None)
    if until is None:
        return expires_at
    by_default = spec_of(action).expires_after
    if expires_at is None and by_default is not None:
        expires_at = begins + by_default if until - begins > by_default else until
    return until if expires_at is None else min(expires_at, until)


def _inside(problem: Problem) -> Problem:
    """Pointers count from the request, where the action stands under `payload`."""
    return Problem(pointer=f"{_PAYLOAD}{problem.pointer}", code=problem.code, message=problem.message)
