"""Announcements as people write them with a form: what stands in its fields, and what becomes of that. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from core.announcements.schemas import (
    Announcement,
    AnnouncementChanges,
    AnnouncementDraft,
    AnnouncementMessage,
    MessageChanges,
)
from core.announcements.states import Repeats
from core.discord.messages import Embed, LinkButton
from core.discord.types import Snowflake
from core.errors import Conflict, Invalid, Problem

FIELD_LIMIT = 4000
"""Of what one field of a form holds (Discord, Components › Text Input)."""
_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})")
_LINK = re.compile(r"(?P<label>.+)\|\s*(?P<url>\w+://[^\s|]+)\s*(?:\|\s*(?P<emoji>[^|]+?)\s*)?")
_BLANK = Embed()


class Options(Struct, frozen=True, kw_only=True):
    """What is chosen beside the words; UNSET is as it was, or as it usually is."""

    channel_id: Snowflake | UnsetType = UNSET
    crosspost: bool | UnsetType = UNSET
    repeats: Repeats | UnsetType = UNSET
    needs_approval: bool | UnsetType = UNSET


class Form(Struct, frozen=True, kw_only=True):
    """The fields as they were typed. With a title or a colour the text is that of an embed; `links` are one a line."""

    name: str
    text: str = ""
    title: str = ""
    colour: str = ""
    links: str = ""


def draft_of(form: Form, options: Options) -> AnnouncementDraft:
    """Raises `Invalid`, as do all of these, for what cannot be read."""
    message = _written(form, AnnouncementMessage())
    return replace(AnnouncementDraft(name=form.name, channel_id="", message=message), **_chosen(options))


def changes_of(found: Announcement, form: Form, options: Options) -> AnnouncementChanges:
    """What no field shows stays: whom it may ping, and the rest of its embed."""
    said = _written(form, found.message)
    message = MessageChanges(content=said.content, embeds=said.embeds, links=said.links)
    return replace(AnnouncementChanges(name=form.name, message=message), **_chosen(options))


def form_of(found: Announcement) -> Form:
    """Raises `Conflict` for one that says more than the fields can show."""
    message = found.message
    embed = message.embeds[0] if message.embeds else _BLANK
    form = Form(
        name=found.name,
        text=message.content or embed.description or "",
        title=embed.title or "",
        colour="" if embed.color is None else f"#{embed.color:06x}",
        links="\n".join(map(_line_of, message.links)),
    )
    if max(len(form.text), len(form.links)) > FIELD_LIMIT or not _shows(form, message):
        raise Conflict(
            f"“{found.name}” says more than a form can show: change it over HTTP.", code="too_rich"
        )
    return form


def _shows(form: Form, message: AnnouncementMessage) -> bool:
    try:
        return _written(form, message) == message
    except Invalid:
        return False


def _written(form: Form, before: AnnouncementMessage) -> AnnouncementMessage:
    if problems := (*_colour_problems(form.colour), *_link_problems(form.links)):
        raise Invalid(problems[0].message, problems=problems)
    title, color, links = form.title.strip() or None, _color_of(form.colour), tuple(_links_of(form.links))
    if title is None and color is None and not _stays_embed(before):
        return replace(before, content=form.text, embeds=(), links=links)
    embed = before.embeds[0] if before.embeds else _BLANK
    embed = replace(embed, title=title, description=form.text or None, color=color)
    return replace(before, content="", embeds=(embed,), links=links)


def _stays_embed(before: AnnouncementMessage) -> bool:
    """Also without a title and a colour: it had none of them before, or has more than these."""
    if not before.embeds:
        return False
    embed = before.embeds[0]
    rest = replace(embed, title=None, description=None, color=None)
    return rest != _BLANK or (embed.title is None and embed.color is None)


def _colour_problems(text: str) -> Iterator[Problem]:
    if text.strip() and _COLOUR.fullmatch(text.strip()) is None:
        yield Problem(pointer="/colour", code="format", message="Write a colour as #ff8800.")


def _color_of(text: str) -> int | None:
    found = _COLOUR.fullmatch(text.strip())
    return None if found is None else int(found[1], 16)


def _link_problems(text: str) -> Iterator[Problem]:
    for line in _lines(text):
        if _LINK.fullmatch(line) is None:
            message = f"“{line[:80]}” is no link button: write Website | https://example.org, one a line."
            yield Problem(pointer="/links", code="format", message=message)


def _links_of(text: str) -> Iterator[LinkButton]:
    for line in _lines(text):
        if found := _LINK.fullmatch(line):
            yield LinkButton(label=found["label"].strip(), url=found["url"], emoji=found["emoji"])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _line_of(link: LinkButton) -> str:
    return " | ".join(part for part in (link.label, link.url, link.emoji) if part)


def _chosen(options: Options) -> dict[str, Any]:
    said: dict[str, Any] = {name: getattr(options, name) for name in options.__struct_fields__}
    return {name: value for name, value in said.items() if value is not UNSET}
