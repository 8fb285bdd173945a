"""From our words to the JSON of Discord's REST API. Only what was asked for is written; None clears."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET

from bot.resources.writing import picture
from bot.translate import (
    CHANNEL_TYPE,
    CONTENT_FILTER,
    LAYOUT,
    NOTIFICATIONS,
    SORT_ORDER,
    VERIFICATION,
    VIDEO_QUALITY,
)
from core.discord.gateway import NO_PICTURES, ChannelFields, Pictures, RoleFields, SettingsFields
from core.discord.types import ForumTag, Overwrite, Role, Snowflake

Payload: TypeAlias = dict[str, Any]
T = TypeVar("T")

CHANNEL_FLAGS = {"require_tag": 1 << 4, "hide_downloads": 1 << 15}
"""Discord documentation, Resources › Channel › Channel Flags."""
OVERWRITE_KIND = {"role": 0, "member": 1}
COMMUNITY = "COMMUNITY"

_CHANNEL_NAMES = {
    "parent_id": "parent_id",
    "overwrites": "permission_overwrites",
    "slowmode": "rate_limit_per_user",
    "thread_slowmode": "default_thread_rate_limit_per_user",
    "auto_archive": "default_auto_archive_duration",
    "region": "rtc_region",
    "video_quality": "video_quality_mode",
    "tags": "available_tags",
    "default_reaction": "default_reaction_emoji",
    "sort_order": "default_sort_order",
    "layout": "default_forum_layout",
}
_SETTINGS_NAMES = {
    "notifications": "default_message_notifications",
    "content_filter": "explicit_content_filter",
    "locale": "preferred_locale",
    "updates_channel_id": "public_updates_channel_id",
    "safety_channel_id": "safety_alerts_channel_id",
    "boost_progress_bar": "premium_progress_bar_enabled",
}
_PICTURES = ("icon", "banner", "splash", "discovery_splash")
_COLORS = ("color", "secondary_color", "tertiary_color")


def role_payload(
    fields: RoleFields, current: Role | None = None, *, pictures: Pictures = NO_PICTURES
) -> Payload:
    """`current` is the role that is edited: Discord takes its three colours only together."""
    forms: dict[str, Callable[[Any], object]] = {
        "permissions": str,
        "icon": lambda named: picture(named, pictures),
    }
    payload = _written(fields, {}, forms, leave=_COLORS)
    if any(getattr(fields, name) is not UNSET for name in _COLORS):
        payload["colors"] = {
            "primary_color": _or(fields.color, current.color if current else 0),
            "secondary_color": _or(fields.secondary_color, current.secondary_color if current else None),
            "tertiary_color": _or(fields.tertiary_color, current.tertiary_color if current else None),
        }
    return payload


def channel_payload(fields: ChannelFields, *, flags: int | None = None) -> Payload:
    """`flags` are the channel's present ones, whose other bits stay; without them `require_tag` and `hide_downloads`
    are left out, because Discord documents no flags for a channel's creation."""
    payload = _written(
        fields,
        _CHANNEL_NAMES,
        {
            "type": _number_in(CHANNEL_TYPE),
            "overwrites": overwrites_payload,
            "video_quality": _number_in(VIDEO_QUALITY),
            "tags": _tags,
            "default_reaction": _reaction,
            "sort_order": _number_in(SORT_ORDER),
            "layout": _number_in(LAYOUT),
        },
        leave=tuple(CHANNEL_FLAGS),
    )
    said = {
        bit: value for name, bit in CHANNEL_FLAGS.items() if (value := getattr(fields, name)) is not UNSET
    }
    if said and flags is not None:
        for bit, value in said.items():
            flags = flags | bit if value else flags & ~bit
        payload["flags"] = flags
    return payload


def settings_payload(
    fields: SettingsFields, features: Iterable[str], pictures: Pictures = NO_PICTURES
) -> Payload:
    """`features` are the guild's present ones: Discord takes the whole list."""
    payload = _written(
        fields,
        _SETTINGS_NAMES,
        {
            "verification_level": _number_in(VERIFICATION),
            "notifications": _number_in(NOTIFICATIONS),
            "content_filter": _number_in(CONTENT_FILTER),
            **dict.fromkeys(_PICTURES, lambda named: picture(named, pictures)),
        },
        leave=("community",),
    )
    if fields.community is not UNSET:
        others = set(features) - {COMMUNITY}
        payload["features"] = sorted(others | {COMMUNITY} if fields.community else others)
    return payload


def overwrites_payload(overwrites: Iterable[Overwrite]) -> list[Payload]:
    """The whole set, bits as decimal text."""
    return [
        {"id": o.id, "type": OVERWRITE_KIND[o.kind], "allow": str(o.allow), "deny": str(o.deny)}
        for o in overwrites
    ]


def positions_payload(positions: dict[Snowflake, int]) -> list[Payload]:
    """For both bulk orders."""
    return [{"id": snowflake, "position": position} for snowflake, position in positions.items()]


def _written(
    fields: msgspec.Struct,
    names: dict[str, str],
    forms: dict[str, Callable[[Any], object]],
    *,
    leave: tuple[str, ...] = (),
) -> Payload:
    payload: Payload = {}
    for field in fields.__struct_fields__:
        value: Any = getattr(fields, field)
        if value is UNSET or field in leave:
            continue
        form = forms.get(field)
        payload[names.get(field, field)] = value if value is None or form is None else form(value)
    return payload


def _or(value: T | msgspec.UnsetType, otherwise: T) -> T:
    return otherwise if isinstance(value, msgspec.UnsetType) else value


def _number_in(table: dict[int, Any]) -> Callable[[object], int]:
    numbers: dict[object, int] = {word: number for number, word in table.items()}
    return numbers.__getitem__


def _tags(tags: Iterable[ForumTag]) -> list[Payload]:
    return [
        {
            "name": tag.name,
            "moderated": tag.moderated,
            **_emoji(tag.emoji),
            **({"id": tag.id} if tag.id else {}),
        }
        for tag in tags
    ]


def _reaction(emoji: str) -> Payload:
    return _emoji(emoji)


def _emoji(emoji: str | None) -> Payload:
    # A custom emoji is named by its id, which is all digits; no unicode emoji is that long.
    if emoji is not None and emoji.isascii() and emoji.isdigit() and len(emoji) > 2:  # noqa: PLR2004
        return {"emoji_id": emoji, "emoji_name": None}
    return {"emoji_id": None, "emoji_name": emoji}
