"""Announcements: posted, written into what was posted, and deleted."""

import uuid

from core.actions.payloads import MessageCrosspost, MessageDelete
from core.actions.results import jump_url
from core.actions.scene import Scene
from core.announcements.jobs import (
    ANNOUNCEMENT_DELETE,
    ANNOUNCEMENT_EDIT,
    ANNOUNCEMENT_POST,
    AnnouncementDelete,
    AnnouncementDeleted,
    AnnouncementEdit,
    AnnouncementEdited,
    AnnouncementPost,
    AnnouncementPosted,
)
from core.announcements.outcomes import step_of
from core.announcements.rendering import edit_of, fields_of, send_of
from core.announcements.schemas import Post, Writing
from core.discord.errors import CallRefused, TargetGone
from core.discord.types import Snowflake
from core.jobs.errors import DoneInPart, JobFailed
from workers.acting import allowed_scene
from workers.messaging import crossposted, deleted, edited, require_own, sent
from workers.registry import JobContext, runs

_NOT_YET = "0"
"""Stands for a message that is not there yet, where it is only asked who may."""


@runs(ANNOUNCEMENT_POST)
async def post(job: JobContext, payload: AnnouncementPost) -> AnnouncementPosted:
    """All that it takes is asked for before the first of it is done, so that nothing is sent which cannot be
    published."""
    writing = await _written(job)
    scene = await allowed_scene(job, send_of(writing.channel_id, writing.message))
    if writing.crosspost:
        await allowed_scene(job, MessageCrosspost(channel_id=writing.channel_id, message_id=_NOT_YET))
    last = await _last(job, writing, scene)
    await job.journal.announce(2 if writing.crosspost else 1)
    is_edited = last is not None and await _edited(job, last, writing)
    if last is not None and is_edited:
        post_id, message_id = last.id, last.message_id
    else:
        post_id = job.job.id
        message_id = await sent(
            job, writing.channel_id, fields_of(writing.message), alike=("announcement_id",)
        )
    if writing.crosspost:
        await _publish(job, writing, post_id, message_id, edited=is_edited)
    return _posted(job, writing, post_id, message_id, edited=is_edited, crossposted=writing.crosspost)


@runs(ANNOUNCEMENT_EDIT)
async def edit(job: JobContext, payload: AnnouncementEdit) -> AnnouncementEdited:
    """In the channel that it was posted in, whatever the announcement's is by now."""
    found = await _post(job, payload.post_id)
    writing = await _written(job)
    scene = await allowed_scene(job, edit_of(found.channel_id, found.message_id, writing.message))
    if not await _is_there(job, found, scene):
        raise _gone(found)
    await job.journal.announce(1)
    if not await _edited(job, found, writing):
        raise _gone(found)
    return AnnouncementEdited(
        announcement_id=writing.announcement_id,
        post_id=found.id,
        channel_id=found.channel_id,
        message_id=found.message_id,
        revision=writing.revision,
        jump_url=jump_url(job.guild_id, found.channel_id, found.message_id),
    )


@runs(ANNOUNCEMENT_DELETE)
async def delete(job: JobContext, payload: AnnouncementDelete) -> AnnouncementDeleted:
    """One that is gone already is done."""
    found = await _post(job, payload.post_id)
    action = MessageDelete(channel_id=found.channel_id, message_id=found.message_id)
    scene = await allowed_scene(job, action)
    await job.journal.announce(1)
    await deleted(job, scene, action, step_id=step_of("delete", found.id))
    return AnnouncementDeleted(
        announcement_id=found.announcement_id,
        post_id=found.id,
        channel_id=found.channel_id,
        message_id=found.message_id,
    )


async def _written(job: JobContext) -> Writing:
    guild = await job.gateway.read_guild(job.guild_id)
    members = await job.gateway.count_members(job.guild_id)
    async with job.database.unit() as unit:
        return await unit.announcement_writings.write(job.job, guild, members)


async def _post(job: JobContext, post_id: uuid.UUID) -> Post:
    async with job.database.read() as unit:
        found = await unit.announcement_posts.post_of(post_id)
    if found is None:
        raise JobFailed(f"There is no post {post_id} any more.", code="unknown_post")
    return found


async def _last(job: JobContext, writing: Writing, scene: Scene) -> Post | None:
    """The message that this goes into, while it is there."""
    if writing.edits is None:
        return None
    found = await _post(job, writing.edits)
    await allowed_scene(job, edit_of(found.channel_id, found.message_id, writing.message))
    return found if await _is_there(job, found, scene) else None


async def _is_there(job: JobContext, found: Post, scene: Scene) -> bool:
    """Of one that is not it is kept that somebody has deleted it."""
    message = await job.gateway.read_message(job.guild_id, found.channel_id, found.message_id)
    if message is None:
        await _note_gone(job, found.id)
        return False
    require_own(message, scene)
    return True


async def _edited(job: JobContext, found: Post, writing: Writing) -> bool:
    """False where it was deleted at that very moment."""
    try:
        await edited(
            job,
            found.channel_id,
            found.message_id,
            fields_of(writing.message),
            step_id=step_of("edit", found.id),
        )
    except TargetGone:
        await _note_gone(job, found.id)
        return False
    return True


async def _publish(
    job: JobContext, writing: Writing, post_id: uuid.UUID, message_id: Snowflake, *, edited: bool
) -> None:
    """Discord lets only a few be published in an hour: what is there meanwhile is told before that."""
    async with job.database.unit() as unit:
        await unit.announcement_posts.note(job.job)
    step_id = step_of("crosspost", post_id)
    try:
        await crossposted(job, writing.channel_id, message_id, step_id=step_id)
    except (CallRefused, JobFailed) as error:
        if not isinstance(error, CallRefused) or isinstance(error, TargetGone):
            await _note_gone(job, post_id)
        raise DoneInPart(
            f"It is posted, and could not be published: {error.message}",
            result=_posted(job, writing, post_id, message_id, edited=edited, crossposted=False),
            code=error.error_code,
            step=step_id,
        ) from error


async def _note_gone(job: JobContext, post_id: uuid.UUID) -> None:
    async with job.database.unit() as unit:
        await unit.announcement_posts.note_gone(post_id)


def _gone(found: Post) -> JobFailed:
    return JobFailed(
        f"The message {found.message_id} of channel {found.channel_id} is gone.", code="unknown_message"
    )


def _posted(
    job: JobContext,
    writing: Writing,
    post_id: uuid.UUID,
    message_id: Snowflake,
    *,
    edited: bool,
    crossposted: bool,
) -> AnnouncementPosted:
    return AnnouncementPosted(
        announcement_id=writing.announcement_id,
        post_id=post_id,
        channel_id=writing.channel_id,
        message_id=message_id,
        revision=writing.revision,
        jump_url=jump_url(job.guild_id, writing.channel_id, message_id),
        edited=edited,
        crossposted=crossposted,
    )
