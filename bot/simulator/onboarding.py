"""Onboarding: what is answered, what must hold while it is enabled, and what it marks.

Discord docs: Resources > Guild > Guild Onboarding Object, Modify Guild Onboarding.
"""

import copy
from collections.abc import Iterator

from bot.simulator.errors import refuse
from bot.simulator.permissions import SEND_MESSAGES, VIEW_CHANNEL, in_channel
from bot.simulator.shapes import JsonObject, as_list, as_object
from bot.simulator.state import Channel, Guild, Member, Onboarding, Overwrite, Role

CHANNELS_NEEDED = 7
WRITABLE_NEEDED = 5
IN_PROMPT = 1 << 0  # role flag
_ADVANCED = 1


def payload(guild: Guild, found: Onboarding) -> JsonObject:
    return {
        "guild_id": str(guild.id),
        "prompts": found.prompts,
        "default_channel_ids": [str(each) for each in found.default_channel_ids],
        "enabled": found.enabled,
        "mode": found.mode,
    }


def everyone_in(guild: Guild, channel: Channel) -> int:
    """What somebody without roles may do in a channel."""
    return in_channel(guild, Member(user_id=0, joined_at=""), channel, 0.0)


def options_of(found: Onboarding) -> Iterator[JsonObject]:
    for prompt in found.prompts:
        for option in as_list(prompt["options"]) or []:
            yield as_object(option) or {}


def listed(found: Onboarding, key: str) -> set[int]:
    """All ``role_ids`` or ``channel_ids`` that options name."""
    return {int(str(each)) for option in options_of(found) for each in as_list(option[key]) or []}


def meets_requirements(guild: Guild, found: Onboarding) -> bool:
    """Community; 7 channels, @everyone able to see and write in 5. In the advanced mode the options' channels count."""
    counted = set(found.default_channel_ids)
    if found.mode == _ADVANCED:
        counted |= listed(found, "channel_ids")
    channels = [guild.channels[each] for each in counted if each in guild.channels]
    needed = VIEW_CHANNEL | SEND_MESSAGES
    writable = [channel for channel in channels if everyone_in(guild, channel) & needed == needed]
    enough = len(channels) >= CHANNELS_NEEDED and len(writable) >= WRITABLE_NEEDED
    return enough and "COMMUNITY" in guild.features


def require_met(guild: Guild, wanted: Onboarding) -> None:
    """350000 when that keeps it from being enabled, 350001 when it is enabled already and would stay so."""
    if wanted.enabled and not meets_requirements(guild, wanted):
        raise refuse(350_001 if guild.onboarding.enabled else 350_000)


def require_readable(guild: Guild, channel: Channel, overwrites: dict[int, Overwrite]) -> None:
    """350003 when a new set would hide a default channel from @everyone while onboarding is enabled.

    Not in the documentation; Discord's staff confirmed it (discord-api-docs issues 7296 and 7423).
    """
    if not guild.onboarding.enabled or channel.id not in guild.onboarding.default_channel_ids:
        return
    after = copy.copy(channel)
    after.overwrites = overwrites
    if everyone_in(guild, channel) & VIEW_CHANNEL and not everyone_in(guild, after) & VIEW_CHANNEL:
        raise refuse(350_003)


def mark_roles(guild: Guild) -> list[Role]:
    """Set IN_PROMPT on the roles that options give and on no other (docs: Permissions > Role Flags); those changed."""
    given = listed(guild.onboarding, "role_ids")
    changed = [role for role in guild.roles.values() if bool(role.flags & IN_PROMPT) != (role.id in given)]
    for role in changed:
        role.flags ^= IN_PROMPT
    return changed
