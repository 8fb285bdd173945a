"""Reading guilds and keeping what they looked like."""

from core.actor import SYSTEM
from core.guilds.jobs import CAPTURE, SYNC, CapturePayload, CaptureResult, SyncPayload, SyncResult
from workers.registry import JobContext, runs


@runs(SYNC)
async def sync(job: JobContext, payload: SyncPayload) -> SyncResult:
    """Stores the guild as the gateway knows it now."""
    snapshot = await job.gateway.read_guild(job.guild_id)
    powers = await job.gateway.read_powers(job.guild_id)
    async with job.database.unit() as unit:
        changed = await unit.guilds.store(snapshot, powers)
        guild = await unit.guilds.get(SYSTEM, job.guild_id)
    return SyncResult(
        revision=guild.revision, changed=changed, roles=len(snapshot.roles), channels=len(snapshot.channels)
    )


@runs(CAPTURE)
async def capture(job: JobContext, payload: CapturePayload) -> CaptureResult:
    """Keeps a snapshot for the asker."""
    snapshot = await job.gateway.read_guild(job.guild_id)
    async with job.database.unit() as unit:
        kept = await unit.guilds.keep_snapshot(job.job.actor, snapshot, reason="capture", job_id=job.job.id)
    return CaptureResult(snapshot_id=kept.id, roles=len(snapshot.roles), channels=len(snapshot.channels))
