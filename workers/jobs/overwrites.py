"""Overwrites of a channel: locked and unlocked, and written as a whole."""

import msgspec

from core.actions import jobs as specs
from core.actions.ends import is_timed
from core.actions.errors import NotAllowed
from core.actions.locking import locked, locked_bits, unlocked
from core.actions.overwriting import says_nothing, says_the_same, wanted
from core.actions.payloads import ChannelLock, ChannelOverwrite, ChannelUnlock
from core.actions.results import ChannelLocked, ChannelOverwritten, ChannelUnlocked, OverwriteSays
from core.discord.permissions import names_of
from core.discord.types import Overwrite, Snowflake
from core.jobs.journal import Act, Reason
from workers.acting import allowed_scene, require_time, write_overwrite
from workers.registry import JobContext, runs


@runs(specs.CHANNEL_LOCK)
async def lock(job: JobContext, payload: ChannelLock) -> ChannelLocked:
    """What stood before is kept as a step of its own, so that no attempt takes the lock itself for it. It is only
    told: what a later claim writes stands on what it finds."""
    require_time(job, payload)
    scene = await allowed_scene(job, payload)
    channel = scene.channel(payload.channel_id)
    denied = locked_bits(channel.type if channel is not None else "text")
    everyone = Overwrite(kind="role", id=job.guild_id)
    await job.journal.announce(2)
    kept = await job.journal.perform(
        "look", "looking at who may write", _look(job, payload.channel_id, everyone)
    )
    before = now = msgspec.json.decode((kept or "").encode(), type=Overwrite)
    if job.claim > 1:
        now = await job.gateway.look_at_overwrite(job.guild_id, payload.channel_id, everyone)
    await write_overwrite(
        job,
        payload.channel_id,
        "lock",
        "locking the channel",
        locked(now, denied),
        is_new=locked(before, denied) != before,
    )
    undo_id = job.job.id if is_timed(payload) else None
    return ChannelLocked(channel_id=payload.channel_id, before=before, undo_id=undo_id)


@runs(specs.CHANNEL_UNLOCK)
async def unlock(job: JobContext, payload: ChannelUnlock) -> ChannelUnlocked:
    """Only the bits that locking denies are touched: whatever else was changed since stays."""
    scene = await allowed_scene(job, payload)
    channel = scene.channel(payload.channel_id)
    bits = locked_bits(channel.type if channel is not None else "text")
    everyone = Overwrite(kind="role", id=job.guild_id)
    now = await job.gateway.look_at_overwrite(job.guild_id, payload.channel_id, everyone)
    open_again = unlocked(now, payload.restore, bits)
    await job.journal.announce(1)
    await write_overwrite(job, payload.channel_id, "unlock", "unlocking the channel", open_again)
    return ChannelUnlocked(channel_id=payload.channel_id)


@runs(specs.CHANNEL_OVERWRITE)
async def overwrite(job: JobContext, payload: ChannelOverwrite) -> ChannelOverwritten:
    """What stood before is looked at anew by each claim, until one has begun to write."""
    require_time(job, payload)
    await allowed_scene(job, payload)
    then = wanted(payload)
    await _require_target(job, then)
    look_id, is_looked = await _last_look(job)
    await job.journal.announce(1 if is_looked else 2, planned_anew=job.claim > 1)
    kept = await job.journal.perform(
        look_id, "looking at what is written there", _look(job, payload.channel_id, then)
    )
    before = msgspec.json.decode((kept or "").encode(), type=Overwrite)
    is_new = not says_the_same(before, then)
    await write_overwrite(job, payload.channel_id, _WRITE, "writing the overwrite", then, is_new=is_new)
    return ChannelOverwritten(
        channel_id=payload.channel_id,
        target_kind=payload.target_kind,
        target_id=payload.target_id,
        before=_said(before),
        after=_said(then),
        undo_id=job.job.id if is_timed(payload) else None,
    )


_WRITE = "overwrite"


async def _require_target(job: JobContext, then: Overwrite) -> None:
    """What is written for somebody who has left may be removed."""
    if then.kind != "member" or says_nothing(then):
        return
    if await job.gateway.read_member(job.guild_id, then.id) is None:
        raise NotAllowed(f"{then.id} is no member of this guild.", code="unknown_member")


async def _last_look(job: JobContext) -> tuple[str, bool]:
    """The step of the look that counts, and whether it was done before."""
    if job.claim == 1:
        return "look", False
    async with job.database.read() as unit:
        steps = await unit.ledger.steps(job.job.id)
    looks = [step.id for step in steps if step.id.startswith("look") and step.state == "done"]
    has_begun = any(step.id == _WRITE and step.state != "superseded" for step in steps)
    return (looks[-1], True) if looks and has_begun else (f"look:{job.claim}", False)


def _said(overwrite: Overwrite) -> OverwriteSays:
    return OverwriteSays(allow=names_of(overwrite.allow), deny=names_of(overwrite.deny))


def _look(job: JobContext, channel_id: Snowflake, like: Overwrite) -> Act:
    async def look(reason: Reason) -> str:
        found = await job.gateway.look_at_overwrite(job.guild_id, channel_id, like)
        return msgspec.json.encode(found).decode()

    return look
