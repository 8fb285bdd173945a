"""What has to be written so that one object becomes as its node says. Overwrites and places are not seen here.

Only what makes a difference is in the fields of an edit; what the guild cannot hold is left out with a warning.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType

from core.discord.gateway import ChannelFields, RoleFields
from core.discord.images import role_icon
from core.discord.permissions import UNNAMED, bits_of
from core.discord.types import Channel, ChannelType, ForumTag, Role, Snapshot
from core.templates.documents.channels import DocumentChannel, DocumentTag
from core.templates.documents.roles import DocumentRole
from core.templates.matching.match import ChannelNode, stored_name
from core.templates.plan import Notice, Ref
from core.templates.resources.pictures import differs
from core.templates.resources.reception import emoji_ref

BITRATES = {0: 96_000, 1: 128_000, 2: 256_000, 3: 384_000}
STAGE_BITRATE = 64_000
_STYLES = ("hoist", "mentionable", "unicode_emoji")
_COLORS = ("color", "secondary_color", "tertiary_color")
_LOOKS = (*_COLORS, *_STYLES)
_NOTHING = (UNSET,) * len(_LOOKS)
_colors_of, _styles_of, _looks_of = attrgetter(*_COLORS), attrgetter(*_STYLES), attrgetter(*_LOOKS)
_ICONS = "ROLE_ICONS"
_NEEDS_FEATURE = {
    "unicode_emoji": _ICONS,
    "secondary_color": "ENHANCED_ROLE_COLORS",
    "tertiary_color": "ENHANCED_ROLE_COLORS",
}
NO_CHANGE = ChannelFields()
NO_ROLE_CHANGE = RoleFields()
_ELSEWHERE = frozenset({"key", "name", "overwrites", "channels"})
# What Discord takes for a value that was never set.
_UNSAID: Mapping[str, object] = {"topic": "", "auto_archive": 1440, "region": "", "default_reaction": ""}


def wanted_permissions(node: DocumentRole, role: Role | None) -> int:
    """A document cannot speak of bits that Discord has not named: they stay. A new role that says nothing gets none,
    where Discord would give it @everyone's."""
    present = role.permissions if role else 0
    return present if node.permissions is UNSET else bits_of(node.permissions) | present & UNNAMED


def role_fields(
    node: DocumentRole, role: Role | None, snapshot: Snapshot, warnings: list[Notice]
) -> RoleFields:
    """Without the permissions of an existing role: those are written in an order of their own."""
    wanted = _role_wishes(node, role, snapshot, warnings)
    if node.icon is not UNSET:
        wanted |= _icon(node, node.icon, role, snapshot, warnings)
    if role is None:
        return RoleFields(permissions=wanted_permissions(node, None), **wanted)
    return RoleFields(**wanted) if wanted else NO_ROLE_CHANGE


def _icon(
    node: DocumentRole, icon: str | None, role: Role | None, snapshot: Snapshot, warnings: list[Notice]
) -> dict[str, Any]:
    """Where the picture is another one."""
    path = role_icon(role.id, role.icon) if role and role.icon else None
    if not differs(icon, path, snapshot.images):
        return {}
    if icon is not None and _ICONS not in snapshot.features:
        warnings.append(_no_feature(node, "icon", _ICONS))
        return {}
    return {"icon": icon}


def _role_wishes(
    node: DocumentRole, role: Role | None, snapshot: Snapshot, warnings: list[Notice]
) -> dict[str, Any]:
    """Without what an existing role has already."""
    said = (*map(_number, _colors_of(node)), *_styles_of(node))
    present = _looks_of(role) if role else _NOTHING
    wanted: dict[str, Any] = {}
    if role is None or role.name.strip() != node.name.strip():
        wanted["name"] = node.name
    if said == present:
        return wanted
    for name, value, has in zip(_LOOKS, said, present, strict=True):
        if value is UNSET or value == has:
            continue
        feature = _NEEDS_FEATURE.get(name)
        if feature and value is not None and feature not in snapshot.features:
            warnings.append(_no_feature(node, name, feature))
        elif role or value is not None:
            wanted[name] = value
    return wanted


@lru_cache(1 << 12)
def _number(color: str | UnsetType | None) -> int | UnsetType | None:
    """As Discord has it."""
    return int(color[1:], 16) if isinstance(color, str) else color


def channel_fields(
    node: ChannelNode,
    channel: Channel | None,
    snapshot: Snapshot,
    emojis: Mapping[str, Ref],
    warnings: list[Notice],
) -> ChannelFields:
    """A channel's own fields, its type where that changes. `emojis` are the refs of the document's emojis."""
    said, own = node.said, _own(type(node.said))
    if channel is not None and node.type == channel.type and own.values(said) == own.values(channel):
        return NO_CHANGE
    wanted = {
        name: value
        for name in own.names
        if (value := getattr(said, name)) is not UNSET
        and (channel is None or value != getattr(channel, name))
    }
    if "bitrate" in wanted:
        wanted["bitrate"] = _bitrate(node, wanted["bitrate"], snapshot, warnings)
    if "default_reaction" in wanted:
        wanted["default_reaction"] = emoji_ref(wanted["default_reaction"], emojis.get)
    if "tags" in wanted:
        wanted["tags"] = _tags(wanted["tags"], channel.tags if channel else (), emojis)
    if channel is None:
        return _new_channel(node, wanted)
    changed = {
        name: value for name, value in wanted.items() if not _same(name, getattr(channel, name), value)
    }
    if said.name != channel.name and stored_name(said.name, node.type) != stored_name(
        channel.name, channel.type
    ):
        changed["name"] = said.name
    if node.type != channel.type:
        changed["type"] = node.type
    return ChannelFields(**changed) if changed else NO_CHANGE


class _Own(NamedTuple):
    """The fields that a channel of one type has for itself; `values` reads them and its name."""

    names: tuple[str, ...]
    values: Callable[[object], object]


@lru_cache
def _own(struct: type[DocumentChannel]) -> _Own:
    names = tuple(name for name in struct.__struct_fields__ if name not in _ELSEWHERE)
    return _Own(names, attrgetter("name", *names))


def _new_channel(node: ChannelNode, wanted: dict[str, Any]) -> ChannelFields:
    kept = {name: value for name, value in wanted.items() if value is not None}
    return ChannelFields(type=node.type, name=node.said.name, **kept)


def _same(name: str, present: Any, wanted: Any) -> bool:
    if name == "tags":
        return _said_tags(present) == _said_tags(wanted)
    unsaid = _UNSAID.get(name)
    return (unsaid if present is None else present) == (unsaid if wanted is None else wanted)


def _said_tags(tags: Sequence[ForumTag]) -> list[tuple[str, bool, str | None]]:
    return [(tag.name, tag.moderated, tag.emoji or None) for tag in tags]


def _tags(
    wanted: Sequence[DocumentTag], present: Sequence[ForumTag], emojis: Mapping[str, Ref]
) -> tuple[ForumTag, ...]:
    """A tag keeps its id, and with it its posts, while it keeps its name."""
    ids = {tag.name: tag.id for tag in present}
    return tuple(
        ForumTag(
            name=tag.name,
            id=ids.get(tag.name),
            moderated=tag.moderated,
            emoji=emoji_ref(tag.emoji, emojis.get),
        )
        for tag in wanted
    )


def highest_bitrate(channel_type: ChannelType, snapshot: Snapshot) -> int:
    """By boost tier, or the feature VIP_REGIONS; stages have a limit of their own."""
    tier = max(BITRATES) if "VIP_REGIONS" in snapshot.features else snapshot.premium_tier
    return STAGE_BITRATE if channel_type == "stage" else BITRATES.get(tier, BITRATES[0])


def _bitrate(node: ChannelNode, wanted: int, snapshot: Snapshot, warnings: list[Notice]) -> int:
    highest = highest_bitrate(node.type, snapshot)
    if wanted <= highest:
        return wanted
    warnings.append(
        Notice(
            code="bitrate_too_high",
            message=f"“{node.said.name}” asks for {wanted} bit/s; at this server's boost level {highest} is the most: "
            f"it gets {highest}.",
            node=node.key,
        )
    )
    return highest


def _no_feature(node: DocumentRole, field: str, feature: str) -> Notice:
    return Notice(
        code="feature_missing",
        message=f"`{field}` of the role “{node.name}” is left out: this server does not have the feature {feature}. "
        "Boost the server to get it.",
        node=node.key,
    )
