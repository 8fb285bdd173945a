"""The form in which announcements are written, as Discord shows it and gives it back."""

import io
import re
from typing import Any, Final

import disnake

from bot.announcement_forms import FIELD_LIMIT, Form
from bot.ui.refusals import by_names
from core.announcements.checks import NAME_LIMIT
from core.errors import Invalid

_TITLE_LIMIT, _COLOUR_LIMIT = 256, 7
_ABOUT_TEXT: Final = "May say ${guild.name}, ${guild.members}, ${channel}, ${next}, ${today} and others."
_ABOUT_TITLE: Final = "Makes it an embed, whose text may be 4000 characters long instead of 2000."
_ABOUT_COLOUR: Final = "Makes it an embed as well: #ff8800"
_ABOUT_LINKS: Final = "One a line: Website | https://example.org | 🔗"
_NAMES: Final = {
    "/channel_id": "channel",
    "/message/content": "text",
    "/message/embeds": "text",
    "/message/embeds/0": "text",
    "/message/embeds/0/description": "text",
    "/message/embeds/0/title": "title",
    "/message/links": "links",
}
"""Where core finds something wrong, and what the form calls that."""
_LINK: Final = re.compile(r"/message/links/(\d+)/\w+")


def form_fields(form: Form) -> list[disnake.ui.Label]:
    """Filled in."""
    long, short = disnake.TextInputStyle.paragraph, disnake.TextInputStyle.short
    name = disnake.ui.TextInput(custom_id="name", style=short, value=form.name, max_length=NAME_LIMIT)
    text = _optional("text", form.text, long, FIELD_LIMIT)
    title = _optional("title", form.title, short, _TITLE_LIMIT)
    colour = _optional("colour", form.colour, short, _COLOUR_LIMIT)
    links = _optional("links", form.links, long, FIELD_LIMIT)
    return [
        disnake.ui.Label("Name", name, description="Words to know it by; nobody else sees them."),
        disnake.ui.Label("Text", text, description=_ABOUT_TEXT),
        disnake.ui.Label("Title", title, description=_ABOUT_TITLE),
        disnake.ui.Label("Colour", colour, description=_ABOUT_COLOUR),
        disnake.ui.Label("Link buttons", links, description=_ABOUT_LINKS),
    ]


def read_form(submitted: disnake.ModalInteraction[Any]) -> Form:
    """A field that is missing was left empty."""
    said = submitted.text_values
    return Form(**{name: said.get(name) or "" for name in Form.__struct_fields__})


def kept_form(form: Form) -> disnake.File:
    """What was typed, for whoever would have to type it again."""
    said = {name: str(getattr(form, name)) for name in Form.__struct_fields__}
    text = "\n\n".join(f"{name}: {value}" for name, value in said.items() if value)
    return disnake.File(io.BytesIO(text.encode()), filename="announcement.txt")


def by_fields(refused: Invalid) -> Invalid:
    """The same, with each message under the name of the field that it is about."""
    return by_names(refused, _field_of)


def _field_of(pointer: str) -> str:
    if found := _LINK.fullmatch(pointer):
        return f"link {int(found[1]) + 1}"
    return _NAMES.get(pointer, "" if pointer.count("/") != 1 else pointer.removeprefix("/"))


def _optional(name: str, value: str, style: disnake.TextInputStyle, most: int) -> disnake.ui.TextInput:
    return disnake.ui.TextInput(
        custom_id=name, style=style, value=value or None, max_length=most, required=False
    )
