"""Forgetting what nobody wants to know any more: each kind in a transaction of its own, and as well twice as once."""

import logging

from core.housekeeping.jobs import (
    CLEAN_AUDIT,
    CLEAN_CREDENTIALS,
    CLEAN_DELIVERIES,
    CLEAN_IMAGES,
    CLEAN_JOBS,
    CLEAN_SNAPSHOTS,
    FORGET_LEFT_GUILDS,
    REDELIVER_GIVEN_UP,
    AuditCleaned,
    CleanAudit,
    CleanCredentials,
    CleanDeliveries,
    CleanImages,
    CleanJobs,
    CleanSnapshots,
    CredentialsCleaned,
    DeliveriesCleaned,
    ForgetLeftGuilds,
    GivenUpRedelivered,
    ImagesCleaned,
    JobsCleaned,
    LeftGuildsForgotten,
    RedeliverGivenUp,
    SnapshotsCleaned,
)
from workers.registry import BackgroundContext, runs_in_background

log = logging.getLogger(__name__)


@runs_in_background(CLEAN_JOBS)
async def clean_jobs(job: BackgroundContext, payload: CleanJobs) -> JobsCleaned:
    keep = job.database.retention
    async with job.database.unit() as unit:
        return JobsCleaned(
            jobs=await unit.jobs.delete_old(keep.jobs),
            guild_events=await unit.guild_events.delete_old(keep.jobs),
            undos=await unit.undos.delete_old(keep.jobs),
            runs=await unit.runs.delete_old(keep.jobs),
            idempotency_keys=await unit.idempotency.forget_before(job.clock() - keep.idempotency_keys),
            processes=await unit.processes.bury(),
        )


@runs_in_background(CLEAN_DELIVERIES)
async def clean_deliveries(job: BackgroundContext, payload: CleanDeliveries) -> DeliveriesCleaned:
    async with job.database.unit() as unit:
        secrets = await unit.deliveries.forget_secrets()
        deliveries = await unit.deliveries.clean(job.database.retention.deliveries)
    return DeliveriesCleaned(deliveries=deliveries, secrets=secrets)


@runs_in_background(REDELIVER_GIVEN_UP)
async def redeliver_given_up(job: BackgroundContext, payload: RedeliverGivenUp) -> GivenUpRedelivered:
    """A transaction for each callback, which holds it: whoever disables it meanwhile abandons that as well."""
    within, sent = job.database.retention.given_up, list[int]()
    async with job.database.read() as unit:
        answering = await unit.deliveries.answering_again(within)
    for callback_id in answering:
        async with job.database.unit() as unit:
            sent.append(await unit.deliveries.send_owed(callback_id, within))
    return GivenUpRedelivered(callbacks=len([each for each in sent if each]), deliveries=sum(sent))


@runs_in_background(CLEAN_AUDIT)
async def clean_audit(job: BackgroundContext, payload: CleanAudit) -> AuditCleaned:
    async with job.database.unit() as unit:
        return AuditCleaned(entries=await unit.audit.clean(job.clock() - job.database.retention.audit))


@runs_in_background(CLEAN_CREDENTIALS)
async def clean_credentials(job: BackgroundContext, payload: CleanCredentials) -> CredentialsCleaned:
    async with job.database.unit() as unit:
        return CredentialsCleaned(
            sessions=await unit.sessions.clean(),
            logins=await unit.logins.clean(),
            tokens=await unit.accounts.clean_tokens(job.database.retention.credentials),
        )


@runs_in_background(FORGET_LEFT_GUILDS)
async def forget_left_guilds(job: BackgroundContext, payload: ForgetLeftGuilds) -> LeftGuildsForgotten:
    """One transaction each: a guild with much to delete holds up no other."""
    keep, forgotten = job.database.retention.left_guilds, 0
    async with job.database.read() as unit:
        overdue = await unit.left_guilds.overdue(keep)
    for guild_id in overdue:
        async with job.database.unit() as unit:
            if await unit.left_guilds.forget(guild_id, keep):
                forgotten += 1
                log.info("Guild %s was left long ago, and is forgotten.", guild_id)
    return LeftGuildsForgotten(guilds=forgotten)


@runs_in_background(CLEAN_SNAPSHOTS)
async def clean_snapshots(job: BackgroundContext, payload: CleanSnapshots) -> SnapshotsCleaned:
    async with job.database.unit() as unit:
        keep = await unit.plans.snapshots_since(job.clock() - job.database.retention.plans)
        return SnapshotsCleaned(snapshots=await unit.snapshots.clean(keep=keep))


@runs_in_background(CLEAN_IMAGES)
async def clean_images(job: BackgroundContext, payload: CleanImages) -> ImagesCleaned:
    """Looking through all that could name them is only worth it where some are unused at all."""
    before = job.clock() - job.database.retention.unused_images
    async with job.database.unit() as unit:
        unused = await unit.images.unused_since(before)
        if not unused:
            return ImagesCleaned(images=0)
        named = await unit.snapshots.pictures() | await unit.template_versions.pictures()
        named |= await unit.plans.pictures()
        return ImagesCleaned(images=await unit.images.retire(unused, named=named, before=before))
