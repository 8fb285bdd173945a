"""What is known when an action has ended, as HTTP shows it: a union told apart by `kind`."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.actions import ChannelOverwrite
from api.schemas.values import Permissions, Snowflake

JumpUrl: TypeAlias = Annotated[
    str,
    Meta(description="Opens the message in Discord's client.", extra_json_schema={"format": "uri"}),
]


class MemberOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one member. `code` and `message` tell why it failed."""

    member_id: Snowflake
    state: Literal["done", "failed"]
    code: str | None = None
    message: str | None = None


class MessageSent(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.send"):
    """It was sent."""

    message_id: Snowflake
    channel_id: Snowflake
    jump_url: JumpUrl


class MessageEdited(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.edit"):
    """It was edited."""

    message_id: Snowflake
    channel_id: Snowflake
    jump_url: JumpUrl


class MessageDeleted(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.delete"):
    """It is gone."""

    message_id: Snowflake
    channel_id: Snowflake


class MessageCrossposted(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.crosspost"
):
    """It is published."""

    message_id: Snowflake
    channel_id: Snowflake
    jump_url: JumpUrl


class MessagesPurged(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.purge"):
    """`too_old` were found and left: older than two weeks."""

    channel_id: Snowflake
    deleted: int
    too_old: int


UndoId: TypeAlias = Annotated[
    uuid.UUID | None,
    Meta(
        description="The schedule that takes it back, of the same id as this job; null: it was done for good."
    ),
]


class RoleGranted(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="role.grant"):
    """Who has the role now."""

    members: Annotated[tuple[MemberOutcome, ...], Meta(description="In the order asked for.")]
    undo_id: UndoId = None


class RoleRevoked(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="role.revoke"):
    """Who has it no more."""

    members: Annotated[tuple[MemberOutcome, ...], Meta(description="In the order asked for.")]


class MembersTimedOut(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.timeout"):
    """Who is timed out, or free again."""

    members: Annotated[tuple[MemberOutcome, ...], Meta(description="In the order asked for.")]


class MembersKicked(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.kick"):
    """Who is gone."""

    members: Annotated[tuple[MemberOutcome, ...], Meta(description="In the order asked for.")]


class MembersBanned(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.ban"):
    """Who is banned."""

    members: Annotated[tuple[MemberOutcome, ...], Meta(description="In the order asked for.")]
    undo_id: UndoId = None


class MembersUnbanned(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.unban"):
    """Who may come back."""

    members: Annotated[tuple[MemberOutcome, ...], Meta(description="In the order asked for.")]


class MembersRenamed(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.nick"):
    """Who has the name."""

    members: Annotated[tuple[MemberOutcome, ...], Meta(description="In the order asked for.")]


class ChannelFollowed(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.follow"):
    """`webhook_id` is what channel.unfollow takes."""

    channel_id: Snowflake
    source_channel_id: Snowflake
    webhook_id: Snowflake


class ChannelUnfollowed(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.unfollow"):
    """It follows no more."""

    channel_id: Snowflake
    webhook_id: Snowflake


class ChannelLocked(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.lock"):
    """`before` is @everyone's overwrite as it was: what channel.unlock takes to restore it."""

    channel_id: Snowflake
    before: ChannelOverwrite
    undo_id: UndoId = None


class ChannelUnlocked(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.unlock"):
    """It is open again."""

    channel_id: Snowflake


class OverwriteSays(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel says of one role or member. Bits that Discord has not named are not told."""

    allow: Permissions
    deny: Permissions


class ChannelOverwritten(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.overwrite"
):
    """What stood there, and what stands there now."""

    channel_id: Snowflake
    target_kind: Literal["role", "member"]
    target_id: Snowflake
    before: OverwriteSays
    after: OverwriteSays
    undo_id: UndoId = None


class GuildLeft(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.leave"):
    """The bot is gone."""


ActionResult: TypeAlias = (
    MessageSent
    | MessageEdited
    | MessageDeleted
    | MessageCrossposted
    | MessagesPurged
    | RoleGranted
    | RoleRevoked
    | MembersTimedOut
    | MembersKicked
    | MembersBanned
    | MembersUnbanned
    | MembersRenamed
    | ChannelFollowed
    | ChannelUnfollowed
    | ChannelLocked
    | ChannelUnlocked
    | ChannelOverwritten
    | GuildLeft
)
