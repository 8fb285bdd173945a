"""Asking the bot to do something by name."""

import uuid
from datetime import datetime

from core.actions.errors import InvalidAction
from core.actions.jobs import spec_of
from core.actions.payloads import Action
from core.actions.validate import problems_of
from core.actor import Actor
from core.errors import Conflict, NotFound, Problem
from core.guilds.service import GuildService
from core.guilds.syncs import SyncService
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.jobs.states import OnConflict
from core.rights import Right, Role

_PAYLOAD = "/payload"


class ActionService:
    def __init__(self, guilds: GuildService, syncs: SyncService, jobs: JobService) -> None:
        self._guilds = guilds
        self._syncs = syncs
        self._jobs = jobs

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
        done, and what asking for a job raises. What depends on channels and members is checked by the bot."""
        await self._require_workable(actor, guild_id)
        if problems := problems_of(action):
            raise InvalidAction(
                f"This cannot be done as it stands: {problems[0].message}",
                problems=tuple(_inside(problem) for problem in problems),
            )
        return await self._jobs.ask(
            actor,
            spec_of(action),
            action,
            guild_id=guild_id,
            run_at=run_at,
            expires_at=expires_at,
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


def _inside(problem: Problem) -> Problem:
    """Pointers count from the request, where the action stands under `payload`."""
    return Problem(pointer=f"{_PAYLOAD}{problem.pointer}", code=problem.code, message=problem.message)
