"""What is known when an action has ended: one struct a kind, told apart by `kind`."""

import uuid
from typing import Literal, TypeAlias

import msgspec

from core.discord.types import Overwrite, Snowflake

MemberState = Literal["done", "failed"]


class MessageResult(msgspec.Struct, frozen=True, kw_only=True):
    """`jump_url` opens the message in Discord's client."""

    message_id: Snowflake
    channel_id: Snowflake
    jump_url: str


class MessageSent(MessageResult, frozen=True, kw_only=True, tag_field="kind", tag="message.send"): ...


class MessageEdited(MessageResult, frozen=True, kw_only=True, tag_field="kind", tag="message.edit"): ...


class MessageDeleted(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.delete"):
    message_id: Snowflake
    channel_id: Snowflake


class MessageCrossposted(
    MessageResult, frozen=True, kw_only=True, tag_field="kind", tag="message.crosspost"
): ...


class MessagesPurged(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.purge"):
    """`too_old` were found and left: Discord deletes none in bulk that is older than two weeks."""

    channel_id: Snowflake
    deleted: int
    too_old: int


class MemberOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`code` and `message` tell why it failed."""

    member_id: Snowflake
    state: MemberState
    code: str | None = None
    message: str | None = None


class MembersResult(msgspec.Struct, frozen=True, kw_only=True):
    """In the order in which they were asked for."""

    members: tuple[MemberOutcome, ...]


class RoleGranted(MembersResult, frozen=True, kw_only=True, tag_field="kind", tag="role.grant"):
    """`undo_id` is the schedule that takes it back from those to whom it was done."""

    undo_id: uuid.UUID | None = None


class RoleRevoked(MembersResult, frozen=True, kw_only=True, tag_field="kind", tag="role.revoke"): ...


class MembersTimedOut(MembersResult, frozen=True, kw_only=True, tag_field="kind", tag="member.timeout"): ...


class MembersKicked(MembersResult, frozen=True, kw_only=True, tag_field="kind", tag="member.kick"): ...


class MembersBanned(MembersResult, frozen=True, kw_only=True, tag_field="kind", tag="member.ban"):
    """`undo_id` is the schedule that takes it back from those to whom it was done."""

    undo_id: uuid.UUID | None = None


class MembersUnbanned(MembersResult, frozen=True, kw_only=True, tag_field="kind", tag="member.unban"): ...


class MembersRenamed(MembersResult, frozen=True, kw_only=True, tag_field="kind", tag="member.nick"): ...


class ChannelFollowed(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.follow"):
    """`webhook_id` is what `channel.unfollow` takes."""

    channel_id: Snowflake
    source_channel_id: Snowflake
    webhook_id: Snowflake


class ChannelUnfollowed(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.unfollow"):
    channel_id: Snowflake
    webhook_id: Snowflake


class ChannelLocked(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.lock"):
    """`before` is @everyone's overwrite as it was: what `channel.unlock` takes to restore it. `undo_id` is the schedule
    that restores it."""

    channel_id: Snowflake
    before: Overwrite
    undo_id: uuid.UUID | None = None


class ChannelUnlocked(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.unlock"):
    channel_id: Snowflake


class OverwriteSays(msgspec.Struct, frozen=True):
    """By the names of permissions: bits that Discord has not named are not told."""

    allow: tuple[str, ...]
    deny: tuple[str, ...]


class ChannelOverwritten(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.overwrite"
):
    """`undo_id` is the schedule that restores what was `before`."""

    channel_id: Snowflake
    target_kind: Literal["role", "member"]
    target_id: Snowflake
    before: OverwriteSays
    after: OverwriteSays
    undo_id: uuid.UUID | None = None


class GuildLeft(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.leave"): ...


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


def jump_url(guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake) -> str:
    return f"https://discord.com/channels/{guild_id}/{channel_id}/{message_id}"
