"""A guild that is exactly what a document says, so that a document can stand where a guild stands.

What the document does not say is as Discord makes it. Ids are small numbers that no guild has.
"""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec
from msgspec import UNSET

from core.discord.images import AssetPath, GuildPicture, ImageHash, guild_picture, role_icon
from core.discord.permissions import bits_of
from core.discord.types import Channel, ForumTag, GuildSettings, Overwrite, Role, Snapshot, Snowflake
from core.templates.documents.channels import DocumentOverwrite
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import SUPPRESSIBLE, DocumentGuild
from core.templates.documents.keys import EVERYONE
from core.templates.documents.roles import DocumentRole
from core.templates.goal.settings import COMMUNITY_POINTERS
from core.templates.matching.match import ChannelNode, nodes_of, stored_name
from core.templates.resources.imagined import with_resources
from core.templates.resources.reception import emoji_ref
from core.templates.resources.sections import resource_nodes

_GUILD = "1"
_NOBODY = "2"
_FIRST = 3
_COLORS = ("color", "secondary_color", "tertiary_color")
_SETTINGS = frozenset(field.name for field in msgspec.structs.fields(GuildSettings))
_ROLE = frozenset(field.name for field in msgspec.structs.fields(Role))
_CHANNEL = frozenset(field.name for field in msgspec.structs.fields(Channel))
_POINTERS = ("afk_channel", "system_channel", *COMMUNITY_POINTERS)


class Imagined(msgspec.Struct, frozen=True, kw_only=True):
    """`bindings` maps every key of the document to the id that it has in the imagined guild."""

    snapshot: Snapshot
    bindings: dict[str, Snowflake]


def imagined(document: Document) -> Imagined:
    """The document must be valid."""
    nodes = nodes_of(document)
    keys = [*(role.key for role in document.roles), *(node.key for node in nodes)]
    keys += (node.key for _, _, node in resource_nodes(document))
    ids = {key: str(number) for number, key in enumerate(keys, _FIRST)}
    sets: dict[str, tuple[Overwrite, ...]] = {}
    for node in nodes:
        sets[node.key] = _overwrites(node, sets, ids)
    top = len(document.roles)
    snapshot = Snapshot(
        guild_id=_GUILD,
        owner_id=_NOBODY,
        settings=_settings(document.guild, ids),
        roles=(
            *(_role(role, ids, top - place) for place, role in enumerate(document.roles)),
            Role(id=_GUILD, name="@everyone", permissions=_bits(document.everyone.permissions)),
        ),
        channels=tuple(_channel(node, ids, sets, place) for place, node in enumerate(nodes)),
        features=frozenset({"COMMUNITY"} if document.guild.community is True else ()),
        images=_pictures(document, ids),
    )
    whole = with_resources(document, snapshot, {**ids, EVERYONE: _GUILD})
    return Imagined(snapshot=whole, bindings=ids)


def _pictures(document: Document, ids: Mapping[str, Snowflake]) -> dict[AssetPath, ImageHash]:
    """A picture's name is its content."""
    found = {which: getattr(document.guild, which) for which in get_args(GuildPicture)}
    pictures = {guild_picture(_GUILD, which, image): image for which, image in found.items() if image}
    return pictures | {role_icon(ids[role.key], role.icon): role.icon for role in document.roles if role.icon}


def _settings(said: DocumentGuild, ids: Mapping[str, Snowflake]) -> GuildSettings:
    plain = _known(said, _SETTINGS)
    plain |= {f"{name}_id": ids[key] for name in _POINTERS if isinstance(key := getattr(said, name), str)}
    suppressed = said.suppress or ()
    return GuildSettings(
        name=plain.pop("name", ""),
        system_channel_flags=sum(SUPPRESSIBLE[word] for word in set(suppressed)),
        **plain,
    )


def _role(said: DocumentRole, ids: Mapping[str, Snowflake], position: int) -> Role:
    plain = _known(said, _ROLE)
    for name in _COLORS:
        if isinstance(plain.get(name), str):
            plain[name] = int(plain[name][1:], 16)
    plain["permissions"] = _bits(said.permissions)
    return Role(id=ids[said.key], position=position, **plain)


def _channel(
    node: ChannelNode,
    ids: Mapping[str, Snowflake],
    sets: Mapping[str, tuple[Overwrite, ...]],
    position: int,
) -> Channel:
    plain = _known(node.said, _CHANNEL)
    if "tags" in plain:
        plain["tags"] = tuple(
            ForumTag(name=tag.name, moderated=tag.moderated, emoji=emoji_ref(tag.emoji, ids.get))
            for tag in plain["tags"]
        )
    if plain.get("default_reaction"):
        plain["default_reaction"] = emoji_ref(plain["default_reaction"], ids.get)
    plain["name"] = stored_name(node.said.name, node.type)
    plain["overwrites"] = sets[node.key]
    return Channel(
        id=ids[node.key],
        type=node.type,
        position=position,
        parent_id=ids[node.parent] if node.parent else None,
        **plain,
    )


def _overwrites(
    node: ChannelNode, sets: Mapping[str, tuple[Overwrite, ...]], ids: Mapping[str, Snowflake]
) -> tuple[Overwrite, ...]:
    """One that says nothing is born synced, as Discord's client does it."""
    said = node.said.overwrites
    if isinstance(said, tuple):
        return tuple(_overwrite(overwrite, ids) for overwrite in said)
    return sets[node.parent] if node.parent else ()


def _overwrite(said: DocumentOverwrite, ids: Mapping[str, Snowflake]) -> Overwrite:
    allow, deny = int(bits_of(said.allow)), int(bits_of(said.deny))
    if said.member is not None:
        return Overwrite("member", said.member, allow, deny)
    return Overwrite("role", _GUILD if said.role == EVERYONE else ids[said.role or ""], allow, deny)


def _known(said: msgspec.Struct, names: frozenset[str]) -> dict[str, Any]:
    """What is said and is called the same in a guild."""
    return {
        name: value
        for name, value in msgspec.structs.asdict(said).items()
        if name in names and value is not UNSET
    }


def _bits(permissions: Any) -> int:
    return 0 if permissions is UNSET else int(bits_of(permissions))
