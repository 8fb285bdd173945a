"""A guild as a witness shows it. There are two: the API, and the simulated Discord, which knows nothing of the API.

Both are brought into one form, in the words of a document and with permissions as bit fields, so that one comparison
judges either.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

Json: TypeAlias = Mapping[str, Any]
Overwrites: TypeAlias = frozenset[tuple[str, str, int, int]]
"""Entries (`role` or `member`, id, allowed bits, denied bits) that say something."""

VOICE_LIKE = frozenset({"voice", "stage"})
_TYPES = {0: "text", 2: "voice", 4: "category", 5: "announcement", 13: "stage", 15: "forum", 16: "media"}
_LEVELS = ("none", "low", "medium", "high", "very_high")
_NOTIFICATIONS = ("all_messages", "only_mentions")
_FILTERS = ("disabled", "members_without_roles", "all_members")
_SORTS = ("latest_activity", "creation_date")
_LAYOUTS = ("not_set", "list", "gallery")
_QUALITIES = (None, "auto", "full")
_REQUIRE_TAG, _HIDE_DOWNLOADS = 1 << 4, 1 << 15


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """A role or a channel. `said` are its fields by the document's names; a channel's `parent` is an id."""

    id: str
    name: str
    said: dict[str, Any]
    type: str = ""
    parent: str | None = None
    overwrites: Overwrites = frozenset()
    managed: bool = False

    @property
    def label(self) -> str:
        return f"the {self.type or 'role'} “{self.name}”"


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Roles from the highest down, without @everyone; channels as Discord's client shows them."""

    witness: str
    guild_id: str
    settings: dict[str, Any]
    everyone: int
    roles: tuple[Thing, ...]
    channels: tuple[Thing, ...]


def as_told(structure: Json) -> Picture:
    """What `GET /guilds/{id}/structure` answers."""
    guild_id: str = structure["guild_id"]
    settings = {
        name.removesuffix("_id"): value for name, value in structure["settings"].items() if name != "name"
    }
    settings |= {"name": structure["settings"]["name"], "community": "COMMUNITY" in structure["features"]}
    roles = frozenset(role["id"] for role in structure["roles"])
    return Picture(
        witness="the API",
        guild_id=guild_id,
        settings=settings,
        everyone=next(int(r["permission_bits"]) for r in structure["roles"] if r["id"] == guild_id),
        roles=tuple(_told_role(role) for role in structure["roles"] if role["id"] != guild_id),
        channels=tuple(_told_channel(channel, roles) for channel in _flat(structure["channels"])),
    )


def as_held(dump: Json) -> Picture:
    """What the simulated Discord has: its roles come lowest first, its channels by (position, id)."""
    guild = dump["guild"]
    roles = frozenset(role["id"] for role in dump["roles"])
    return Picture(
        witness="Discord",
        guild_id=guild["id"],
        settings=_held_settings(guild),
        everyone=next(int(role["permissions"]) for role in dump["roles"] if role["id"] == guild["id"]),
        roles=tuple(_held_role(role) for role in reversed(dump["roles"]) if role["id"] != guild["id"]),
        channels=tuple(_displayed([_held_channel(channel, roles) for channel in dump["channels"]])),
    )


def _flat(channels: Iterable[Json]) -> Iterable[Json]:
    for channel in channels:
        yield channel
        yield from channel.get("channels", ())


def _told_role(role: Json) -> Thing:
    said = {name: role[name] for name in ("hoist", "mentionable", "unicode_emoji")}
    for name in ("color", "secondary_color", "tertiary_color"):
        said[name] = None if role[name] is None else int(role[name][1:], 16)
    said["permissions"] = int(role["permission_bits"])
    return Thing(id=role["id"], name=role["name"], said=said, managed=role["managed"])


def _told_channel(channel: Json, roles: Collection[str]) -> Thing:
    shape = ("id", "type", "name", "position", "parent_id", "synced", "overwrites", "channels")
    said = {name: value for name, value in channel.items() if name not in shape}
    if "tags" in said:
        said["tags"] = [(tag["name"], tag["moderated"], tag["emoji"]) for tag in said["tags"]]
    return Thing(
        id=channel["id"],
        name=channel["name"],
        type=channel["type"],
        parent=channel["parent_id"],
        said=said,
        overwrites=_speaking(
            ((o["kind"], o["id"], int(o["allow_bits"]), int(o["deny_bits"])) for o in channel["overwrites"]),
            roles,
        ),
    )


def _held_settings(guild: Json) -> dict[str, Any]:
    return {
        "name": guild["name"],
        "description": guild["description"],
        "verification_level": _LEVELS[guild["verification_level"]],
        "notifications": _NOTIFICATIONS[guild["default_message_notifications"]],
        "content_filter": _FILTERS[guild["explicit_content_filter"]],
        "locale": guild["preferred_locale"],
        "afk_channel": guild["afk_channel_id"],
        "afk_timeout": guild["afk_timeout"],
        "system_channel": guild["system_channel_id"],
        "system_channel_flags": guild["system_channel_flags"],
        "rules_channel": guild["rules_channel_id"],
        "updates_channel": guild["public_updates_channel_id"],
        "safety_channel": guild["safety_alerts_channel_id"],
        "boost_progress_bar": guild["premium_progress_bar_enabled"],
        "community": "COMMUNITY" in guild["features"],
    }


def _held_role(role: Json) -> Thing:
    colors = role["colors"]
    said = {
        "hoist": role["hoist"],
        "mentionable": role["mentionable"],
        "unicode_emoji": role["unicode_emoji"],
        "color": colors["primary_color"],
        "secondary_color": colors["secondary_color"],
        "tertiary_color": colors["tertiary_color"],
        "permissions": int(role["permissions"]),
    }
    return Thing(id=role["id"], name=role["name"], said=said, managed=role["managed"])


def _held_channel(channel: Json, roles: Collection[str]) -> Thing:
    kind = _TYPES[channel["type"]]
    return Thing(
        id=channel["id"],
        name=channel["name"],
        type=kind,
        parent=channel["parent_id"],
        said={} if kind == "category" else _held_fields(channel),
        overwrites=_speaking(
            (
                ("member" if o["type"] else "role", o["id"], int(o["allow"]), int(o["deny"]))
                for o in channel["permission_overwrites"]
            ),
            roles,
        ),
    )


def _held_fields(channel: Json) -> dict[str, Any]:
    sort = channel.get("default_sort_order")
    return {
        "topic": channel.get("topic"),
        "nsfw": channel["nsfw"],
        "slowmode": channel["rate_limit_per_user"],
        "thread_slowmode": channel.get("default_thread_rate_limit_per_user", 0),
        "auto_archive": channel.get("default_auto_archive_duration"),
        "bitrate": channel.get("bitrate"),
        "user_limit": channel.get("user_limit", 0),
        "region": channel.get("rtc_region"),
        "video_quality": _QUALITIES[channel.get("video_quality_mode", 1)],
        "tags": [(tag["name"], tag["moderated"], _emoji(tag)) for tag in channel.get("available_tags", ())],
        "default_reaction": _emoji(channel.get("default_reaction_emoji") or {}),
        "sort_order": None if sort is None else _SORTS[sort],
        "layout": _LAYOUTS[channel.get("default_forum_layout", 0)],
        "require_tag": bool(channel["flags"] & _REQUIRE_TAG),
        "hide_downloads": bool(channel["flags"] & _HIDE_DOWNLOADS),
    }


def _emoji(holder: Json) -> str | None:
    return holder.get("emoji_id") or holder.get("emoji_name")


def _speaking(overwrites: Iterable[tuple[str, str, int, int]], roles: Collection[str]) -> Overwrites:
    """An entry without bits says nothing, and neither does one for a role that is gone: nobody has it."""
    return frozenset(o for o in overwrites if (o[2] or o[3]) and (o[0] == "member" or o[1] in roles))


def _displayed(channels: list[Thing]) -> Iterable[Thing]:
    """Those outside of categories first; voice channels below the others; `channels` are in the order of places."""
    categories = [channel for channel in channels if channel.type == "category"]
    for category in (None, *categories):
        if category is not None:
            yield category
        inside = [c for c in channels if c.type != "category" and c.parent == (category and category.id)]
        yield from sorted(inside, key=lambda channel: channel.type in VOICE_LIKE)
