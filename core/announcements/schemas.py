"""Announcements, what was posted of them, and how they would look, as values."""

import uuid
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor
from core.announcements.states import ApprovalState, Decision, Repeats
from core.discord.messages import AllowedMentions, Embed, LinkButton, MentionKind
from core.discord.types import Snowflake


class AnnouncementMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said: as it is written, or with its variables filled in."""

    content: str = ""
    embeds: tuple[Embed, ...] = ()
    links: tuple[LinkButton, ...] = ()
    allowed_mentions: AllowedMentions = AllowedMentions()
    silent: bool = False


class AnnouncementDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants; `crosspost` publishes it to the channels that follow its own."""

    name: str
    channel_id: Snowflake
    message: AnnouncementMessage
    crosspost: bool = False
    repeats: Repeats = "send"
    needs_approval: bool = False


class MentionChanges(msgspec.Struct, frozen=True, kw_only=True):
    parse: tuple[MentionKind, ...] | None | UnsetType = UNSET
    users: tuple[Snowflake, ...] | None | UnsetType = UNSET
    roles: tuple[Snowflake, ...] | None | UnsetType = UNSET


class MessageChanges(msgspec.Struct, frozen=True, kw_only=True):
    content: str | None | UnsetType = UNSET
    embeds: tuple[Embed, ...] | None | UnsetType = UNSET
    links: tuple[LinkButton, ...] | None | UnsetType = UNSET
    allowed_mentions: MentionChanges | None | UnsetType = UNSET
    silent: bool | None | UnsetType = UNSET


class AnnouncementChanges(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 7396, within the message as well: absent is unchanged, None clears."""

    name: str | UnsetType = UNSET
    channel_id: Snowflake | UnsetType = UNSET
    message: MessageChanges | UnsetType = UNSET
    crosspost: bool | UnsetType = UNSET
    repeats: Repeats | UnsetType = UNSET
    needs_approval: bool | UnsetType = UNSET


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has decided of one revision."""

    decision: Decision
    revision: int
    by: Actor
    at: datetime


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """`revision` grows with each change of what is said, or where; `approval` is of the present one. `actor` wrote it
    first, `changed_by` the present revision."""

    id: uuid.UUID
    guild_id: Snowflake
    name: str
    channel_id: Snowflake
    message: AnnouncementMessage
    crosspost: bool
    repeats: Repeats
    needs_approval: bool
    revision: int
    approval_state: ApprovalState
    approval: Approval | None
    actor: Actor
    changed_by: Actor
    created_at: datetime
    updated_at: datetime


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A message that an announcement became; `revision` is what it says now."""

    id: uuid.UUID
    announcement_id: uuid.UUID
    guild_id: Snowflake
    job_id: uuid.UUID
    channel_id: Snowflake
    message_id: Snowflake
    revision: int
    sent_at: datetime
    edited_at: datetime | None
    crossposted_at: datetime | None
    deleted_at: datetime | None


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """What a job says, written once for all its attempts: an answer that was lost is looked for by its words. `edits`
    is the post into which it goes; None sends another message."""

    announcement_id: uuid.UUID
    channel_id: Snowflake
    revision: int
    message: AnnouncementMessage
    crosspost: bool
    edits: uuid.UUID | None = None


class VariableValue(msgspec.Struct, frozen=True):
    name: str
    value: str


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What would be otherwise than whoever wrote it may expect."""

    code: str
    message: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The message as it would be posted now, and the variables that it uses."""

    message: AnnouncementMessage
    variables: tuple[VariableValue, ...]
    warnings: tuple[Remark, ...]
    approval_state: ApprovalState
