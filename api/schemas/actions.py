"""What can be asked of the bot by name, as HTTP shows it: a union told apart by `kind`."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.messages import AllowedMentions, Content, Embeds, Links
from api.schemas.values import PermissionName, Snowflake, Time
from core.actions import payloads as core
from core.actions.ends import LONGEST, SHORTEST
from core.actions.validate import BITS_LIMIT

MemberIds: TypeAlias = Annotated[
    tuple[Snowflake, ...], Meta(min_length=1, max_length=1000, description="Users, each once.")
]
PermissionBits: TypeAlias = Annotated[int, Meta(ge=0, le=BITS_LIMIT)]


class ChannelOverwrite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role's or member's overwrite with its bit fields."""

    kind: Literal["role", "member"]
    id: Snowflake
    allow: PermissionBits
    deny: PermissionBits


Until: TypeAlias = Annotated[
    Time | None,
    Meta(description="When it ends, at least a minute and at most five years ahead; null: never."),
]
ExpiresIn: TypeAlias = Annotated[
    int,
    Meta(
        ge=int(SHORTEST.total_seconds()),
        le=int(LONGEST.total_seconds()),
        description="Or how many seconds after it was done.",
    ),
]


class MessageSend(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="message.send",
):
    """Send a message. It is sent once, whatever happens on the way."""

    channel_id: Snowflake
    content: Content = ""
    embeds: Embeds = ()
    links: Links = ()
    allowed_mentions: AllowedMentions = AllowedMentions()
    reply_to: Annotated[Snowflake | None, Meta(description="A message of the same channel.")] = None
    silent: Annotated[bool, Meta(description="Nobody is notified.")] = False
    suppress_embeds: Annotated[bool, Meta(description="Links show no previews.")] = False


class MessageEdit(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="message.edit",
):
    """Edit a message of the bot's own. What is left out stays."""

    channel_id: Snowflake
    message_id: Snowflake
    content: Content | UnsetType = UNSET
    embeds: Embeds | UnsetType = UNSET
    links: Links | UnsetType = UNSET
    allowed_mentions: AllowedMentions = AllowedMentions()


class MessageDelete(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="message.delete",
):
    """Delete a message. One that is gone already counts as deleted."""

    channel_id: Snowflake
    message_id: Snowflake


class MessageCrosspost(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="message.crosspost",
):
    """Publish a message of an announcement channel to the channels that follow it."""

    channel_id: Snowflake
    message_id: Snowflake


class MessagePurge(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="message.purge",
):
    """Delete the newest messages of a channel, none that is written after this was asked for. Messages older than two
    weeks are left: Discord deletes them one by one only."""

    channel_id: Snowflake
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    before: Annotated[Snowflake | None, Meta(description="Only messages with lower ids.")] = None
    after: Annotated[Snowflake | None, Meta(description="Only messages with higher ids.")] = None
    author_id: Annotated[Snowflake | None, Meta(description="Only messages of this user.")] = None


class RoleGrant(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="role.grant"
):
    """Give a role to members, each a step with an outcome of its own.

    With `until` or `expires_in` it is taken back then from those who got it by this, unless somebody has taken it or
    given it again since. The result's `undo_id` is the schedule that does so: it can be seen, moved, run and deleted.
    """

    role_id: Snowflake
    member_ids: MemberIds
    until: Until = None
    expires_in: ExpiresIn | None = None


class RoleRevoke(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="role.revoke"
):
    """Take a role from members, each a step with an outcome of its own."""

    role_id: Snowflake
    member_ids: MemberIds


class MemberTimeout(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="member.timeout",
):
    """Time members out, or lift it."""

    member_ids: MemberIds
    seconds: (
        Annotated[
            int,
            Meta(ge=1, le=2_419_200, description="Up to 28 days, from when the job begins; null lifts it."),
        ]
        | None
    )


class MemberKick(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="member.kick"
):
    """Remove members; they may come back."""

    member_ids: MemberIds


class MemberBan(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="member.ban"
):
    """Ban users, whether they are members or not. `until` or `expires_in` lifts the ban as role.grant takes a role,
    unless it is somebody else's by then."""

    member_ids: MemberIds
    delete_message_seconds: Annotated[
        int, Meta(ge=0, le=604_800, description="How far back their messages are deleted, too.")
    ] = 0
    until: Until = None
    expires_in: ExpiresIn | None = None


class MemberUnban(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="member.unban",
):
    """Let users come back."""

    member_ids: MemberIds


class MemberNick(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="member.nick"
):
    """Give members a nickname, or take theirs away."""

    member_ids: MemberIds
    nick: Annotated[str, Meta(min_length=1, max_length=32)] | None


class ChannelFollow(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="channel.follow",
):
    """Have a channel receive what an announcement channel publishes, also one of another guild that the bot is in."""

    channel_id: Snowflake
    source_channel_id: Snowflake


class ChannelUnfollow(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="channel.unfollow",
):
    """End that. `webhook_id` is in the result of channel.follow."""

    channel_id: Snowflake
    webhook_id: Snowflake


class ChannelLock(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="channel.lock",
):
    """Keep @everyone from writing (in voice channels: from joining). Roles that are allowed it by name still may.
    `until` or `expires_in` opens it again as it was, unless somebody has changed since who may write there."""

    channel_id: Snowflake
    until: Until = None
    expires_in: ExpiresIn | None = None


class ChannelUnlock(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="channel.unlock",
):
    """Undo that."""

    channel_id: Snowflake
    restore: Annotated[
        ChannelOverwrite | None, Meta(description="`before` of the lock's result; null: inherit again.")
    ] = None


PermissionNames: TypeAlias = Annotated[
    tuple[PermissionName, ...], Meta(max_length=64, description="Permissions that the channel's type has.")
]


class WriteOverwrite(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="channel.overwrite",
):
    """Replace what a channel says of one role or member, whole; one that neither allows nor denies is removed. The
    channel's other overwrites stay. Who asks must manage permissions there, and have what this allows, denies or
    denies no longer. @everyone is the role with the guild's own id.

    `until` or `expires_in` restores what was there before, unless somebody has changed it since. What another job has
    written over it for a time stays until its own end.
    """

    channel_id: Snowflake
    target_kind: Literal["role", "member"]
    target_id: Snowflake
    allow: PermissionNames = ()
    deny: PermissionNames = ()
    until: Until = None
    expires_in: ExpiresIn | None = None


class GuildLeave(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="guild.leave"
):
    """Have the bot leave the guild. What is known of it is kept for a while."""


ActionPayload: TypeAlias = (
    MessageSend
    | MessageEdit
    | MessageDelete
    | MessageCrosspost
    | MessagePurge
    | RoleGrant
    | RoleRevoke
    | MemberTimeout
    | MemberKick
    | MemberBan
    | MemberUnban
    | MemberNick
    | ChannelFollow
    | ChannelUnfollow
    | ChannelLock
    | ChannelUnlock
    | WriteOverwrite
    | GuildLeave
)


def action_of(payload: ActionPayload) -> core.Action:
    """The same, as a value of the product."""
    return msgspec.convert(msgspec.to_builtins(payload), core.Action)
