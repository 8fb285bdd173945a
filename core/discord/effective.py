"""What a member may really do: permissions in the guild and in a channel (Discord documentation, Topics › Permissions ›
"Permission Overwrites", "Implicit Permissions", "Permissions for Timed Out Members")."""

from core.discord.gates import through
from core.discord.permissions import ALL, Permission, base_permissions
from core.discord.types import VOICE_LIKE, Channel, Member, Overwrite, Snapshot

TIMED_OUT = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
"""What a member in time-out keeps; the owner and administrators are not bound by it."""


def guild_permissions(guild: Snapshot, member: Member) -> Permission:
    """In the guild as a whole, with ADMINISTRATOR spread out to every bit and without regard to a time-out."""
    roles = [role.permissions for role in guild.roles if role.id in member.role_ids]
    owner = member.user_id == guild.owner_id
    return Permission(base_permissions(guild.everyone.permissions, roles, owner=owner)) & ALL


def present_permissions(guild: Snapshot, member: Member) -> Permission:
    """In the guild as a whole, at this moment: a time-out takes most of it away."""
    held = guild_permissions(guild, member)
    return held & TIMED_OUT if member.is_timed_out and held != ALL else held


def channel_permissions(guild: Snapshot, member: Member, channel: Channel) -> Permission:
    """In one channel, with everything that Discord denies implicitly."""
    held = guild_permissions(guild, member)
    if held == ALL:
        return ALL
    bits = int(_overwritten(held, guild, member, channel))
    held = Permission(through(bits, bits, has_voice=channel.type in VOICE_LIKE))
    return held & TIMED_OUT if member.is_timed_out else held


def _overwritten(held: Permission, guild: Snapshot, member: Member, channel: Channel) -> Permission:
    roles = {o.id: o for o in channel.overwrites if o.kind == "role"}
    everyone = roles.get(guild.guild_id)
    held = _with(held, [] if everyone is None else [everyone])
    held = _with(held, [o for role_id, o in roles.items() if role_id in member.role_ids])
    return _with(held, [o for o in channel.overwrites if o.kind == "member" and o.id == member.user_id])


def _with(held: Permission, overwrites: list[Overwrite]) -> Permission:
    """Overwrites of one rank act together: an allow wins over a deny."""
    allow = deny = 0
    for overwrite in overwrites:
        allow |= overwrite.allow
        deny |= overwrite.deny
    return held & ~Permission(deny & ALL) | Permission(allow & ALL)
