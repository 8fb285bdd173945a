"""What is asked of the bot about announcements, and what came of it, as jobs show it."""

import uuid
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.results import JumpUrl
from api.schemas.values import Snowflake

PostId: TypeAlias = Annotated[uuid.UUID, Meta(description="The post: one message that it became.")]
Revision: TypeAlias = Annotated[
    int, Meta(description="Grows with each change of what the announcement says, or where.")
]


class AnnouncementPostPayload(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="announcement.post",
):
    """Post an announcement as it stands then, and publish it where it says so. While it is not approved this is
    refused."""

    announcement_id: uuid.UUID


class AnnouncementEditPayload(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="announcement.edit"
):
    """Write what it says now into a message that was posted."""

    announcement_id: uuid.UUID
    post_id: PostId


class AnnouncementDeletePayload(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="announcement.delete"
):
    """Delete a message that was posted."""

    announcement_id: uuid.UUID
    post_id: PostId


class AnnouncementPosted(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="announcement.post"
):
    """It is posted."""

    announcement_id: uuid.UUID
    post_id: PostId
    channel_id: Snowflake
    message_id: Snowflake
    revision: Revision
    jump_url: JumpUrl
    edited: Annotated[bool, Meta(description="Whether it went into the last message instead of another.")]
    crossposted: bool


class AnnouncementEdited(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="announcement.edit"
):
    """The message says it now."""

    announcement_id: uuid.UUID
    post_id: PostId
    channel_id: Snowflake
    message_id: Snowflake
    revision: Revision
    jump_url: JumpUrl


class AnnouncementDeleted(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="announcement.delete"
):
    """The message is gone."""

    announcement_id: uuid.UUID
    post_id: PostId
    channel_id: Snowflake
    message_id: Snowflake


AnnouncementPayload: TypeAlias = AnnouncementPostPayload | AnnouncementEditPayload | AnnouncementDeletePayload
AnnouncementResult: TypeAlias = AnnouncementPosted | AnnouncementEdited | AnnouncementDeleted
