"""Messages of the bot's own, as jobs write them: sent once, edited, deleted, published."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from core.actions.authority import foreign_denials
from core.actions.errors import NotAllowed
from core.actions.nonce import nonce_of
from core.actions.payloads import MessageDelete
from core.actions.scene import Scene
from core.discord.errors import GatewayAbsent, Undecided
from core.discord.messages import Message, MessageFields
from core.discord.types import Snowflake
from core.jobs.errors import JobFailed
from core.jobs.journal import Reason
from workers.acting import CLOCKS_DIFFER, NONCE_HOLDS, not_of_others, require
from workers.registry import JobContext

SEND: Final = "send"


async def sent(
    job: JobContext, channel_id: Snowflake, fields: MessageFields, *, alike: Collection[str]
) -> Snowflake:
    """The message's id: by its nonce while Discord remembers it, by looking for it after that. Jobs of this kind that
    have the same under these names of their payload say the same there."""
    nonce = nonce_of(job.job.id)

    async def act(reason: Reason) -> Snowflake:
        return await job.gateway.send_message(job.guild_id, channel_id, fields, nonce=nonce)

    async def look_up(reason: Reason, since: datetime) -> Snowflake | None:
        if job.clock() - since < NONCE_HOLDS:
            return None  # sending it again answers with the first
        found = await job.gateway.sent_alike(job.guild_id, channel_id, fields, since=since - CLOCKS_DIFFER)
        return await _only_one(job, found, alike)

    return await job.journal.perform(SEND, "sending the message", act, look_up=look_up) or ""


async def edited(
    job: JobContext,
    channel_id: Snowflake,
    message_id: Snowflake,
    fields: MessageFields,
    *,
    step_id: str = "edit",
) -> None:
    async def act(reason: Reason) -> None:
        await job.gateway.edit_message(job.guild_id, channel_id, message_id, fields)

    async def look_up(reason: Reason, since: datetime) -> Snowflake | None:
        done = await job.gateway.reads_as(job.guild_id, channel_id, message_id, fields)
        return message_id if done else None

    await job.journal.perform(step_id, "editing the message", act, look_up=look_up)


async def deleted(job: JobContext, scene: Scene, action: MessageDelete, *, step_id: str = "delete") -> None:
    """One that is gone already is done. Of the bot's own the bot may delete any."""
    channel_id, message_id = action.channel_id, action.message_id
    if denied := tuple(foreign_denials(action, scene)):
        message = await job.gateway.read_message(job.guild_id, channel_id, message_id)
        if message is not None and message.author_id != scene.parties[0].member.user_id:
            require(denied)

    async def act(reason: Reason) -> None:
        await job.gateway.delete_message(job.guild_id, channel_id, message_id, reason=reason)

    async def look_up(reason: Reason, since: datetime) -> Snowflake | None:
        now = await job.gateway.read_message(job.guild_id, channel_id, message_id)
        return message_id if now is None else None

    await job.journal.perform(step_id, "deleting the message", act, look_up=look_up)


async def crossposted(
    job: JobContext, channel_id: Snowflake, message_id: Snowflake, *, step_id: str = "crosspost"
) -> None:
    """One that is published already is done."""
    message = await existing(job, channel_id, message_id)

    async def act(reason: Reason) -> None:
        if not message.is_published:
            await job.gateway.crosspost_message(job.guild_id, channel_id, message_id)

    async def look_up(reason: Reason, since: datetime) -> Snowflake | None:
        now = await job.gateway.read_message(job.guild_id, channel_id, message_id)
        return message_id if now is not None and now.is_published else None

    await job.journal.perform(step_id, "publishing the message", act, look_up=look_up)


async def existing(job: JobContext, channel_id: Snowflake, message_id: Snowflake) -> Message:
    """Raises `JobFailed` where there is no such message."""
    message = await job.gateway.read_message(job.guild_id, channel_id, message_id)
    if message is None:
        raise JobFailed(f"There is no message {message_id} in channel {channel_id}.", code="unknown_message")
    return message


def require_own(message: Message, scene: Scene) -> None:
    """Raises `NotAllowed` for somebody else's than the bot's."""
    if message.author_id != scene.parties[0].member.user_id:
        raise NotAllowed("Only messages of the bot's own can be edited.", code="not_own_message")


async def _only_one(
    job: JobContext, found: tuple[Snowflake, ...], alike: Collection[str]
) -> Snowflake | None:
    """Of messages that say the same one that no other job has sent. Where others are in doubt about the same words it
    does not matter whose is whose, as long as each message is one job's; more than there are jobs are somebody's."""
    # Who is in doubt first, and only then what is left: who stops being in doubt between the two has taken theirs.
    async with job.database.read() as unit:
        others = await unit.ledger.in_doubt_alike(job.job, alike)
    left = await not_of_others(job, found)
    if not left:
        return None
    if any(others):
        raise GatewayAbsent("Another job is sending the same words at this moment.")
    if len(left) > 1 + len(others):
        raise Undecided(f"{len(left)} messages say the same: {', '.join(left)}.")
    async with job.database.unit() as unit:
        return await unit.ledger.take_outcome(job.job.id, job.claim, SEND, left)
