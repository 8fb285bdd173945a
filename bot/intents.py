"""What the bot asks Discord to tell it. `members` is privileged: it has a switch in the Developer Portal."""

import disnake


def intents(*, message_content: bool = False) -> disnake.Intents:
    """Members are needed for "may this person do that by hand?"; presences are never asked for.

    Messages are only listened to when their content was asked for: slash commands and buttons arrive without.
    """
    wanted = disnake.Intents.none()
    wanted.guilds = True
    wanted.members = True
    wanted.moderation = True
    wanted.expressions = True
    wanted.webhooks = True
    wanted.automod_configuration = True
    wanted.guild_scheduled_events = True
    if message_content:
        wanted.guild_messages = True
        wanted.message_content = True
    return wanted


def privileged_switches(wanted: disnake.Intents) -> tuple[str, ...]:
    """The switches of the Developer Portal (Bot > Privileged Gateway Intents) that these intents need."""
    switches = {
        "Server Members Intent": wanted.members,
        "Message Content Intent": wanted.message_content,
        "Presence Intent": wanted.presences,
    }
    return tuple(name for name, needed in switches.items() if needed)
