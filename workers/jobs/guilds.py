"""Reading guilds, keeping what they looked like, and leaving them."""

from datetime import datetime

from core.actions.jobs import GUILD_LEAVE
from core.actions.payloads import GuildLeave
from core.actions.results import GuildLeft
from core.actor import SYSTEM
from core.guilds.jobs import CAPTURE, SYNC, CapturePayload, CaptureResult, SyncPayload, SyncResult
from core.jobs.journal import Reason
from workers.registry import JobContext, runs


@runs(SYNC)
async def sync(job: JobContext, payload: SyncPayload) -> SyncResult:
    """Stores the guild as the gateway knows it now."""
    async with job.database.unit() as unit:
        changed = await unit.guilds.store_read(job.guild_id, job.read_guild)
        view = await unit.guilds.view(SYSTEM, job.guild_id)
    return SyncResult(
        revision=view.guild.revision,
        changed=changed,
        roles=len(view.structure.roles),
        channels=len(view.structure.channels),
    )


@runs(CAPTURE)
async def capture(job: JobContext, payload: CapturePayload) -> CaptureResult:
    """Keeps a snapshot for the asker."""
    snapshot = await job.gateway.read_guild(job.guild_id)
    async with job.database.unit() as unit:
        kept = await unit.snapshots.keep(
            job.job.actor, snapshot, reason=payload.reason, job_id=job.job.id, label=payload.label
        )
    return CaptureResult(snapshot_id=kept.id, roles=len(snapshot.roles), channels=len(snapshot.channels))


@runs(GUILD_LEAVE)
async def leave(job: JobContext, payload: GuildLeave) -> GuildLeft:
    """A guild that the bot has left already is done."""

    async def act(reason: Reason) -> None:
        await job.gateway.leave_guild(job.guild_id)

    async def look_up(reason: Reason, since: datetime) -> str | None:
        return None if job.guild_id in await job.gateway.guild_ids() else job.guild_id

    await job.journal.announce(1)
    await job.journal.perform("leave", "leaving the guild", act, look_up=look_up)
    return GuildLeft()
