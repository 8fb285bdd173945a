"""Carrying notices: one message with all that came together."""

import uuid
from datetime import datetime

from core.actions.errors import NotAllowed
from core.actions.nonce import nonce_of
from core.discord.messages import MessageFields
from core.discord.types import Snowflake
from core.jobs.journal import Reason
from core.notifications.jobs import NOTIFY, NotifyPayload, NotifyResult
from core.notifications.text import message_of
from workers.acting import CLOCKS_DIFFER, NONCE_HOLDS, not_of_others
from workers.direct import send_once
from workers.registry import JobContext, runs

_STEP, _TITLE = "notify", "sending the message"


@runs(NOTIFY)
async def notify(job: JobContext, payload: NotifyPayload) -> NotifyResult:
    """What was written until now; nothing is added once the job has begun, so every attempt says the same."""
    async with job.database.read() as unit:
        lines = await unit.notifications.lines_of(job.job.id)
    if not lines:
        return NotifyResult(notices=0)
    fields = MessageFields(content=message_of(lines))
    await job.journal.announce(1)
    if payload.user_id is not None:
        sent = await _to_person(job, payload.user_id, fields)
    else:
        sent = await _to_channel(job, payload.channel_id or "", fields)
    return NotifyResult(notices=len(lines), message_id=sent)


async def _to_person(job: JobContext, user_id: Snowflake, fields: MessageFields) -> Snowflake:
    return await send_once(
        job,
        _STEP,
        _TITLE,
        user_id=user_id,
        channel_id=await job.gateway.open_direct(user_id),
        fields=fields,
        nonce=_nonce(job, user_id),
    )


async def _to_channel(job: JobContext, channel_id: Snowflake, fields: MessageFields) -> Snowflake:
    """A channel of the guild's own, whatever its settings name."""
    if await job.gateway.guild_of_channel(channel_id) != job.guild_id:
        raise NotAllowed(f"Channel {channel_id} is none of this guild's.", code="unknown_channel")

    async def act(reason: Reason) -> Snowflake:
        return await job.gateway.send_message(job.guild_id, channel_id, fields, nonce=_nonce(job, channel_id))

    async def look_up(reason: Reason, since: datetime) -> Snowflake | None:
        if job.clock() - since < NONCE_HOLDS:
            return None  # sending it again answers with the first
        alike = await job.gateway.sent_alike(job.guild_id, channel_id, fields, since=since - CLOCKS_DIFFER)
        left = await not_of_others(job, alike)
        return left[0] if left else None

    return await job.journal.perform(_STEP, _TITLE, act, look_up=look_up) or ""


def _nonce(job: JobContext, recipient: Snowflake) -> str:
    return nonce_of(uuid.uuid5(job.job.id, recipient))
