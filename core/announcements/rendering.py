"""The message of an announcement with its variables filled in. Pure."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from core.actions.payloads import MessageEdit, MessageSend
from core.announcements.schemas import AnnouncementMessage
from core.announcements.variables import Place, Values, filled, uses_in, widest
from core.discord.messages import Embed, MessageFields
from core.discord.types import Snowflake

P = TypeVar("P", bound=msgspec.Struct)
Rewrite: TypeAlias = Callable[[str, str, Place], str]
"""A text by its pointer, itself and its place."""

_OF_EMBED: Final[tuple[tuple[str, Place], ...]] = (
    ("title", "heading"),
    ("description", "prose"),
    ("url", "address"),
    ("image", "address"),
    ("thumbnail", "address"),
)
_OF_AUTHOR: Final[tuple[tuple[str, Place], ...]] = (
    ("name", "bare"),
    ("url", "address"),
    ("icon_url", "address"),
)
_OF_FOOTER: Final[tuple[tuple[str, Place], ...]] = (("text", "bare"), ("icon_url", "address"))
_OF_FIELD: Final[tuple[tuple[str, Place], ...]] = (("name", "heading"), ("value", "prose"))
_OF_LINK: Final[tuple[tuple[str, Place], ...]] = (("label", "bare"), ("url", "address"))


def rendered(message: AnnouncementMessage, values: Values) -> AnnouncementMessage:
    """All that stand in its texts must be variables."""
    return _rewritten(message, lambda pointer, text, place: filled(text, place, values))


def widest_of(message: AnnouncementMessage) -> AnnouncementMessage:
    """No text of it is ever longer, whatever its variables say."""
    return _rewritten(message, lambda pointer, text, place: filled(text, place, widest(place)))


def texts_of(message: AnnouncementMessage) -> Iterator[tuple[str, str, Place]]:
    """Each text in which a variable may stand, with its pointer into the message."""
    found: list[tuple[str, str, Place]] = []

    def note(pointer: str, text: str, place: Place) -> str:
        found.append((pointer, text, place))
        return text

    _rewritten(message, note)
    yield from found


def names_in(message: AnnouncementMessage) -> tuple[str, ...]:
    """The variables that it uses, each once, in the order of the text."""
    return tuple(dict.fromkeys(use.name for _, text, _ in texts_of(message) for use in uses_in(text)))


def fields_of(message: AnnouncementMessage) -> MessageFields:
    """As it is sent, or written over what is there: nothing of that stays."""
    return MessageFields(
        content=message.content,
        embeds=message.embeds,
        links=message.links,
        allowed_mentions=message.allowed_mentions,
        silent=message.silent,
    )


def send_of(channel_id: Snowflake, message: AnnouncementMessage) -> MessageSend:
    """The action that it is, for whoever asks who may do it."""
    return MessageSend(
        channel_id=channel_id,
        content=message.content,
        embeds=message.embeds,
        links=message.links,
        allowed_mentions=message.allowed_mentions,
        silent=message.silent,
    )


def edit_of(channel_id: Snowflake, message_id: Snowflake, message: AnnouncementMessage) -> MessageEdit:
    """The same for a message that is there."""
    return MessageEdit(
        channel_id=channel_id,
        message_id=message_id,
        content=message.content,
        embeds=message.embeds,
        links=message.links,
        allowed_mentions=message.allowed_mentions,
    )


def _rewritten(message: AnnouncementMessage, rewrite: Rewrite) -> AnnouncementMessage:
    return replace(
        message,
        content=rewrite("/content", message.content, "content"),
        embeds=tuple(
            _embed(embed, f"/embeds/{index}", rewrite) for index, embed in enumerate(message.embeds)
        ),
        links=tuple(
            _part(link, f"/links/{index}", _OF_LINK, rewrite) for index, link in enumerate(message.links)
        ),
    )


def _embed(embed: Embed, pointer: str, rewrite: Rewrite) -> Embed:
    author, footer = embed.author, embed.footer
    return replace(
        _part(embed, pointer, _OF_EMBED, rewrite),
        author=None if author is None else _part(author, f"{pointer}/author", _OF_AUTHOR, rewrite),
        footer=None if footer is None else _part(footer, f"{pointer}/footer", _OF_FOOTER, rewrite),
        fields=tuple(
            _part(field, f"{pointer}/fields/{index}", _OF_FIELD, rewrite)
            for index, field in enumerate(embed.fields)
        ),
    )


def _part(part: P, pointer: str, names: tuple[tuple[str, Place], ...], rewrite: Rewrite) -> P:
    said: dict[str, tuple[str | None, Place]] = {name: (getattr(part, name), place) for name, place in names}
    return replace(
        part,
        **{
            name: rewrite(f"{pointer}/{name}", text, place)
            for name, (text, place) in said.items()
            if text is not None
        },
    )
