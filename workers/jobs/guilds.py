"""Reading guilds, keeping what they looked like, and leaving them."""

from datetime import datetime

from core.actions.jobs import GUILD_LEAVE
from core.actions.payloads import GuildLeave
from core.actions.results import GuildLeft
from core.actor import SYSTEM
from core.guilds.jobs import CAPTURE, SYNC, CapturePayload, CaptureResult, SyncPayload, SyncResult
from core.jobs.journal import Reason
from workers.capture import keep, store
from workers.registry import JobContext, runs


@runs(SYNC)
async def sync(job: JobContext, payload: SyncPayload) -> SyncResult:
    """Stores the guild as the gateway knows it now, with what has to be asked for."""
    changed = await store(job, await job.gateway.read_details(job.guild_id))
    async with job.database.read() as unit:
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
    kept = await keep(job, payload.reason, label=payload.label, members=payload.members)
    return CaptureResult(
        snapshot_id=kept.info.id,
        roles=len(kept.content.roles),
        channels=len(kept.content.channels),
        images=len(kept.content.images),
        members=kept.info.members,
        notes=kept.info.notes,
    )


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
