"""What a member may do in a channel, straight from Discord's documentation and from nothing of ours.

Topics › Permissions: "Permission Overwrites" (the pseudo code), "Implicit Permissions", and the support article that
it names for voice channels. Written to be compared with, so it shares no line with `core`.
"""

from collections.abc import Collection

from core.discord.types import Channel, Snapshot

EVERY_BIT = (1 << 53) - 1
ADMINISTRATOR, VIEW_CHANNEL, SEND_MESSAGES, CONNECT = 1 << 3, 1 << 10, 1 << 11, 1 << 20
MENTION_EVERYONE, SEND_TTS, ATTACH_FILES, EMBED_LINKS = 1 << 17, 1 << 12, 1 << 15, 1 << 14
# Not named there: "logical conclusions", as Discord says that there may be more of.
SEND_VOICE_MESSAGES, SEND_POLLS = 1 << 46, 1 << 49


def base_bits(guild: Snapshot, role_ids: Collection[str]) -> int:
    bits = 0
    for role in guild.roles:
        if role.id == guild.guild_id or role.id in role_ids:
            bits |= role.permissions
    return EVERY_BIT if bits & ADMINISTRATOR else bits


def effective_bits(
    guild: Snapshot, channel: Channel, role_ids: Collection[str], member_id: str | None
) -> int:
    """What a member with these roles may really do in that channel."""
    bits = base_bits(guild, role_ids)
    if bits & ADMINISTRATOR:
        return EVERY_BIT
    for entry in channel.overwrites:
        if entry.kind == "role" and entry.id == guild.guild_id:
            bits &= ~entry.deny
            bits |= entry.allow
    allowed = denied = 0
    for entry in channel.overwrites:
        if entry.kind == "role" and entry.id != guild.guild_id and entry.id in role_ids:
            allowed |= entry.allow
            denied |= entry.deny
    bits = (bits & ~denied) | allowed
    for entry in channel.overwrites:
        if entry.kind == "member" and entry.id == member_id:
            bits = (bits & ~entry.deny) | entry.allow
    return _implied(bits, channel)


def _implied(bits: int, channel: Channel) -> int:
    if not bits & VIEW_CHANNEL:
        return 0
    if channel.type in ("voice", "stage") and not bits & CONNECT:
        return VIEW_CHANNEL
    if not bits & SEND_MESSAGES:
        bits &= ~(MENTION_EVERYONE | SEND_TTS | ATTACH_FILES | EMBED_LINKS | SEND_VOICE_MESSAGES | SEND_POLLS)
    return bits
