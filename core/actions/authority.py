"""Who may do an action: the bot and whoever asked for it, each by Discord's own rules (law 8). Pure.

Checked in the bot's process at every claim, on what the gateway tells at that moment: so nothing is sent that Discord
would refuse, and nothing is done that the asker could not do by hand. Source: Discord documentation, Topics ›
Permissions ("Permission Hierarchy", "Permission Overwrites").
"""

from collections.abc import Iterator

from core.actions.jobs import spec_of
from core.actions.overwrite_authority import overwrite_denials
from core.actions.payloads import (
    Action,
    ChannelFollow,
    ChannelLock,
    ChannelOverwrite,
    ChannelUnfollow,
    ChannelUnlock,
    MemberBan,
    MemberKick,
    MemberNick,
    MemberTimeout,
    MemberUnban,
    MessageCrosspost,
    MessageDelete,
    MessageEdit,
    MessagePurge,
    MessageSend,
    OnMembers,
    RoleGrant,
    RoleRevoke,
)
from core.actions.scene import Denial, Party, Scene, is_admin, is_owner, needs, outranks, rank, top
from core.discord.effective import present_permissions
from core.discord.messages import AllowedMentions
from core.discord.permissions import Permission, names_of
from core.discord.types import ChannelType, Member, Snowflake

_WRITABLE: frozenset[ChannelType] = frozenset({"text", "voice", "announcement", "stage"})
_FOLLOWING: frozenset[ChannelType] = frozenset({"text", "announcement"})
_ROLE = "role_id"
_READS = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY


def denials(action: Action, scene: Scene) -> Iterator[Denial]:
    """What forbids the action as a whole; for single members see `member_denial`."""
    match action:
        case RoleGrant() | RoleRevoke() | MemberTimeout() | MemberKick() | MemberBan() | MemberUnban():
            yield from _guild_denials(action, scene)
        case MessageSend():
            yield from _send_denials(action, scene)
        case MessageEdit():
            yield from _edit_denials(action, scene)
        case MessageDelete():
            yield from needs(scene, action.channel_id, _READS, asker=Permission.MANAGE_MESSAGES)
        case MessagePurge():
            yield from needs(scene, action.channel_id, _READS | Permission.MANAGE_MESSAGES)
        case MessageCrosspost():
            yield from _crosspost_denials(action, scene)
        case ChannelFollow():
            yield from needs(
                scene, action.channel_id, Permission.VIEW_CHANNEL | Permission.MANAGE_WEBHOOKS, _FOLLOWING
            )
        case ChannelUnfollow():
            yield from needs(scene, action.channel_id, Permission.VIEW_CHANNEL | Permission.MANAGE_WEBHOOKS)
        case ChannelLock() | ChannelUnlock() | ChannelOverwrite():
            yield from overwrite_denials(action, scene)
        case _:
            pass


def foreign_denials(action: MessageDelete, scene: Scene) -> Iterator[Denial]:
    """What forbids deleting a message that is not the bot's own."""
    yield from needs(scene, action.channel_id, Permission.MANAGE_MESSAGES)


def source_denials(action: ChannelFollow, source: Scene) -> Iterator[Denial]:
    """What forbids following a channel, seen from the guild it is in: both must be able to see it."""
    yield from needs(
        source,
        action.source_channel_id,
        Permission.VIEW_CHANNEL,
        frozenset({"announcement"}),
        field="source_channel_id",
    )


def member_denial(action: OnMembers, scene: Scene, target: Member | None) -> Denial | None:
    """What forbids doing it to one member; None is somebody who is not in the guild."""
    if target is None:
        return (
            None
            if _takes_strangers(action)
            else Denial(code="unknown_member", message="Not a member of this guild.")
        )
    if isinstance(action, RoleGrant | RoleRevoke | MemberUnban):
        return None
    return next(_target_denials(action, scene, target), None)


def _takes_strangers(action: OnMembers) -> bool:
    return action.__struct_config__.tag in ("member.ban", "member.unban")


def _target_denials(action: OnMembers, scene: Scene, target: Member) -> Iterator[Denial]:
    if isinstance(action, MemberTimeout) and action.seconds is not None and is_admin(scene, target):
        yield Denial(code="protected", message="Administrators and the owner cannot be timed out.")
    for party in scene.parties:
        if isinstance(action, MemberNick):
            is_own = party.member.user_id == target.user_id
            yield from _guild_needs(
                scene, party, Permission.CHANGE_NICKNAME if is_own else Permission.MANAGE_NICKNAMES
            )
            if is_own:
                continue
        if not outranks(scene, party.member, target):
            yield party.may_not(f"stands no higher than member {target.user_id}")


def _guild_denials(action: OnMembers, scene: Scene) -> Iterator[Denial]:
    """What the kind asks of its asker, everybody must have, and the bot first of all."""
    for party in scene.parties:
        yield from _guild_needs(scene, party, Permission(spec_of(action).bits))
    if isinstance(action, RoleGrant | RoleRevoke):
        yield from _role_denials(scene, action.role_id)


def _guild_needs(scene: Scene, party: Party, needed: Permission) -> Iterator[Denial]:
    if missing := needed & ~present_permissions(scene.guild, party.member):
        yield party.may_not(f"lacks {', '.join(names_of(missing))}")


def _role_denials(scene: Scene, role_id: Snowflake) -> Iterator[Denial]:
    role = scene.role(role_id)
    if role is None:
        message = f"There is no role {role_id} in this guild."
        yield Denial(code="unknown_role", message=message, field=_ROLE)
        return
    if role.id == scene.guild.guild_id or role.managed:
        yield Denial(
            code="managed_role",
            message=f"The role {role.name} is given and taken by Discord or an integration alone.",
            field=_ROLE,
        )
    for party in scene.parties:
        if not is_owner(scene, party.member) and rank(scene, role) >= top(scene, party.member):
            yield party.may_not(f"stands no higher than the role {role.name}", _ROLE)


def _send_denials(action: MessageSend, scene: Scene) -> Iterator[Denial]:
    needed = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
    if action.embeds:
        needed |= Permission.EMBED_LINKS
    if action.reply_to is not None:
        needed |= Permission.READ_MESSAGE_HISTORY
    if _mentions_many(action.allowed_mentions, scene):
        needed |= Permission.MENTION_EVERYONE
    # Discord lets every bot show buttons; of people, who may not show where a link leads has no button say it either.
    asker = Permission.EMBED_LINKS if action.links else Permission(0)
    yield from needs(scene, action.channel_id, needed, _WRITABLE, asker=asker)


def _edit_denials(action: MessageEdit, scene: Scene) -> Iterator[Denial]:
    """The bot may always change its own words. Who has them changed speaks there, and through somebody else."""
    needed = Permission.MANAGE_MESSAGES | Permission.SEND_MESSAGES
    if action.embeds or action.links:
        needed |= Permission.EMBED_LINKS
    if _mentions_many(action.allowed_mentions, scene):
        needed |= Permission.MENTION_EVERYONE
    yield from needs(scene, action.channel_id, _READS, asker=needed)


def _mentions_many(mentions: AllowedMentions, scene: Scene) -> bool:
    """Roles that everybody may mention need no permission."""
    if "everyone" in mentions.parse or "roles" in mentions.parse:
        return True
    named = [scene.role(role_id) for role_id in mentions.roles]
    return any(role is not None and not role.mentionable for role in named)


def _crosspost_denials(action: MessageCrosspost, scene: Scene) -> Iterator[Denial]:
    needed = _READS | Permission.SEND_MESSAGES | Permission.MANAGE_MESSAGES
    yield from needs(scene, action.channel_id, needed, frozenset({"announcement"}))
