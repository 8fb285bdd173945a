"""Discord's own server template, as a document.

Source: Discord documentation, Resources › Guild Template ("placeholder IDs are given as integers"), and the objects
`GuildTemplate…Response` of its OpenAPI document. Role 0 is @everyone; the others come lowest first; channel positions
may repeat. A template is read as the snapshot it was made from, so everything that holds for captures holds here;
afterwards the document keeps only what the file says.
"""

from typing import Any, get_args

import msgspec
from msgspec import UNSET, UnsetType
from msgspec import inspect as types

from core.discord.types import (
    Channel,
    ChannelType,
    ContentFilter,
    ForumLayout,
    ForumTag,
    GuildSettings,
    Notifications,
    Overwrite,
    Role,
    Snapshot,
    Snowflake,
    SortOrder,
    VerificationLevel,
)
from core.templates.capture import Captured, document_of
from core.templates.documents.channels import Category, ChildChannel, DocumentChannel
from core.templates.documents.document import Document
from core.templates.documents.findings import Findings, at
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.parse import document_from
from core.templates.documents.roles import DocumentRole, Everyone
from core.templates.documents.shape import Shaper, is_mapping
from core.templates.errors import InvalidDocument
from core.templates.native_guild import (
    NativeChannel,
    NativeColors,
    NativeEmoji,
    NativeGuild,
    NativeRole,
    NativeTag,
)
from core.templates.plan import Notice

_WHOLE = "serialized_source_guild"
_CHANNEL_TYPES: dict[int, ChannelType] = {
    0: "text",
    2: "voice",
    4: "category",
    5: "announcement",
    13: "stage",
    15: "forum",
    16: "media",
}
_SHORTEST_SNOWFLAKE = 15


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """`warnings` tell what the file holds and a document has no words for."""

    document: Document
    warnings: tuple[Notice, ...] = ()


_GUILD = types.type_info(NativeGuild)


def looks_native(value: object) -> bool:
    """Whether this is Discord's template (or its inner guild) rather than a document of ours."""
    if not is_mapping(value) or "guildwright" in value:
        return False
    return _WHOLE in value or ("roles" in value and "verification_level" in value)


def import_native(value: object) -> Imported:
    """Takes the whole template or its `serialized_source_guild`. Raises `InvalidDocument` with pointers into it."""
    if is_mapping(value) and _WHOLE in value:
        return _imported(value[_WHOLE], at("", _WHOLE))
    return _imported(value, "")


def _imported(value: object, pointer: str) -> Imported:
    findings = Findings()
    guild = Shaper(findings).convert(value, _GUILD, pointer)
    findings.raise_if_any()
    return _Import(guild).imported(pointer)


class _Import:
    def __init__(self, guild: NativeGuild) -> None:
        self._guild = guild
        self._notices: list[Notice] = []
        self._everyone = next((r for r in guild.roles if str(r.id) == "0" or r.name == "@everyone"), None)

    def imported(self, pointer: str) -> Imported:
        captured = document_of(self._snapshot())
        document = self._said_only(captured)
        try:
            document_from(msgspec.to_builtins(document))
        except InvalidDocument as error:
            problems = tuple(msgspec.structs.replace(problem, pointer=pointer) for problem in error.problems)
            raise InvalidDocument(error.message, problems=problems) from None
        return Imported(document=document, warnings=(*self._notices, *captured.warnings))

    def _note(self, code: str, message: str) -> None:
        self._notices.append(Notice(code=code, message=message))

    # The file as a snapshot.

    def _snapshot(self) -> Snapshot:
        everyone = str(self._everyone.id) if self._everyone else "0"
        roles = [_role(role, position) for position, role in enumerate(self._guild.roles)]
        return Snapshot(
            guild_id=everyone,
            owner_id=everyone,
            settings=self._settings(),
            roles=tuple(roles if self._everyone else [Role(id="0", name="@everyone"), *roles]),
            channels=tuple(c for c in map(self._channel, self._guild.channels) if c),
        )

    def _settings(self) -> GuildSettings:
        guild = self._guild
        return GuildSettings(
            name=guild.name,
            description=guild.description or None,
            verification_level=get_args(VerificationLevel)[guild.verification_level or 0],
            notifications=get_args(Notifications)[guild.default_message_notifications or 0],
            content_filter=get_args(ContentFilter)[guild.explicit_content_filter or 0],
            locale=guild.preferred_locale or "en-US",
            afk_channel_id=_id(guild.afk_channel_id),
            afk_timeout=guild.afk_timeout or 0,
            system_channel_id=_id(guild.system_channel_id),
            system_channel_flags=guild.system_channel_flags or 0,
        )

    def _channel(self, channel: NativeChannel) -> Channel | None:
        kind = _CHANNEL_TYPES.get(channel.type)
        if kind is None:
            self._note(
                "unknown_channel_type",
                f"`{channel.name}` is of type {channel.type}, which documents do not have; it is left out.",
            )
            return None
        return Channel(
            id=str(channel.id),
            type=kind,
            name=channel.name,
            position=channel.position or 0,
            parent_id=_id(channel.parent_id),
            overwrites=self._overwrites(channel),
            topic=channel.topic or None,
            nsfw=channel.nsfw or False,
            slowmode=channel.rate_limit_per_user or 0,
            thread_slowmode=channel.default_thread_rate_limit_per_user or 0,
            auto_archive=channel.default_auto_archive_duration or None,
            bitrate=channel.bitrate,
            user_limit=channel.user_limit or 0,
            tags=tuple(self._tag(tag) for tag in channel.available_tags or ()),
            default_reaction=self._emoji(channel.default_reaction_emoji or None, channel.name),
            sort_order=_word(SortOrder, channel.default_sort_order),
            layout=_word(ForumLayout, channel.default_forum_layout) or "not_set",
        )

    def _overwrites(self, channel: NativeChannel) -> tuple[Overwrite, ...]:
        kept: dict[tuple[str, str], Overwrite] = {}
        for native in channel.permission_overwrites:
            member = native.type in (1, "1", "member")
            if member and len(str(native.id)) < _SHORTEST_SNOWFLAKE:
                message = f"`{channel.name}` has an overwrite for a member of its own guild; it is left out."
                self._note("member_overwrite", message)
                continue
            allow, deny = _bits(native.allow_new, native.allow), _bits(native.deny_new, native.deny)
            kind = "member" if member else "role"
            # Of a bit that is in both, allow is what counts (Permissions › Permission Overwrites).
            kept[kind, str(native.id)] = Overwrite(
                kind=kind, id=str(native.id), allow=allow, deny=deny & ~allow
            )
        return tuple(kept.values())

    def _tag(self, tag: NativeTag) -> ForumTag:
        emoji = self._emoji(NativeEmoji(emoji_id=tag.emoji_id, emoji_name=tag.emoji_name), tag.name)
        return ForumTag(name=tag.name, moderated=tag.moderated or False, emoji=emoji)

    def _emoji(self, emoji: NativeEmoji | None, of: str) -> str | None:
        if emoji and _bits(emoji.emoji_id):
            message = f"The emoji of `{of}` belongs to the guild that the file is from; it is left out."
            self._note("custom_emoji", message)
            return None
        return emoji.emoji_name if emoji else None

    # And back: only what the file says.

    def _said_only(self, captured: Captured) -> Document:
        roles = {str(role.id): role for role in self._guild.roles}
        channels = {str(channel.id): channel for channel in self._guild.channels}
        document, ids = captured.document, captured.bindings
        return Document(
            guildwright=1,
            guild=self._said_guild(document.guild),
            everyone=document.everyone if self._everyone else Everyone(),
            roles=tuple(_said_role(role, roles[ids[role.key]]) for role in document.roles),
            channels=tuple(_said_channel(channel, channels, ids) for channel in document.channels),
        )

    def _said_guild(self, guild: DocumentGuild) -> DocumentGuild:
        native = self._guild
        return DocumentGuild(
            name=guild.name,
            description=_if_said(native.description, guild.description),
            verification_level=_if_said(native.verification_level, guild.verification_level),
            notifications=_if_said(native.default_message_notifications, guild.notifications),
            content_filter=_if_said(native.explicit_content_filter, guild.content_filter),
            locale=_if_said(native.preferred_locale, guild.locale),
            afk_channel=_if_said(native.afk_channel_id, guild.afk_channel),
            afk_timeout=_if_said(native.afk_timeout, guild.afk_timeout),
            system_channel=_if_said(native.system_channel_id, guild.system_channel),
            suppress=_if_said(native.system_channel_flags, guild.suppress),
        )


def _role(role: NativeRole, position: int) -> Role:
    colors = role.colors or NativeColors(primary_color=role.color)
    return Role(
        id=str(role.id),
        name=role.name,
        permissions=_bits(role.permissions_new, role.permissions),
        color=colors.primary_color,
        secondary_color=colors.secondary_color,
        tertiary_color=colors.tertiary_color,
        hoist=role.hoist,
        mentionable=role.mentionable,
        position=position,
        icon=role.icon,
        unicode_emoji=role.unicode_emoji or None,
    )


def _said_role(role: DocumentRole, native: NativeRole) -> DocumentRole:
    return msgspec.structs.replace(
        role,
        secondary_color=_if_said(native.colors or UNSET, role.secondary_color),
        tertiary_color=_if_said(native.colors or UNSET, role.tertiary_color),
        unicode_emoji=_if_said(native.unicode_emoji, role.unicode_emoji),
        icon=UNSET,
    )


def _said_channel(
    channel: DocumentChannel, natives: dict[str, NativeChannel], ids: dict[str, Snowflake]
) -> DocumentChannel:
    if isinstance(channel, Category):
        children = tuple(_said_child(child, natives[ids[child.key]]) for child in channel.channels)
        return msgspec.structs.replace(channel, channels=children)
    return _said_child(channel, natives[ids[channel.key]])


def _said_child(channel: ChildChannel, native: NativeChannel) -> ChildChannel:
    """Null stands for "not a matter of this channel" in the fields that always have a value."""
    sources: dict[str, object] = {
        "topic": native.topic,
        "nsfw": native.nsfw,
        "slowmode": native.rate_limit_per_user,
        "bitrate": native.bitrate,
        "user_limit": native.user_limit,
        "thread_slowmode": native.default_thread_rate_limit_per_user,
        "auto_archive": native.default_auto_archive_duration,
        "tags": native.available_tags,
        "default_reaction": native.default_reaction_emoji,
        "sort_order": native.default_sort_order,
        "layout": native.default_forum_layout,
    }
    nullable = {"topic", "auto_archive", "default_reaction", "sort_order"}
    unsaid: dict[str, Any] = {
        field: UNSET
        for field in channel.__struct_fields__
        if field not in ("key", "name", "overwrites")
        and (sources.get(field, UNSET) is UNSET or (sources[field] is None and field not in nullable))
    }
    return msgspec.structs.replace(channel, **unsaid)


def _if_said(native: object, value: Any) -> Any:
    return UNSET if native is UNSET else value


def _id(snowflake: int | str | None | UnsetType) -> Snowflake | None:
    return None if snowflake is None or snowflake is UNSET else str(snowflake)


def _bits(*candidates: int | str | None) -> int:
    """The first that is there."""
    return next((int(bits) for bits in candidates if bits is not None), 0)


def _word(literal: Any, index: int | None | UnsetType) -> Any:
    return None if index is None or index is UNSET else get_args(literal)[index]
