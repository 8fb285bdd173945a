"""What points at a channel or a role, and lets go of it when it is deleted.

Discord documents no events for these; whoever asks afterwards finds them changed.
"""

from bot.simulator.shapes import JsonObject, as_list, as_object, words
from bot.simulator.state import Guild

_POINTERS = words(
    "system_channel_id afk_channel_id safety_alerts_channel_id rules_channel_id public_updates_channel_id "
    "widget_channel_id"
)


def clear_pointers(guild: Guild, channel_id: int) -> bool:
    """The guild's own pointers to a channel; whether there were any."""
    cleared = [name for name in _POINTERS if getattr(guild, name) == channel_id]
    for name in cleared:
        setattr(guild, name, None)
    return bool(cleared)


def forget_channel(guild: Guild, channel_id: int) -> None:
    """The channel's webhooks go with it; rules, onboarding and the welcome screen no longer name it."""
    gone = [each.id for each in guild.webhooks.values() if each.channel_id == channel_id]
    for webhook_id in gone:
        del guild.webhooks[webhook_id]
    for rule in guild.auto_moderation.values():
        rule.exempt_channels = _without(rule.exempt_channels, channel_id)
    found = guild.onboarding
    found.default_channel_ids = _without(found.default_channel_ids, channel_id)
    found.prompts = _struck(found.prompts, "channel_ids", channel_id)
    screen = guild.welcome_screen
    screen.channels = [each for each in screen.channels if each["channel_id"] != str(channel_id)]


def forget_role(guild: Guild, role_id: int) -> None:
    for rule in guild.auto_moderation.values():
        rule.exempt_roles = _without(rule.exempt_roles, role_id)
    guild.onboarding.prompts = _struck(guild.onboarding.prompts, "role_ids", role_id)


def _without(ids: list[int], gone: int) -> list[int]:
    return [each for each in ids if each != gone]


def _struck(prompts: list[JsonObject], key: str, gone: int) -> list[JsonObject]:
    """Prompts whose options no longer name it. New objects: the audit log keeps the old ones."""
    return [
        prompt
        | {
            "options": [
                _let_go(as_object(each) or {}, key, gone) for each in as_list(prompt["options"]) or []
            ]
        }
        for prompt in prompts
    ]


def _let_go(option: JsonObject, key: str, gone: int) -> JsonObject:
    return option | {key: [each for each in as_list(option[key]) or [] if each != str(gone)]}
