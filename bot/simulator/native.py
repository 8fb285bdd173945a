"""Discord's native template JSON, turned into a spec.

Role 0 is @everyone; ids are small integers local to the file and become keys; the ``*_new`` strings are the bit fields
to trust. Roles are listed lowest first. Bits wider than today's permission set are dropped where they are read.
"""

from bot.simulator.errors import bad_field
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object, words

_SETTINGS = words(
    "name description verification_level default_message_notifications explicit_content_filter preferred_locale "
    "afk_timeout system_channel_flags"
)
_CHANNEL_KEYS = words(
    "name type position topic bitrate user_limit nsfw rate_limit_per_user available_tags default_auto_archive_duration "
    "default_reaction_emoji default_thread_rate_limit_per_user default_sort_order default_forum_layout "
    "default_tag_setting"
)
_GRADIENT = words("secondary_color tertiary_color")


def spec_from(template: JsonObject) -> JsonObject:
    """Takes the whole template or its ``serialized_source_guild`` alone."""
    source = as_object(template.get("serialized_source_guild")) or template
    if "roles" not in source or "channels" not in source:
        raise bad_field("native_template", "SPEC_UNKNOWN", "Not a native template")
    roles = [found for each in as_list(source["roles"]) or [] if (found := as_object(each))]
    channels = [found for each in as_list(source["channels"]) or [] if (found := as_object(each))]
    spec: JsonObject = {key: source[key] for key in _SETTINGS if source.get(key) is not None}
    spec["roles"] = [_role(role) for role in roles if as_int(role.get("id")) != 0]
    spec["channels"] = [_channel(channel) for channel in channels]
    for role in roles:
        if as_int(role.get("id")) == 0:
            spec["everyone_permissions"] = _bits(role, "permissions")
    for name in ("system_channel", "afk_channel"):
        if source.get(f"{name}_id") is not None:
            spec[name] = str(source[f"{name}_id"])
    return spec


def _role(role: JsonObject) -> JsonObject:
    colors = as_object(role.get("colors")) or {}
    return {
        "key": str(role.get("id")),
        "name": role.get("name"),
        "permissions": _bits(role, "permissions"),
        "color": role.get("color", 0),
        "hoist": role.get("hoist", False),
        "mentionable": role.get("mentionable", False),
        "unicode_emoji": role.get("unicode_emoji"),
    } | {key: colors.get(key) for key in _GRADIENT}


def _channel(channel: JsonObject) -> JsonObject:
    found: JsonObject = {key: channel[key] for key in _CHANNEL_KEYS if channel.get(key) is not None}
    found["key"] = str(channel.get("id"))
    if channel.get("parent_id") is not None:
        found["parent"] = str(channel["parent_id"])
    overwrites = [as_object(each) or {} for each in as_list(channel.get("permission_overwrites")) or []]
    found["permission_overwrites"] = [
        {
            "role": "@everyone" if as_int(each.get("id")) == 0 else str(each.get("id")),
            "allow": _bits(each, "allow"),
            "deny": _bits(each, "deny"),
        }
        for each in overwrites
    ]
    return found


def _bits(found: JsonObject, key: str) -> object:
    return found.get(f"{key}_new", found.get(key, 0))
