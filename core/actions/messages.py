"""What is wrong with a message by itself.

Limits: Discord documentation, Resources › Message › Create Message and "Embed Limits".
"""

from collections.abc import Iterator
from datetime import datetime

from core.clock import in_range
from core.discord.messages import AllowedMentions, Embed
from core.discord.types import is_snowflake
from core.errors import Problem

CONTENT_LIMIT = 2000
EMBEDS_LIMIT = 10
EMBED_TOTAL_LIMIT = 6000
FIELDS_LIMIT = 25
MENTIONS_LIMIT = 100
COLOR_LIMIT = 0xFFFFFF


def content_problems(content: str, embeds: tuple[Embed, ...], pointer: str = "") -> Iterator[Problem]:
    """What is wrong with the text and the embeds by themselves."""
    yield from _too_long(f"{pointer}/content", content, CONTENT_LIMIT)
    if len(embeds) > EMBEDS_LIMIT:
        yield Problem(
            pointer=f"{pointer}/embeds",
            code="too_many",
            message=f"A message has at most {EMBEDS_LIMIT} embeds, not {len(embeds)}.",
        )
    for index, embed in enumerate(embeds):
        yield from _embed_problems(embed, f"{pointer}/embeds/{index}")
    total = sum(map(_length, embeds))
    if total > EMBED_TOTAL_LIMIT:
        yield Problem(
            pointer=f"{pointer}/embeds",
            code="too_long",
            message=f"All embeds together have at most {EMBED_TOTAL_LIMIT} characters, not {total}.",
        )


def mention_problems(mentions: AllowedMentions, pointer: str = "/allowed_mentions") -> Iterator[Problem]:
    """Naming a kind under `parse` and ids of that kind exclude each other."""
    for kind, ids in (("users", mentions.users), ("roles", mentions.roles)):
        if ids and kind in mentions.parse:
            yield Problem(
                pointer=f"{pointer}/{kind}",
                code="exclusive",
                message=f"Either `parse` names {kind} or {kind} are listed, not both.",
            )
        if len(ids) > MENTIONS_LIMIT:
            yield Problem(
                pointer=f"{pointer}/{kind}",
                code="too_many",
                message=f"At most {MENTIONS_LIMIT} {kind} can be listed, not {len(ids)}.",
            )
        for index, each in enumerate(ids):
            if not is_snowflake(each):
                yield Problem(
                    pointer=f"{pointer}/{kind}/{index}", code="format", message=f"“{each}” is not an id."
                )


def _embed_problems(embed: Embed, pointer: str) -> Iterator[Problem]:
    if not _length(embed) and embed.image is None and embed.thumbnail is None:
        yield Problem(pointer=pointer, code="empty", message="This embed shows nothing.")
    yield from _too_long(f"{pointer}/title", embed.title, 256)
    yield from _too_long(f"{pointer}/description", embed.description, 4096)
    if embed.color is not None and not 0 <= embed.color <= COLOR_LIMIT:
        yield Problem(
            pointer=f"{pointer}/color", code="range", message="A color lies between 0 and 16777215."
        )
    if embed.timestamp is not None:
        yield from _time_problems(f"{pointer}/timestamp", embed.timestamp)
    if embed.author is not None:
        yield from _required(f"{pointer}/author/name", embed.author.name, 256)
    if embed.footer is not None:
        yield from _required(f"{pointer}/footer/text", embed.footer.text, 2048)
    if len(embed.fields) > FIELDS_LIMIT:
        yield Problem(
            pointer=f"{pointer}/fields",
            code="too_many",
            message=f"An embed has at most {FIELDS_LIMIT} fields, not {len(embed.fields)}.",
        )
    for index, field in enumerate(embed.fields):
        yield from _required(f"{pointer}/fields/{index}/name", field.name, 256)
        yield from _required(f"{pointer}/fields/{index}/value", field.value, 1024)
    for where, address in _addresses(embed):
        if not address.startswith(("https://", "http://")):
            yield Problem(
                pointer=f"{pointer}/{where}",
                code="format",
                message="An address begins with https:// or http://.",
            )


def _time_problems(pointer: str, moment: datetime) -> Iterator[Problem]:
    if moment.tzinfo is None:
        yield Problem(pointer=pointer, code="format", message="Give the time zone, too.")
    elif not in_range(moment):
        yield Problem(pointer=pointer, code="range", message="This moment is out of range.")


def _addresses(embed: Embed) -> Iterator[tuple[str, str]]:
    author, footer = embed.author, embed.footer
    found = {
        "url": embed.url,
        "image": embed.image,
        "thumbnail": embed.thumbnail,
        "author/url": None if author is None else author.url,
        "author/icon_url": None if author is None else author.icon_url,
        "footer/icon_url": None if footer is None else footer.icon_url,
    }
    yield from ((where, address) for where, address in found.items() if address is not None)


def _length(embed: Embed) -> int:
    """What counts towards the limit of all embeds together: texts, not addresses."""
    texts = [embed.title, embed.description]
    texts += [embed.author.name if embed.author else None, embed.footer.text if embed.footer else None]
    texts += [text for field in embed.fields for text in (field.name, field.value)]
    return sum(len(text.strip()) for text in texts if text)


def _required(pointer: str, text: str, most: int) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(pointer=pointer, code="empty", message="This must not be empty.")
    yield from _too_long(pointer, text, most)


def _too_long(pointer: str, text: str | None, most: int) -> Iterator[Problem]:
    if text is not None and len(text) > most:
        yield Problem(
            pointer=pointer, code="too_long", message=f"At most {most} characters, not {len(text)}."
        )
