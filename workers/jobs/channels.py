"""Channels followed and left alone."""

from datetime import datetime

from core.actions import jobs as specs
from core.actions.authority import source_denials
from core.actions.payloads import ChannelFollow, ChannelUnfollow
from core.actions.results import ChannelFollowed, ChannelUnfollowed
from core.discord.types import Snowflake
from core.jobs.errors import JobFailed
from core.jobs.journal import Reason
from workers.acting import CLOCKS_DIFFER, allowed_scene, not_of_others, require, scene_of
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
