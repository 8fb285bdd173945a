"""A direct message that is sent once: by its nonce while Discord remembers it, by looking for it after that."""

from datetime import datetime

from core.discord.messages import MessageFields
from core.discord.types import Snowflake
from core.jobs.journal import Reason
from workers.acting import CLOCKS_DIFFER, NONCE_HOLDS, not_of_others
from workers.registry import JobContext


async def send_once(
    job: JobContext,
    step_id: str,
    title: str,
    *,
    user_id: Snowflake,
    channel_id: Snowflake,
    fields: MessageFields,
    nonce: str,
) -> Snowflake:
    """The message's id. It is known again by its words, which have to be its own: only this job says the same to this
    person."""

    async def act(reason: Reason) -> Snowflake:
        return await job.gateway.send_direct(user_id, channel_id, fields, nonce=nonce)

    async def look_up(reason: Reason, since: datetime) -> Snowflake | None:
        if job.clock() - since < NONCE_HOLDS:
            return None  # sending it again answers with the first
        words = MessageFields(content=fields.content)
        alike = await job.gateway.direct_alike(user_id, channel_id, words, since=since - CLOCKS_DIFFER)
        left = await not_of_others(job, alike)
        return left[0] if left else None

    return await job.journal.perform(step_id, title, act, look_up=look_up) or ""
