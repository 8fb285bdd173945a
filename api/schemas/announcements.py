"""Announcements and what was posted of them, as HTTP shows them."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.announcement_jobs import Revision
from api.schemas.jobs import JobActor
from api.schemas.messages import AllowedMentions, Content, Embeds, Links, MentionKind
from api.schemas.results import JumpUrl
from api.schemas.values import NextCursor, Snowflake, Time
from core.announcements.checks import NAME_LIMIT
from core.announcements.variables import VARIABLES

Name: TypeAlias = Annotated[
    str,
    Meta(min_length=1, max_length=NAME_LIMIT, description="No two of a guild, however they are capitalised."),
]
ChannelId: TypeAlias = Annotated[Snowflake, Meta(description="The channel that it is posted in.")]
Crosspost: TypeAlias = Annotated[
    bool, Meta(description="Whether it is published to the channels that follow this one.")
]
Repeats: TypeAlias = Annotated[
    Literal["send", "edit_last"],
    Meta(
        description="What posting it again does: sends another message, or writes into its last one, and sends one "
        "where that is gone."
    ),
]
NeedsApproval: TypeAlias = Annotated[
    bool,
    Meta(
        description="Whether somebody else than who wrote it has to approve of it before it is posted. A guild can "
        "want that of all (`announcement_approval` in its settings)."
    ),
]
ApprovalState: TypeAlias = Literal["not_needed", "waiting", "approved", "rejected"]
Decision: TypeAlias = Literal["approve", "reject"]
Users: TypeAlias = Annotated[tuple[Snowflake, ...], Meta(max_length=100)]
_LISTED = "; ".join(f"`${{{name}}}` {said[0].lower()}{said[1:-1]}" for name, said in VARIABLES.items())


class AnnouncementMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    __doc__ = f"""What is said. In any of its texts variables stand for what is so when it is posted: {_LISTED}.
    `$${{` is `${{` itself. A value neither formats nor links nor pings anything; in an address it is percent-encoded.
    With the longest that they can say the message has to be within Discord's limits."""

    content: Content = ""
    embeds: Embeds = ()
    links: Links = ()
    allowed_mentions: AllowedMentions = AllowedMentions()
    silent: Annotated[bool, Meta(description="Nobody is notified.")] = False


class EditMentions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: what is absent stays, null clears."""

    parse: tuple[MentionKind, ...] | None | UnsetType = UNSET
    users: Users | None | UnsetType = UNSET
    roles: Users | None | UnsetType = UNSET


class EditAnnouncementMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: what is absent stays, null clears. Lists are replaced as wholes."""

    content: Content | None | UnsetType = UNSET
    embeds: Embeds | None | UnsetType = UNSET
    links: Links | None | UnsetType = UNSET
    allowed_mentions: EditMentions | None | UnsetType = UNSET
    silent: bool | None | UnsetType = UNSET


class CreateAnnouncement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to say, and where."""

    name: Name
    channel_id: ChannelId
    message: AnnouncementMessage
    crosspost: Crosspost = False
    repeats: Repeats = "send"
    needs_approval: NeedsApproval = False


class PreviewAnnouncement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to look at."""

    channel_id: ChannelId
    message: AnnouncementMessage
    crosspost: Crosspost = False


class EditAnnouncement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396, within `message` as well: what is absent stays, null clears."""

    name: Name | UnsetType = UNSET
    channel_id: ChannelId | UnsetType = UNSET
    message: EditAnnouncementMessage | UnsetType = UNSET
    crosspost: Crosspost | UnsetType = UNSET
    repeats: Repeats | UnsetType = UNSET
    needs_approval: NeedsApproval | UnsetType = UNSET


class DecideAnnouncement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is decided of the revision that you have looked at."""

    decision: Decision
    revision: Annotated[int, Meta(ge=1)]


class AnnouncementApproval(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided of the present revision, and by whom."""

    decision: Literal["approved", "rejected"]
    by: JobActor
    at: Time


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """A message that can be posted again and again, by hand and by schedules."""

    id: uuid.UUID
    guild_id: Snowflake
    name: Name
    channel_id: ChannelId
    message: AnnouncementMessage
    crosspost: Crosspost
    repeats: Repeats
    needs_approval: NeedsApproval
    revision: Revision
    approval_state: ApprovalState
    approval: AnnouncementApproval | None
    author: JobActor
    changed_by: Annotated[JobActor, Meta(description="Who wrote the present revision.")]
    created_at: Time
    updated_at: Time


class AnnouncementPage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first."""

    items: tuple[Announcement, ...]
    next_cursor: NextCursor = None


class VariableValue(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that it uses, and what it says in the content."""

    name: str
    value: str


class AnnouncementWarning(msgspec.Struct, frozen=True, kw_only=True):
    """What would be otherwise than you may expect: `asker_may_not` or `bot_may_not` post it there,
    `wrong_channel_type`, a mention that `will_not_ping`, `no_next`, `members_unknown`, `not_approved` …"""

    code: str
    message: str


class AnnouncementPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The message as it would be posted now."""

    message: AnnouncementMessage
    variables: tuple[VariableValue, ...]
    warnings: tuple[AnnouncementWarning, ...]
    approval_state: ApprovalState


class AnnouncementPost(msgspec.Struct, frozen=True, kw_only=True):
    """A message that an announcement became. `revision` is what it says now."""

    id: uuid.UUID
    announcement_id: uuid.UUID
    job_id: Annotated[uuid.UUID, Meta(description="The job that sent it.")]
    channel_id: Snowflake
    message_id: Snowflake
    jump_url: JumpUrl
    revision: Revision
    sent_at: Time
    edited_at: Time | None
    crossposted_at: Time | None
    deleted_at: Annotated[
        Time | None, Meta(description="When it was deleted, or first seen to be by somebody else.")
    ]


class AnnouncementPostPage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first, those that were deleted as well."""

    items: tuple[AnnouncementPost, ...]
    next_cursor: NextCursor = None
