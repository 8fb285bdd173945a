"""The kinds of job that actions are."""

from datetime import timedelta
from typing import Any, Final

from core.actions import payloads, results
from core.actions.payloads import Action
from core.discord.permissions import Permission
from core.jobs.spec import JobSpec

# What is said or done to people is worth little an hour late.
_HOUR = timedelta(hours=1)
_SEEN = Permission.VIEW_CHANNEL
# What a message needs depends on the channel, which the bot alone can see: it is checked there (`authority`).
_IN_CHANNEL = 0

MESSAGE_SEND = JobSpec(
    kind="message.send",
    payload=payloads.MessageSend,
    result=results.MessageSent,
    bits=_IN_CHANNEL,
    bot_bits=int(_SEEN | Permission.SEND_MESSAGES | Permission.EMBED_LINKS | Permission.READ_MESSAGE_HISTORY),
    priority=1,
    expires_after=_HOUR,
)
MESSAGE_EDIT = JobSpec(
    kind="message.edit",
    payload=payloads.MessageEdit,
    result=results.MessageEdited,
    bits=_IN_CHANNEL,
    bot_bits=int(_SEEN | Permission.READ_MESSAGE_HISTORY),
    priority=1,
    expires_after=_HOUR,
)
MESSAGE_DELETE = JobSpec(
    kind="message.delete",
    payload=payloads.MessageDelete,
    result=results.MessageDeleted,
    bits=_IN_CHANNEL,
    bot_bits=int(_SEEN | Permission.MANAGE_MESSAGES | Permission.READ_MESSAGE_HISTORY),
    priority=1,
    expires_after=_HOUR,
)
MESSAGE_CROSSPOST = JobSpec(
    kind="message.crosspost",
    payload=payloads.MessageCrosspost,
    result=results.MessageCrossposted,
    bits=_IN_CHANNEL,
    bot_bits=int(_SEEN | Permission.SEND_MESSAGES | Permission.MANAGE_MESSAGES),
    priority=1,
    expires_after=_HOUR,
)
MESSAGE_PURGE = JobSpec(
    kind="message.purge",
    payload=payloads.MessagePurge,
    result=results.MessagesPurged,
    bits=_IN_CHANNEL,
    bot_bits=int(_SEEN | Permission.MANAGE_MESSAGES | Permission.READ_MESSAGE_HISTORY),
    expires_after=_HOUR,
)
ROLE_GRANT = JobSpec(
    kind="role.grant",
    payload=payloads.RoleGrant,
    result=results.RoleGranted,
    bits=int(Permission.MANAGE_ROLES),
    bot_bits=int(Permission.MANAGE_ROLES),
)
ROLE_REVOKE = JobSpec(
    kind="role.revoke",
    payload=payloads.RoleRevoke,
    result=results.RoleRevoked,
    bits=int(Permission.MANAGE_ROLES),
    bot_bits=int(Permission.MANAGE_ROLES),
)
MEMBER_TIMEOUT = JobSpec(
    kind="member.timeout",
    payload=payloads.MemberTimeout,
    result=results.MembersTimedOut,
    bits=int(Permission.MODERATE_MEMBERS),
    bot_bits=int(Permission.MODERATE_MEMBERS),
    priority=1,
    expires_after=_HOUR,
)
MEMBER_KICK = JobSpec(
    kind="member.kick",
    payload=payloads.MemberKick,
    result=results.MembersKicked,
    bits=int(Permission.KICK_MEMBERS),
    bot_bits=int(Permission.KICK_MEMBERS | Permission.VIEW_AUDIT_LOG),
    priority=1,
    expires_after=_HOUR,
)
MEMBER_BAN = JobSpec(
    kind="member.ban",
    payload=payloads.MemberBan,
    result=results.MembersBanned,
    bits=int(Permission.BAN_MEMBERS),
    bot_bits=int(Permission.BAN_MEMBERS),
    priority=1,
    expires_after=_HOUR,
)
MEMBER_UNBAN = JobSpec(
    kind="member.unban",
    payload=payloads.MemberUnban,
    result=results.MembersUnbanned,
    bits=int(Permission.BAN_MEMBERS),
    bot_bits=int(Permission.BAN_MEMBERS),
    expires_after=_HOUR,
)
MEMBER_NICK = JobSpec(
    kind="member.nick",
    payload=payloads.MemberNick,
    result=results.MembersRenamed,
    bits=int(Permission.MANAGE_NICKNAMES),
    bot_bits=int(Permission.MANAGE_NICKNAMES | Permission.CHANGE_NICKNAME),
    expires_after=_HOUR,
)
CHANNEL_FOLLOW = JobSpec(
    kind="channel.follow",
    payload=payloads.ChannelFollow,
    result=results.ChannelFollowed,
    bits=_IN_CHANNEL,
    bot_bits=int(_SEEN | Permission.MANAGE_WEBHOOKS),
)
CHANNEL_UNFOLLOW = JobSpec(
    kind="channel.unfollow",
    payload=payloads.ChannelUnfollow,
    result=results.ChannelUnfollowed,
    bits=_IN_CHANNEL,
    bot_bits=int(_SEEN | Permission.MANAGE_WEBHOOKS),
)
CHANNEL_LOCK = JobSpec(
    kind="channel.lock",
    payload=payloads.ChannelLock,
    result=results.ChannelLocked,
    bits=_IN_CHANNEL,
    bot_bits=int(_SEEN | Permission.MANAGE_ROLES),
    priority=1,
)
CHANNEL_UNLOCK = JobSpec(
    kind="channel.unlock",
    payload=payloads.ChannelUnlock,
    result=results.ChannelUnlocked,
    bits=_IN_CHANNEL,
    bot_bits=int(_SEEN | Permission.MANAGE_ROLES),
    priority=1,
)
CHANNEL_OVERWRITE = JobSpec(
    kind="channel.overwrite",
    payload=payloads.ChannelOverwrite,
    result=results.ChannelOverwritten,
    bits=_IN_CHANNEL,
    bot_bits=int(_SEEN | Permission.MANAGE_ROLES),
    priority=1,
)
GUILD_LEAVE = JobSpec(
    kind="guild.leave",
    payload=payloads.GuildLeave,
    result=results.GuildLeft,
    bits=int(Permission.ADMINISTRATOR),
    structural=True,
    leaves=True,
)

ACTIONS: Final[tuple[JobSpec[Any, Any], ...]] = (
    MESSAGE_SEND,
    MESSAGE_EDIT,
    MESSAGE_DELETE,
    MESSAGE_CROSSPOST,
    MESSAGE_PURGE,
    ROLE_GRANT,
    ROLE_REVOKE,
    MEMBER_TIMEOUT,
    MEMBER_KICK,
    MEMBER_BAN,
    MEMBER_UNBAN,
    MEMBER_NICK,
    CHANNEL_FOLLOW,
    CHANNEL_UNFOLLOW,
    CHANNEL_LOCK,
    CHANNEL_UNLOCK,
    CHANNEL_OVERWRITE,
    GUILD_LEAVE,
)
_BY_PAYLOAD = {spec.payload: spec for spec in ACTIONS}


def spec_of(action: Action) -> JobSpec[Any, Any]:
    """The kind of job that does it."""
    return _BY_PAYLOAD[type(action)]
