"""Telling the installation's owners of guilds that wait for them, and of what was decided."""

import uuid
from collections.abc import Sequence

from core.actions.nonce import nonce_of
from core.actor import SYSTEM
from core.discord.errors import CallRefused
from core.discord.messages import MessageFields
from core.discord.types import Snowflake
from core.guilds.jobs import (
    ANNOUNCE_DECISION,
    ANNOUNCE_JOIN,
    AnnounceDecisionPayload,
    AnnounceDecisionResult,
    AnnounceJoinPayload,
    AnnounceJoinResult,
    OwnerTold,
)
from core.guilds.join_messages import decision_message, join_message, join_text
from core.guilds.join_notices import JoinNotice
from core.guilds.schemas import Guild
from core.jobs.errors import DoneInPart
from core.jobs.journal import Reason
from workers.direct import send_once
from workers.registry import JobContext, runs


@runs(ANNOUNCE_JOIN)
async def announce_join(job: JobContext, payload: AnnounceJoinPayload) -> AnnounceJoinResult:
    """One message an owner. What is decided while they are sent is said in them before the job ends: whoever decides
    then did not find them all."""
    guild = await _guild(job)
    if guild.state != "pending":
        return AnnounceJoinResult()
    everyone = await job.gateway.read_owners() | job.database.people.owner_ids
    async with job.database.read() as unit:
        owners = sorted(await unit.notifications.wanting_pending(everyone))
    text = join_text(guild.id, payload.name, payload.joined_at)
    fields = join_message(text, guild, await job.gateway.count_members(guild.id))
    await job.journal.announce(len(owners))
    told = [await _tell(job, owner, fields) for owner in owners]
    await _say_decision(job)
    return _whole(told)


@runs(ANNOUNCE_DECISION)
async def announce_decision(job: JobContext, payload: AnnounceDecisionPayload) -> AnnounceDecisionResult:
    """A message that cannot be edited any more, because it was deleted, is left alone."""
    return AnnounceDecisionResult(messages=await _say_decision(job))


async def _tell(job: JobContext, owner: Snowflake, fields: MessageFields) -> OwnerTold:
    try:
        channel_id = await job.gateway.open_direct(owner)
        message_id = await send_once(
            job,
            f"announce:{owner}",
            f"telling the owner {owner}",
            user_id=owner,
            channel_id=channel_id,
            fields=fields,
            nonce=nonce_of(uuid.uuid5(job.job.id, owner)),
        )
    except CallRefused as error:
        return OwnerTold(user_id=owner, code=error.error_code, message=error.message)
    notice = JoinNotice(
        message_id=message_id,
        channel_id=channel_id,
        user_id=owner,
        guild_id=job.guild_id,
        job_id=job.job.id,
    )
    async with job.database.unit() as unit:
        await unit.join_notices.keep(notice)
    return OwnerTold(user_id=owner, message_id=message_id)


def _whole(told: Sequence[OwnerTold]) -> AnnounceJoinResult:
    """Raises `DoneInPart` where somebody was not reached."""
    result = AnnounceJoinResult(owners=tuple(told))
    missed = [each for each in told if each.message_id is None]
    if missed:
        who = ", ".join(f"{each.user_id} ({each.code})" for each in missed)
        raise DoneInPart(f"Not every owner was told: {who}.", result=result)
    return result


async def _say_decision(job: JobContext) -> int:
    """Edits every message of the guild whose buttons are still there; none while nothing is decided."""
    async with job.database.unit() as unit:
        await unit.guilds.lock(job.guild_id)
        guild = await unit.guilds.get(SYSTEM, job.guild_id)
        waiting = () if guild.state == "pending" else await unit.join_notices.of(job.guild_id)
    for notice in waiting:
        await _edit(job, notice, decision_message(guild))
        async with job.database.unit() as unit:
            await unit.join_notices.forget(notice.message_id)
    return len(waiting)


async def _edit(job: JobContext, notice: JoinNotice, fields: MessageFields) -> None:
    async def act(reason: Reason) -> None:
        await job.gateway.edit_direct(notice.user_id, notice.channel_id, notice.message_id, fields)

    step_id = f"edit:{notice.message_id}"
    try:
        await job.journal.perform(step_id, f"telling {notice.user_id} what was decided", act)
    except CallRefused:
        return


async def _guild(job: JobContext) -> Guild:
    async with job.database.read() as unit:
        return await unit.guilds.get(SYSTEM, job.guild_id)
