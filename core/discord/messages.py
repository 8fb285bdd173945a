"""Messages as the port speaks of them."""

from datetime import datetime
from typing import Literal, Protocol

import msgspec
from msgspec import UNSET, UnsetType

from core.discord.types import Snowflake

MentionKind = Literal["everyone", "roles", "users"]
ButtonStyle = Literal["primary", "secondary", "success", "danger"]


class AllowedMentions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom the message may ping. As it stands, nobody; `parse` pings all of a kind that the text names."""

    parse: tuple[MentionKind, ...] = ()
    users: tuple[Snowflake, ...] = ()
    roles: tuple[Snowflake, ...] = ()
    replied_user: bool = False


class EmbedField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    value: str
    inline: bool = False


class EmbedAuthor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    url: str | None = None
    icon_url: str | None = None


class EmbedFooter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    text: str
    icon_url: str | None = None


class Embed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`image` and `thumbnail` are addresses; `color` is 0xRRGGBB."""

    title: str | None = None
    description: str | None = None
    url: str | None = None
    color: int | None = None
    timestamp: datetime | None = None
    author: EmbedAuthor | None = None
    footer: EmbedFooter | None = None
    image: str | None = None
    thumbnail: str | None = None
    fields: tuple[EmbedField, ...] = ()


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """`custom_id` is what Discord sends back when it is pressed."""

    label: str
    custom_id: str
    style: ButtonStyle = "secondary"


class LinkButton(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Opens `url` and tells nobody. `emoji` is a unicode emoji or a guild's, as `<:name:id>`."""

    label: str
    url: str
    emoji: str | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at when something has to be decided about a message."""

    id: Snowflake
    author_id: Snowflake
    content: str
    is_published: bool
    sent_at: datetime


class MessageFields(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to write into a message; UNSET stays as it is. `buttons` are one row, up to five; `links` follow in rows of
    five, and there are five rows at most. To Discord these two are one thing: writing either replaces both."""

    content: str | UnsetType = UNSET
    embeds: tuple[Embed, ...] | UnsetType = UNSET
    allowed_mentions: AllowedMentions = AllowedMentions()
    reply_to: Snowflake | None = None
    silent: bool = False
    suppress_embeds: bool = False
    buttons: tuple[Button, ...] | UnsetType = UNSET
    links: tuple[LinkButton, ...] | UnsetType = UNSET


class MessageGateway(Protocol):
    """Messages of channels. All but reads take effect at once and raise the errors of `core.discord.errors`."""

    async def send_message(
        self, guild_id: Snowflake, channel_id: Snowflake, fields: MessageFields, *, nonce: str
    ) -> Snowflake:
        """The message's id. A nonce (up to 25 characters) that was used there in the last minutes sends nothing and
        answers with the first message's id."""
        ...

    async def sent_alike(
        self, guild_id: Snowflake, channel_id: Snowflake, fields: MessageFields, *, since: datetime
    ) -> tuple[Snowflake, ...]:
        """The bot's messages there that say the same, sent no earlier than `since`. Raises `Undecided` where the bot
        may not read the channel's history."""
        ...

    async def edit_message(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake, fields: MessageFields
    ) -> None: ...

    async def delete_message(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake, *, reason: str
    ) -> None:
        """One that is gone already is none of the errors."""
        ...

    async def delete_messages(
        self, guild_id: Snowflake, channel_id: Snowflake, message_ids: tuple[Snowflake, ...], *, reason: str
    ) -> None:
        """2 to 100 of them, none older than two weeks; what is gone already is ignored."""
        ...

    async def crosspost_message(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake
    ) -> None: ...

    async def read_message(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake
    ) -> Message | None:
        """Asks Discord; None when there is no such message."""
        ...

    async def reads_as(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake, fields: MessageFields
    ) -> bool:
        """Asks Discord whether the message is there and already as `fields` would make it."""
        ...

    async def list_messages(
        self, guild_id: Snowflake, channel_id: Snowflake, *, before: Snowflake | None, limit: int = 100
    ) -> tuple[Message, ...]:
        """Asks Discord: newest first, up to 100 below `before`."""
        ...
