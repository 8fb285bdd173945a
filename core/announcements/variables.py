"""What a text of an announcement may say of the moment at which it is posted. Pure.

`${guild.name}` stands in any text of the message; `$${` is `${` itself, as in templates' documents. What a value says
can neither format nor link anything, and pings nobody, whatever stands around it: it is somebody else's word, such as
the name that a guild has by then.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

import msgspec

from core.discord.markdown import plain
from core.discord.types import Snowflake
from core.templates.documents.variables import PLACE

VARIABLES: Final = MappingProxyType(
    {
        "guild.name": "The server's name.",
        "guild.members": "How many members it has.",
        "channel": "The channel that it is posted in, as a mention.",
        "channel.name": "The name of that channel.",
        "next": "When the schedule posts it next, in each reader's own time zone.",
        "next.relative": "The same as “in 3 hours”.",
        "now": "The moment at which it is posted, in each reader's own time zone.",
        "today": "The day of that.",
    }
)
NOTHING: Final = "—"
"""Where there is nothing to say: no next time, or a number that nobody knows."""

Place: TypeAlias = Literal["content", "prose", "heading", "bare", "address"]
"""What Discord makes of a text: of the `content` everything, of an embed's `prose` all but pings, of a `heading` no
mentions and no times, of a `bare` text nothing at all. An `address` is only opened."""

_LONGEST_NAME = 100  # Discord: names of guilds and channels
_LONGEST_IN_ADDRESS = 120
_NEAR = re.compile(r"(?:\\|[@<]\S*)\Z")
_ADDRESS = re.compile(r"https?://[^\s<>()]*\Z", re.IGNORECASE)
_NUMBERED = re.compile(r"\A(\d+)\.")
_UNSEEN = "\u200b"


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """What is so at the moment of posting; `members` and `next` are None where that is not known or not planned."""

    guild_name: str
    members: int | None
    channel_id: Snowflake
    channel_name: str
    now: datetime
    next: datetime | None = None


class Use(msgspec.Struct, frozen=True):
    """Where a variable stands in a text: `at` counts characters from 1."""

    name: str
    at: int


class _Word(msgspec.Struct, frozen=True):
    """`markup` is how Discord's own markup says it, where that does; `address` what stands for it in one."""

    words: str
    markup: str | None = None
    address: str | None = None


def uses_in(text: str) -> Iterator[Use]:
    """Also of what is no variable at all."""
    for found in PLACE.finditer(text):
        if found[1] is not None:
            yield Use(found[1] if found[2] else f"{found[1]}…", found.start() + 1)


def filled(text: str, place: Place, values: Values) -> str:
    """All that stand in it must be variables."""
    words, parts, end = _words(values), list[str](), 0
    for found in PLACE.finditer(text):
        parts.append(text[end : found.start()])
        end = found.end()
        parts.append("${" if found[1] is None else _said(words[found[1]], place, "".join(parts)))
    return "".join((*parts, text[end:]))


def shown(name: str, values: Values) -> str:
    """What a variable says in the content."""
    return _said(_words(values)[name], "content", "")


def widest(place: Place) -> Values:
    """Those that no others are longer than, in a text of that kind."""
    name = ("\U0001f512" if place == "address" else "@") * _LONGEST_NAME
    moment = datetime(2286, 1, 1, tzinfo=UTC)
    return Values(
        guild_name=name,
        members=10**10 - 1,
        channel_id="9" * 19,
        channel_name=name,
        now=moment,
        next=moment,
    )


def _words(values: Values) -> dict[str, _Word]:
    soon = values.next
    return {
        "guild.name": _Word(values.guild_name),
        "guild.members": _Word(NOTHING if values.members is None else str(values.members)),
        "channel": _Word(f"#{values.channel_name}", f"<#{values.channel_id}>", values.channel_id),
        "channel.name": _Word(values.channel_name),
        "next": _moment(soon, "F"),
        "next.relative": _moment(soon, "R"),
        "now": _moment(values.now, "F"),
        "today": _Word(f"{values.now.astimezone(UTC):%Y-%m-%d}", f"<t:{int(values.now.timestamp())}:D>"),
    }


def _moment(at: datetime | None, style: str) -> _Word:
    """Without markup nobody's own time zone is known, and no reader's clock."""
    if at is None:
        return _Word(NOTHING)
    utc = at.astimezone(UTC)
    return _Word(f"{utc:%Y-%m-%d %H:%M} UTC", f"<t:{int(at.timestamp())}:{style}>", f"{utc:%Y-%m-%dT%H:%MZ}")


def _said(word: _Word, place: Place, before: str) -> str:
    if place == "address" or (place in {"content", "prose"} and _ADDRESS.search(before)):
        return _encoded(word.words if word.address is None else word.address)
    # What stands right before could be half of an escape or of a mention, of which this would be the other half.
    apart = _UNSEEN if place != "bare" and _NEAR.search(before) else ""
    if word.markup is not None and place in {"content", "prose"}:
        return apart + word.markup
    text = " ".join(word.words.split()) or NOTHING
    if place == "bare":
        return text
    return apart + _quoted(text, pings=place == "content")


def _quoted(text: str, *, pings: bool) -> str:
    """Within code no backslash helps, so that a value has no mark that would end it."""
    said = _NUMBERED.sub(r"\1\.", plain(text.replace("`", "ˋ")))
    # Discord looks for mentions without heeding backslashes.
    return said.replace("@", f"@{_UNSEEN}").replace("<", f"<{_UNSEEN}") if pings else said


def _encoded(text: str) -> str:
    """Whole characters, as many as fit."""
    said = ""
    for each in text:
        more = quote(each, safe="", errors="replace")
        if len(said) + len(more) > _LONGEST_IN_ADDRESS:
            break
        said += more
    return said
