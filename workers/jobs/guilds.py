"""Reading guilds and keeping what they looked like."""

from core.actor import SYSTEM
from core.guilds.jobs import CAPTURE, SYNC, CapturePayload, CaptureResult, SyncPayload, SyncResult
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
        kept = await unit.guilds.keep_snapshot(job.job.actor, snapshot, reason="capture", job_id=job.job.id)
    return CaptureResult(snapshot_id=kept.id, roles=len(snapshot.roles), channels=len(snapshot.channels))
