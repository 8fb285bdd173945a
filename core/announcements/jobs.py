"""What is asked of the bot about announcements."""

import uuid
from datetime import timedelta
from typing import Final

import msgspec

from core.discord.permissions import Permission
from core.discord.types import Snowflake
from core.jobs.spec import JobSpec
from core.rights import Right

_HOUR = timedelta(hours=1)
_READS = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
_SENDS = _READS | Permission.SEND_MESSAGES | Permission.EMBED_LINKS
# What a message needs depends on the channel, which the bot alone can see: it is checked there.
_IN_CHANNEL = 0


class AnnouncementPost(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="announcement.post"):
    """Says it as it stands when the job begins, and publishes that where it says so."""

    announcement_id: uuid.UUID


class AnnouncementEdit(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="announcement.edit"):
    """Writes what it says now into a message that was posted before."""

    announcement_id: uuid.UUID
    post_id: uuid.UUID


class AnnouncementDelete(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="announcement.delete"
):
    """Deletes a message that was posted before."""

    announcement_id: uuid.UUID
    post_id: uuid.UUID


class _OfPost(msgspec.Struct, frozen=True, kw_only=True):
    announcement_id: uuid.UUID
    post_id: uuid.UUID
    channel_id: Snowflake
    message_id: Snowflake


class _Said(_OfPost, frozen=True, kw_only=True):
    revision: int
    jump_url: str


class AnnouncementPosted(_Said, frozen=True, kw_only=True, tag_field="kind", tag="announcement.post"):
    """`edited` says that it went into the last message instead of another."""

    edited: bool
    crossposted: bool


class AnnouncementEdited(_Said, frozen=True, kw_only=True, tag_field="kind", tag="announcement.edit"): ...


class AnnouncementDeleted(
    _OfPost, frozen=True, kw_only=True, tag_field="kind", tag="announcement.delete"
): ...


ANNOUNCEMENT_POST: Final = JobSpec(
    kind="announcement.post",
    payload=AnnouncementPost,
    result=AnnouncementPosted,
    bits=_IN_CHANNEL,
    bot_bits=int(_SENDS | Permission.MANAGE_MESSAGES),
    right=Right.ANNOUNCEMENTS_WRITE,
    priority=1,
    expires_after=_HOUR,
)
ANNOUNCEMENT_EDIT: Final = JobSpec(
    kind="announcement.edit",
    payload=AnnouncementEdit,
    result=AnnouncementEdited,
    bits=_IN_CHANNEL,
    bot_bits=int(_READS),
    right=Right.ANNOUNCEMENTS_WRITE,
    priority=1,
    expires_after=_HOUR,
)
ANNOUNCEMENT_DELETE: Final = JobSpec(
    kind="announcement.delete",
    payload=AnnouncementDelete,
    result=AnnouncementDeleted,
    bits=_IN_CHANNEL,
    bot_bits=int(_READS),
    right=Right.ANNOUNCEMENTS_WRITE,
    priority=1,
    expires_after=_HOUR,
)
ANNOUNCEMENTS: Final = (ANNOUNCEMENT_POST, ANNOUNCEMENT_EDIT, ANNOUNCEMENT_DELETE)
