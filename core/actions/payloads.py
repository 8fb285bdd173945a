"""What can be asked of the bot by name: one struct a kind, told apart by `kind`."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.discord.messages import AllowedMentions, Embed, LinkButton
from core.discord.types import Overwrite, Snowflake

Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]


class MessageSend(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.send"):
    """`silent` sends it without a notification; `reply_to` is a message of the same channel."""

    channel_id: Snowflake
    content: str = ""
    embeds: tuple[Embed, ...] = ()
    links: tuple[LinkButton, ...] = ()
    allowed_mentions: AllowedMentions = AllowedMentions()
    reply_to: Snowflake | None = None
    silent: bool = False
    suppress_embeds: bool = False


class MessageEdit(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.edit"):
    """A message of the bot's own. UNSET stays as it is."""

    channel_id: Snowflake
    message_id: Snowflake
    content: str | UnsetType = UNSET
    embeds: tuple[Embed, ...] | UnsetType = UNSET
    links: tuple[LinkButton, ...] | UnsetType = UNSET
    allowed_mentions: AllowedMentions = AllowedMentions()


class MessageDelete(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.delete"):
    channel_id: Snowflake
    message_id: Snowflake


class MessageCrosspost(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.crosspost"):
    """Publishes a message of an announcement channel to the channels that follow it."""

    channel_id: Snowflake
    message_id: Snowflake


class MessagePurge(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="message.purge"):
    """Deletes up to `limit` of the newest messages older than `before` (default: the moment of asking) and newer than
    `after`; `author_id` takes only those of one user. Discord deletes none in bulk that is older than two weeks."""

    channel_id: Snowflake
    limit: int = 100
    before: Snowflake | None = None
    after: Snowflake | None = None
    author_id: Snowflake | None = None


class RoleGrant(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="role.grant"):
    """For a time where `until` or `expires_in` says so, as with the others that have these (`core.actions.ends`)."""

    role_id: Snowflake
    member_ids: tuple[Snowflake, ...]
    until: Moment | None = None
    expires_in: int | None = None


class RoleRevoke(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="role.revoke"):
    role_id: Snowflake
    member_ids: tuple[Snowflake, ...]


class MemberTimeout(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.timeout"):
    """`seconds` count from when the job begins; None lifts the time-out."""

    member_ids: tuple[Snowflake, ...]
    seconds: int | None


class MemberKick(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.kick"):
    member_ids: tuple[Snowflake, ...]


class MemberBan(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.ban"):
    """Users need not be members. `delete_message_seconds` of what they wrote goes with them."""

    member_ids: tuple[Snowflake, ...]
    delete_message_seconds: int = 0
    until: Moment | None = None
    expires_in: int | None = None


class MemberUnban(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.unban"):
    member_ids: tuple[Snowflake, ...]


class MemberNick(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.nick"):
    """None takes the nickname away."""

    member_ids: tuple[Snowflake, ...]
    nick: str | None


class ChannelFollow(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.follow"):
    """Has `channel_id` of this guild receive what `source_channel_id`, an announcement channel of any guild that the
    bot is in, publishes."""

    channel_id: Snowflake
    source_channel_id: Snowflake


class ChannelUnfollow(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.unfollow"):
    """`webhook_id` is what following made."""

    channel_id: Snowflake
    webhook_id: Snowflake


class ChannelLock(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.lock"):
    """@everyone may not write (in voice channels: not join) any more; roles that are allowed it by name still may."""

    channel_id: Snowflake
    until: Moment | None = None
    expires_in: int | None = None


class ChannelUnlock(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.unlock"):
    """`restore` is @everyone's overwrite as the lock's result tells it; without it what locking denies is inherited
    again."""

    channel_id: Snowflake
    restore: Overwrite | None = None


class ChannelOverwrite(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.overwrite"):
    """Replaces one overwrite of a channel, whole, by these permissions' names; one that says nothing is removed."""

    channel_id: Snowflake
    target_kind: Literal["role", "member"]
    target_id: Snowflake
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    until: Moment | None = None
    expires_in: int | None = None


class GuildLeave(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.leave"):
    """The bot leaves. What is known of the guild is kept for a while."""


OnMessages: TypeAlias = MessageSend | MessageEdit | MessageDelete | MessageCrosspost | MessagePurge
OnRoles: TypeAlias = RoleGrant | RoleRevoke
OnMembers: TypeAlias = (
    RoleGrant | RoleRevoke | MemberTimeout | MemberKick | MemberBan | MemberUnban | MemberNick
)
Endable: TypeAlias = RoleGrant | MemberBan | ChannelLock | ChannelOverwrite
OnChannels: TypeAlias = ChannelFollow | ChannelUnfollow | ChannelLock | ChannelUnlock | ChannelOverwrite
Action: TypeAlias = OnMessages | OnMembers | OnChannels | GuildLeave
