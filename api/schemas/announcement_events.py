"""What a guild's stream and its callbacks are told of its announcements."""

import uuid
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import Snowflake, Time


class AnnouncementMessageInEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The message that it is about, and the job that did it."""

    announcement_id: uuid.UUID
    post_id: uuid.UUID
    job_id: uuid.UUID
    channel_id: Snowflake
    message_id: Snowflake


class WaitingAnnouncement(msgspec.Struct, frozen=True, kw_only=True):
    """The revision that waits, and who wrote it."""

    announcement_id: uuid.UUID
    name: str
    revision: int
    by: Annotated[str, Meta(description="By name.")]


class AnnouncementPostedEvent(
    AnnouncementMessageInEvent, frozen=True, kw_only=True, tag_field="type", tag="announcement.posted"
):
    """It was sent."""

    guild_id: Snowflake
    at: Time


class AnnouncementEditedEvent(
    AnnouncementMessageInEvent, frozen=True, kw_only=True, tag_field="type", tag="announcement.edited"
):
    """A message of it says something else now."""

    guild_id: Snowflake
    at: Time


class AnnouncementDeletedEvent(
    AnnouncementMessageInEvent, frozen=True, kw_only=True, tag_field="type", tag="announcement.deleted"
):
    """A message of it was deleted, by us."""

    guild_id: Snowflake
    at: Time


class AnnouncementWaitingEvent(
    WaitingAnnouncement, frozen=True, kw_only=True, tag_field="type", tag="announcement.waiting"
):
    """It is not posted before somebody else than who wrote it has approved of it."""

    guild_id: Snowflake
    at: Time


AnnouncementEvent: TypeAlias = (
    AnnouncementPostedEvent | AnnouncementEditedEvent | AnnouncementDeletedEvent | AnnouncementWaitingEvent
)


class CallbackAnnouncementMessage(AnnouncementMessageInEvent, frozen=True, kw_only=True):
    """The message that it is about, and the job that did it."""

    guild_id: Snowflake


class CallbackWaitingAnnouncement(WaitingAnnouncement, frozen=True, kw_only=True):
    """The revision that waits, and who wrote it."""

    guild_id: Snowflake
