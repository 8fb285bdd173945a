"""Channels followed and left alone, locked and unlocked."""

from datetime import datetime

import msgspec

from core.actions import jobs as specs
from core.actions.authority import source_denials
from core.actions.ends import is_timed
from core.actions.locking import locked, locked_bits, unlocked
from core.actions.payloads import ChannelFollow, ChannelLock, ChannelUnfollow, ChannelUnlock
from core.actions.results import ChannelFollowed, ChannelLocked, ChannelUnfollowed, ChannelUnlocked
from core.discord.types import Overwrite, Snowflake
from core.jobs.errors import JobFailed
from core.jobs.journal import Act, Reason
from workers.acting import (
    CLOCKS_DIFFER,
    allowed_scene,
    not_of_others,
    require,
    require_time,
    scene_of,
    write_overwrite,
)
from workers.registry import JobContext, runs


@runs(specs.CHANNEL_FOLLOW)
async def follow(job: JobContext, payload: ChannelFollow) -> ChannelFollowed:
    """Needs rights in both guilds: to make a webhook here, and to see the channel there."""
    await allowed_scene(job, payload)
    source_guild = await job.gateway.guild_of_channel(payload.source_channel_id)
    if source_guild is None:
        raise JobFailed(
            f"The bot knows no channel {payload.source_channel_id}: it must be in the guild of the channel that "
            "is followed.",
            code="unknown_channel",
        )
    require(source_denials(payload, await scene_of(job, source_guild)))

    async def act(reason: Reason) -> Snowflake:
        return await job.gateway.follow_channel(
            job.guild_id, payload.channel_id, payload.source_channel_id, reason=reason
        )

    async def look_up(reason: Reason, since: datetime) -> Snowflake | None:
        found = await job.gateway.find_followers(
            job.guild_id, payload.channel_id, payload.source_channel_id, since=since - CLOCKS_DIFFER
        )
        left = await not_of_others(job, found)
        return left[0] if left else None

    await job.journal.announce(1)
    webhook_id = await job.journal.perform("follow", "following the channel", act, look_up=look_up)
    return ChannelFollowed(
        channel_id=payload.channel_id,
        source_channel_id=payload.source_channel_id,
        webhook_id=webhook_id or "",
    )


@runs(specs.CHANNEL_UNFOLLOW)
async def unfollow(job: JobContext, payload: ChannelUnfollow) -> ChannelUnfollowed:
    """One that is gone already is done."""
    await allowed_scene(job, payload)

    async def act(reason: Reason) -> None:
        await job.gateway.delete_follower(job.guild_id, payload.channel_id, payload.webhook_id, reason=reason)

    await job.journal.announce(1)
    await job.journal.perform("unfollow", "ending to follow the channel", act)
    return ChannelUnfollowed(channel_id=payload.channel_id, webhook_id=payload.webhook_id)


@runs(specs.CHANNEL_LOCK)
async def lock(job: JobContext, payload: ChannelLock) -> ChannelLocked:
    """What stood before is kept as a step of its own, so that no attempt takes the lock itself for it. It is only
    told: what a later claim writes stands on what it finds."""
    require_time(job, payload)
    scene = await allowed_scene(job, payload)
    channel = scene.channel(payload.channel_id)
    denied = locked_bits(channel.type if channel is not None else "text")
    await job.journal.announce(2)
    kept = await job.journal.perform("look", "looking at who may write", _look(job, payload.channel_id))
    before = now = msgspec.json.decode((kept or "").encode(), type=Overwrite)
    if job.claim > 1:
        now = await job.gateway.look_at_overwrite(job.guild_id, payload.channel_id, job.guild_id)
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
    now = await job.gateway.look_at_overwrite(job.guild_id, payload.channel_id, job.guild_id)
    open_again = unlocked(now, payload.restore, bits)
    await job.journal.announce(1)
    await write_overwrite(job, payload.channel_id, "unlock", "unlocking the channel", open_again)
    return ChannelUnlocked(channel_id=payload.channel_id)


def _look(job: JobContext, channel_id: Snowflake) -> Act:
    async def look(reason: Reason) -> str:
        found = await job.gateway.look_at_overwrite(job.guild_id, channel_id, job.guild_id)
        return msgspec.json.encode(found).decode()

    return look
