"""Messages: sent once, edited, deleted, published, purged."""

from datetime import datetime, timedelta

from msgspec import UNSET

from core.actions import jobs as specs
from core.actions.payloads import MessageCrosspost, MessageDelete, MessageEdit, MessagePurge, MessageSend
from core.actions.results import (
    MessageCrossposted,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    MessagesPurged,
    jump_url,
)
from core.discord.messages import Message, MessageFields
from core.discord.types import Snowflake, snowflake_at
from core.jobs.journal import LookUp, Reason
from workers.acting import allowed_scene
from workers.messaging import crossposted, deleted, edited, existing, require_own, sent
from workers.registry import JobContext, runs

# Discord, Resources › Message › Bulk Delete Messages: none older than two weeks. An hour for clocks and the queue.
_BULK_AGE = timedelta(days=14) - timedelta(hours=1)
_PAGE = 100


@runs(specs.MESSAGE_SEND)
async def send(job: JobContext, payload: MessageSend) -> MessageSent:
    """Once: by its nonce while Discord remembers it, by looking for it after that."""
    await allowed_scene(job, payload)
    fields = MessageFields(
        content=payload.content,
        embeds=payload.embeds,
        links=payload.links or UNSET,
        allowed_mentions=payload.allowed_mentions,
        reply_to=payload.reply_to,
        silent=payload.silent,
        suppress_embeds=payload.suppress_embeds,
    )
    await job.journal.announce(1)
    message_id = await sent(job, payload.channel_id, fields, alike=("channel_id", "content"))
    return MessageSent(
        message_id=message_id,
        channel_id=payload.channel_id,
        jump_url=jump_url(job.guild_id, payload.channel_id, message_id),
    )


@runs(specs.MESSAGE_EDIT)
async def edit(job: JobContext, payload: MessageEdit) -> MessageEdited:
    """Only what the bot itself has sent."""
    scene = await allowed_scene(job, payload)
    require_own(await existing(job, payload.channel_id, payload.message_id), scene)
    fields = MessageFields(
        content=payload.content,
        embeds=payload.embeds,
        links=payload.links,
        allowed_mentions=payload.allowed_mentions,
    )

    await job.journal.announce(1)
    await edited(job, payload.channel_id, payload.message_id, fields)
    return MessageEdited(
        message_id=payload.message_id,
        channel_id=payload.channel_id,
        jump_url=jump_url(job.guild_id, payload.channel_id, payload.message_id),
    )


@runs(specs.MESSAGE_DELETE)
async def delete(job: JobContext, payload: MessageDelete) -> MessageDeleted:
    """One that is gone already is done. Of the bot's own the bot may delete any."""
    scene = await allowed_scene(job, payload)
    await job.journal.announce(1)
    await deleted(job, scene, payload)
    return MessageDeleted(message_id=payload.message_id, channel_id=payload.channel_id)


@runs(specs.MESSAGE_CROSSPOST)
async def crosspost(job: JobContext, payload: MessageCrosspost) -> MessageCrossposted:
    """One that is published already is done."""
    await allowed_scene(job, payload)
    await job.journal.announce(1)
    await crossposted(job, payload.channel_id, payload.message_id)
    return MessageCrossposted(
        message_id=payload.message_id,
        channel_id=payload.channel_id,
        jump_url=jump_url(job.guild_id, payload.channel_id, payload.message_id),
    )


@runs(specs.MESSAGE_PURGE)
async def purge(job: JobContext, payload: MessagePurge) -> MessagesPurged:
    """In steps of up to a hundred. Nothing written after the asking is touched, so a repeated attempt deletes no more
    than the first would have."""
    await allowed_scene(job, payload)
    await job.journal.announce(-(-payload.limit // _PAGE))
    deleted = await _deleted_earlier(job, payload)
    too_old = 0
    cursor = payload.before or snowflake_at(job.job.created_at)
    while deleted < payload.limit:
        page = await job.gateway.list_messages(job.guild_id, payload.channel_id, before=cursor)
        wanted = [each for each in page if _is_wanted(each, payload)]
        young = [each.id for each in wanted if each.sent_at > job.clock() - _BULK_AGE]
        too_old += len(wanted) - len(young)
        batch = tuple(young[: payload.limit - deleted])
        if batch:
            await _delete_batch(job, payload.channel_id, batch)
            deleted += len(batch)
        if len(page) < _PAGE or too_old or page[-1].id == cursor:
            break
        cursor = page[-1].id
    return MessagesPurged(channel_id=payload.channel_id, deleted=deleted, too_old=too_old)


async def _delete_batch(job: JobContext, channel_id: Snowflake, batch: tuple[Snowflake, ...]) -> None:
    async def act(reason: Reason) -> str:
        if len(batch) == 1:
            await job.gateway.delete_message(job.guild_id, channel_id, batch[0], reason=reason)
        else:
            await job.gateway.delete_messages(job.guild_id, channel_id, batch, reason=reason)
        return str(len(batch))

    step_id = f"purge:{batch[0]}:{len(batch)}"
    await job.journal.perform(
        step_id, f"deleting {len(batch)} messages", act, look_up=_batch_finder(job, channel_id, step_id)
    )


def _batch_finder(job: JobContext, channel_id: Snowflake, step_id: str) -> LookUp:
    _, first, count = step_id.split(":")

    async def look_up(reason: Reason, since: datetime) -> str | None:
        """A batch goes as a whole: its first message tells."""
        gone = await job.gateway.read_message(job.guild_id, channel_id, first) is None
        return count if gone else None

    return look_up


async def _deleted_earlier(job: JobContext, payload: MessagePurge) -> int:
    """By earlier claims, also by a batch that the last one did not live to record."""
    async with job.database.read() as unit:
        steps = await unit.ledger.steps(job.job.id)
    total = 0
    for step in steps:
        outcome = step.outcome if step.state == "done" else None
        if step.state != "done":
            outcome = await job.journal.recall(step, _batch_finder(job, payload.channel_id, step.id))
        total += int(outcome or 0)
    return total


def _is_wanted(message: Message, payload: MessagePurge) -> bool:
    if payload.after is not None and int(message.id) <= int(payload.after):
        return False
    return payload.author_id is None or message.author_id == payload.author_id
