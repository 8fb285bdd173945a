"""What a message says, as HTTP shows it. Limits: Discord's own (Resources › Message)."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import Snowflake

Url: TypeAlias = Annotated[str, Meta(pattern="^https?://", max_length=2048)]
MentionKind: TypeAlias = Literal["everyone", "roles", "users"]
Content: TypeAlias = Annotated[str, Meta(max_length=2000, description="Discord's markdown.")]


class AllowedMentions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the message may ping: as it stands, nobody. `parse` pings all of a kind that the text names; `everyone` and
    roles that not everybody may mention need Discord's permission mention_everyone of whoever asks."""

    parse: tuple[MentionKind, ...] = ()
    users: Annotated[tuple[Snowflake, ...], Meta(max_length=100)] = ()
    roles: Annotated[tuple[Snowflake, ...], Meta(max_length=100)] = ()
    replied_user: bool = False


class EmbedField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A small heading with text, beside others where `inline`."""

    name: Annotated[str, Meta(min_length=1, max_length=256)]
    value: Annotated[str, Meta(min_length=1, max_length=1024)]
    inline: bool = False


class EmbedAuthor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The line above the title."""

    name: Annotated[str, Meta(min_length=1, max_length=256)]
    url: Url | None = None
    icon_url: Url | None = None


class EmbedFooter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The line at the bottom."""

    text: Annotated[str, Meta(min_length=1, max_length=2048)]
    icon_url: Url | None = None


class Embed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card in a message. All embeds of a message together have at most 6000 characters of text."""

    title: Annotated[str, Meta(max_length=256)] | None = None
    description: Annotated[str, Meta(max_length=4096)] | None = None
    url: Url | None = None
    color: Annotated[int, Meta(ge=0, le=0xFFFFFF, description="0xRRGGBB as a number.")] | None = None
    timestamp: Annotated[datetime, Meta(tz=True)] | None = None
    author: EmbedAuthor | None = None
    footer: EmbedFooter | None = None
    image: Url | None = None
    thumbnail: Url | None = None
    fields: Annotated[tuple[EmbedField, ...], Meta(max_length=25)] = ()


class LinkButton(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A button below the message that opens an address."""

    label: Annotated[str, Meta(min_length=1, max_length=80)]
    url: Annotated[str, Meta(pattern="^(https?|discord)://", max_length=512)]
    emoji: (
        Annotated[str, Meta(max_length=64, description="A unicode emoji, or a server's own as `<:name:id>`.")]
        | None
    ) = None


Links: TypeAlias = Annotated[
    tuple[LinkButton, ...], Meta(max_length=25, description="Buttons below the message, five a row.")
]
Embeds: TypeAlias = Annotated[tuple[Embed, ...], Meta(max_length=10)]
