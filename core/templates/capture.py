"""A snapshot as a document: what one would have to ask for to get this guild.

Every field is said, so that applying the document puts back what was changed since.
"""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

import msgspec
from msgspec import UNSET, UnsetType

from core.discord.types import (
    VOICE_LIKE,
    Channel,
    ForumTag,
    Overwrite,
    Role,
    Snapshot,
    Snowflake,
    channel_rank,
    normalised,
    role_rank,
)
from core.templates.documents.channels import (
    CHILD_STRUCTS,
    AutoArchive,
    Category,
    ChildChannel,
    DocumentChannel,
    DocumentOverwrite,
    DocumentTag,
)
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import AfkTimeout, DocumentGuild
from core.templates.documents.keys import EVERYONE
from core.templates.documents.roles import DocumentRole, Everyone
from core.templates.naming import Losses, Namer
from core.templates.plan import Notice
from core.templates.resources.capture import ResourceCapture
from core.templates.resources.sections import emoji_in_document


class Captured(msgspec.Struct, frozen=True, kw_only=True):
    """`bindings` maps every key of the document, and `everyone`, to the Discord id it came from; `warnings` tell what
    a document has no words for."""

    document: Document
    bindings: dict[str, Snowflake]
    warnings: tuple[Notice, ...] = ()


def document_of(snapshot: Snapshot, *, known: Mapping[str, Snowflake] | None = None) -> Captured:
    """`known` are earlier bindings of the guild: what they name keeps its key, whatever it is called now."""
    return _Capture(snapshot, known).captured()


def child_rank(channel: Channel) -> tuple[bool, int, int]:
    """Sorts siblings as Discord's client shows them: voice and stage channels stand below all others."""
    return channel.type in VOICE_LIKE, *channel_rank(channel)


def color_text(color: int) -> str:
    """0xRRGGBB as documents write it."""
    return f"#{color:06x}"


class _Capture:
    def __init__(self, snapshot: Snapshot, known: Mapping[str, Snowflake] | None) -> None:
        self._snapshot = snapshot
        self._losses = Losses()
        self._categories = {c.id: c for c in snapshot.channels if c.type == "category"}
        namer = Namer(known)
        self._roles = sorted(
            (r for r in snapshot.roles if r.id != snapshot.guild_id), key=role_rank, reverse=True
        )
        self._role_keys = {snapshot.guild_id: EVERYONE}
        self._role_keys |= {r.id: namer.key_for(r.id, r.name, "role") for r in self._roles}
        self._role_places = {role_id: place for place, role_id in enumerate(self._role_keys)}
        self._channel_keys = {c.id: namer.key_for(c.id, c.name, c.type) for c in self._displayed()}
        self._resources = ResourceCapture(
            snapshot, namer, self._losses, roles=self._role_keys, channels=self._channel_keys
        )

    def captured(self) -> Captured:
        document = Document(
            guildwright=1,
            guild=self._guild(),
            everyone=Everyone(
                permissions=self._losses.permissions(self._snapshot.everyone.permissions, EVERYONE)
            ),
            roles=tuple(self._role(role) for role in self._roles),
            channels=self._channels(),
            **self._resources.sections(),
        )
        ids = (*self._role_keys.items(), *self._channel_keys.items(), *self._resources.keys.items())
        return Captured(
            document=document,
            bindings={key: snowflake for snowflake, key in ids},
            warnings=tuple(self._losses.notices),
        )

    def _children(self, parent: Snowflake | None) -> list[Channel]:
        inside = (c for c in self._snapshot.channels if c.type != "category" and self._parent(c) == parent)
        return sorted(inside, key=child_rank)

    def _parent(self, channel: Channel) -> Snowflake | None:
        """A parent that is not there any more is none."""
        return channel.parent_id if channel.parent_id in self._categories else None

    def _displayed(self) -> Iterable[Channel]:
        yield from self._children(None)
        for category in sorted(self._categories.values(), key=channel_rank):
            yield category
            yield from self._children(category.id)

    def _guild(self) -> DocumentGuild:
        settings = self._snapshot.settings
        return DocumentGuild(
            name=settings.name,
            description=settings.description,
            verification_level=settings.verification_level,
            notifications=settings.notifications,
            content_filter=settings.content_filter,
            locale=settings.locale,
            afk_channel=self._named(settings.afk_channel_id),
            afk_timeout=one_of(settings.afk_timeout, AfkTimeout),
            system_channel=self._named(settings.system_channel_id),
            suppress=self._losses.suppressed(settings.system_channel_flags),
            rules_channel=self._named(settings.rules_channel_id),
            updates_channel=self._named(settings.updates_channel_id),
            safety_channel=self._named(settings.safety_channel_id),
            boost_progress_bar=settings.boost_progress_bar,
            community="COMMUNITY" in self._snapshot.features,
            **self._resources.guild_pictures(),
        )

    def _named(self, channel_id: Snowflake | None) -> str | None:
        return self._channel_keys.get(channel_id) if channel_id else None

    def _role(self, role: Role) -> DocumentRole:
        key = self._role_keys[role.id]
        return DocumentRole(
            key=key,
            name=role.name,
            color=color_text(role.color),
            secondary_color=None if role.secondary_color is None else color_text(role.secondary_color),
            tertiary_color=None if role.tertiary_color is None else color_text(role.tertiary_color),
            hoist=role.hoist,
            mentionable=role.mentionable,
            unicode_emoji=role.unicode_emoji,
            icon=self._resources.role_icon(role, key),
            permissions=self._losses.permissions(role.permissions, key),
            managed=role.managed,
        )

    def _channels(self) -> tuple[DocumentChannel, ...]:
        loose = (self._child(channel, None) for channel in self._children(None))
        categories = sorted(self._categories.values(), key=channel_rank)
        return (*loose, *(self._category(category) for category in categories))

    def _category(self, category: Channel) -> Category:
        return Category(
            key=self._channel_keys[category.id],
            name=category.name,
            overwrites=self._overwrites(category),
            channels=tuple(self._child(channel, category) for channel in self._children(category.id)),
        )

    def _child(self, channel: Channel, category: Channel | None) -> ChildChannel:
        key = self._channel_keys[channel.id]
        if channel.parent_id and category is None:
            self._losses.note(
                "category_gone", f"The category of `{key}` is gone; it stands outside of any.", key
            )
        synced = category is not None and normalised(channel.overwrites) == normalised(category.overwrites)
        overwrites = "synced" if synced else self._overwrites(channel)
        return child_channel(channel, key=key, overwrites=overwrites, emojis=self._resources.emojis)

    def _overwrites(self, channel: Channel) -> tuple[DocumentOverwrite, ...]:
        ordered = sorted(
            normalised(channel.overwrites),
            key=lambda o: (o.kind != "role", self._role_places.get(o.id, 0), int(o.id)),
        )
        said = (self._overwrite(overwrite, self._channel_keys[channel.id]) for overwrite in ordered)
        return tuple(overwrite for overwrite in said if overwrite)

    def _overwrite(self, overwrite: Overwrite, node: str) -> DocumentOverwrite | None:
        if overwrite.kind == "role" and overwrite.id not in self._role_keys:
            self._losses.note(
                "role_gone",
                f"`{node}` has an overwrite for a role that is gone; the document leaves it out.",
                node,
            )
            return None
        allow = self._losses.permissions(overwrite.allow, node)
        deny = self._losses.permissions(overwrite.deny, node)
        if not allow and not deny:
            return None
        if overwrite.kind == "role":
            return DocumentOverwrite(role=self._role_keys[overwrite.id], allow=allow, deny=deny)
        return DocumentOverwrite(member=overwrite.id, allow=allow, deny=deny)


def child_channel(
    channel: Channel, *, key: str, overwrites: object, emojis: Mapping[Snowflake, str] = {}
) -> ChildChannel:
    """The channel with exactly the fields that its type has in a document. `emojis` are the keys of the document's."""
    struct = CHILD_STRUCTS[channel.type]
    said: dict[str, Any] = {"key": key, "name": channel.name, "overwrites": overwrites}
    for field in msgspec.structs.fields(struct):
        if field.name not in said:
            said[field.name] = _field(channel, field.name, emojis)
    return struct(**said)


def _field(channel: Channel, name: str, emojis: Mapping[Snowflake, str]) -> object:
    match name:
        case "tags":
            return tuple(_tag(tag, emojis) for tag in channel.tags)
        case "default_reaction":
            return emoji_in_document(channel.default_reaction, emojis)
        case "auto_archive":
            return None if channel.auto_archive is None else one_of(channel.auto_archive, AutoArchive)
        case "bitrate":
            return UNSET if channel.bitrate is None else channel.bitrate
        case _:
            return getattr(channel, name)


def _tag(tag: ForumTag, emojis: Mapping[Snowflake, str]) -> DocumentTag:
    return DocumentTag(name=tag.name, moderated=tag.moderated, emoji=emoji_in_document(tag.emoji, emojis))


def one_of(value: Any, literal: Any) -> Any | UnsetType:
    """The value where the document has a word for it, and nothing said where it has not."""
    return value if value in get_args(literal) else UNSET
