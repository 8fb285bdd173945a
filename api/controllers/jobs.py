"""Jobs: asking for them, watching them and calling them off."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import QueryParameter
from litestar.response import Stream

from api import events
from api.answers import Answer, accepted
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.errors import InvalidParameter
from api.guards import needs, needs_kind
from api.locations import job_at
from api.operations import operation
from api.params import SNOWFLAKE, Cursor, GuildId, JobId, Limit, in_utc, paging_of
from api.parts import parts_of
from api.schemas.actions import action_of
from api.schemas.jobs import CreateJob, Job, JobPage, JobState, JobStepPage, SyncPayload, job_of, step_of
from core.actor import Actor
from core.discord.types import is_snowflake
from core.errors import Conflict, Forbidden, NotFound
from core.jobs import schemas as core
from core.jobs.schemas import JobFilter
from core.rights import Right
from core.uow import UnitOfWork

Kind = Annotated[str | None, QueryParameter(max_length=100, description="E.g. template.apply.")]
OfGuild = Annotated[
    str | None,
    QueryParameter(name="guild_id", description="Jobs of this guild.", schema_extra={"pattern": SNOWFLAKE}),
]
InState = Annotated[JobState | None, QueryParameter(name="state", description="Jobs in this state.")]
AskedBy = Annotated[
    UUID | None, QueryParameter(name="actor", description="Jobs that this account asked for.")
]
Since = Annotated[
    datetime | None,
    QueryParameter(description="Jobs asked for at this moment or later (RFC 3339)."),
]


class JobController(Controller):
    path = "/jobs"
    tags = ("jobs",)

    @get("/", guards=[needs(Right.JOBS_READ)], **operation("listJobs"))
    async def jobs(
        self,
        *,
        actor: Asker,
        unit: Unit,
        in_state: InState = None,
        kind: Kind = None,
        of_guild: OfGuild = None,
        asked_by: AskedBy = None,
        since: Since = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JobPage:
        """Jobs, newest first."""
        if of_guild is not None and not is_snowflake(of_guild):
            raise InvalidParameter("guild_id", "A guild's id is a number of up to 19 digits.", code="format")
        wanted = JobFilter(
            state=in_state, kind=kind, guild_id=of_guild, actor=asked_by, since=in_utc("since", since)
        )
        page = await unit.jobs.list(actor, wanted, paging_of(limit, cursor))
        return JobPage(items=tuple(map(job_of, page.items)), next_cursor=page.next_cursor)

    @get(
        "/{job_id:uuid}",
        guards=[needs(Right.JOBS_READ)],
        **operation("getJob", refuses=(NotFound,), waits=True),
    )
    async def job(self, *, actor: Asker, unit: Unit, job_id: JobId) -> Job:
        """One job. With `Prefer: wait=N` it is answered as soon as it has settled."""
        return job_of(await unit.jobs.get(actor, job_id))

    @get(
        "/{job_id:uuid}/steps",
        guards=[needs(Right.JOBS_READ)],
        **operation("listJobSteps", refuses=(NotFound,)),
    )
    async def steps(self, *, actor: Asker, unit: Unit, job_id: JobId) -> JobStepPage:
        """Every call that the job has recorded."""
        return JobStepPage(items=tuple(map(step_of, await unit.jobs.steps(actor, job_id))))

    @post(
        "/{job_id:uuid}/cancel",
        guards=[needs(Right.JOBS_WRITE)],
        **operation(
            "cancelJob", statuses=(202, 200), refuses=(NotFound, Forbidden, Conflict), once=True, waits=True
        ),
    )
    async def cancel(self, *, actor: Asker, unit: Unit, once: Once, job_id: JobId) -> Response[Job]:
        """Call a job off: at once where it is not running, otherwise between two of its steps."""

        async def ask() -> Answer[Job]:
            return accepted(job_of(await unit.jobs.cancel(actor, job_id)), job_at(job_id))

        return await once(ask)

    @post(
        "/{job_id:uuid}/retry",
        guards=[needs(Right.JOBS_WRITE)],
        **operation(
            "retryJob", statuses=(202, 200), refuses=(NotFound, Forbidden, Conflict), once=True, waits=True
        ),
    )
    async def retry(self, *, actor: Asker, unit: Unit, once: Once, job_id: JobId) -> Response[Job]:
        """Ask again for a job that failed, was done in part or is dead."""

        async def ask() -> Answer[Job]:
            return accepted(job_of(await unit.actions.request_again(actor, job_id)), job_at(job_id))

        return await once(ask)

    @get(
        "/{job_id:uuid}/events",
        guards=[needs(Right.JOBS_READ)],
        **operation("streamJobEvents", refuses=(NotFound,), gives=(events.MEDIA_TYPE,), statuses=(200, 204)),
    )
    async def events(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, job_id: JobId
    ) -> Response[Any]:
        """Follow a job: its history from the beginning, or behind `Last-Event-ID`, until it settles.

        Server-sent events: `id` is the job's id and the event's sequence (`0195…:3`; as Last-Event-ID the sequence
        alone will do), `event` the type, `data` the event as JSON. While nothing happens, comments show that it lives.
        Answered with 204 where nothing is left to tell, which keeps an EventSource from connecting again.
        """
        job = await unit.jobs.get(actor, job_id)
        after = events.last_seen(request.headers.get(events.HEADER), job_id)
        if job.is_settled and after and not await unit.jobs.events_after(actor, job_id, after):
            return Response(None, status_code=204)
        return Stream(
            events.events_of(parts_of(request.scope), actor, job_id, after),
            media_type=events.MEDIA_TYPE,
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )


class GuildJobController(Controller):
    tags = ("jobs",)

    @post(
        "/guilds/{guild_id:str}/jobs",
        guards=[needs_kind(Right.JOBS_CREATE)],
        **operation(
            "createJob",
            body=CreateJob,
            statuses=(202, 200),
            refuses=(NotFound, Forbidden, Conflict),
            once=True,
            waits=True,
        ),
    )
    async def create(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, guild_id: GuildId
    ) -> Response[Job]:
        """Have the bot do something: once, even if any part of the way fails. With `Prefer: wait=N` the answer is the
        settled job."""
        wanted = await body_of(request, CreateJob)

        async def ask() -> Answer[Job]:
            job = await _asked(unit, actor, guild_id, wanted)
            return accepted(job_of(job), job_at(job.id))

        return await once(ask)

    @get(
        "/guilds/{guild_id:str}/events",
        guards=[needs(Right.EVENTS_READ)],
        **operation(
            "streamGuildEvents",
            refuses=(NotFound, Forbidden),
            gives=(events.MEDIA_TYPE,),
            tells="GuildEvent",
        ),
    )
    async def events(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, guild_id: GuildId
    ) -> Response[Any]:
        """Follow a guild, its drift and all its jobs: what happens from now on, or since `Last-Event-ID`.

        Server-sent events: `id` is the job's id and the event's sequence (`0195…:3`), or of an event that is of no job
        an id of its own (`0195…:1`), `event` the type, `data` the event as JSON. While nothing happens, comments show
        that it lives. The server ends the stream after an hour: connect again, and nothing is missed.
        """
        await unit.guilds.known(actor, guild_id)
        last = events.last_seen_in_guild(request.headers.get(events.HEADER))
        position = await unit.jobs.guild_position(actor, guild_id, last)
        return Stream(
            events.events_in_guild(parts_of(request.scope), actor, guild_id, position),
            media_type=events.MEDIA_TYPE,
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )


async def _asked(unit: UnitOfWork, actor: Actor, guild_id: str, wanted: CreateJob) -> core.Job:
    if isinstance(wanted.payload, SyncPayload):
        return await unit.actions.request_sync(
            actor, guild_id, run_at=wanted.run_at, expires_at=wanted.expires_at
        )
    return await unit.actions.request(
        actor,
        guild_id,
        action_of(wanted.payload),
        run_at=wanted.run_at,
        expires_at=wanted.expires_at,
        on_conflict=wanted.on_conflict,
    )
