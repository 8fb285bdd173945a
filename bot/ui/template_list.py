"""Templates as people choose among them."""

from collections.abc import Sequence

import disnake

from bot.ui.text import DESCRIPTION, TITLE, clipped, counted, joined
from core.discord.markdown import plain
from core.templates.documents.channels import Category
from core.templates.schemas import Template, TemplateVersion

# A page of the longest names and descriptions, every character escaped, still fits into one embed.
PAGE = 10
ABOUT_ROOM = 60
CHOICES = 25
CHOICE_NAME = 100
FIELD = 1024


def template_embed(templates: Sequence[Template], page: int) -> disnake.Embed:
    """One page of them; a page behind the last one shows the last."""
    last = max(-(-len(templates) // PAGE), 1)
    page = min(page, last)
    lines = [_line(template) for template in templates[(page - 1) * PAGE : page * PAGE]]
    text = "\n".join(lines) or "There is no template that you may see."
    embed = disnake.Embed(title="Templates", description=clipped(text, DESCRIPTION))
    more = f"/template list page:{page + 1} shows more." if page < last else ""
    embed.set_footer(text=joined([f"Page {page} of {last}", more]))
    return embed


def version_embed(template: Template, version: TemplateVersion) -> disnake.Embed:
    """What one version is about, without all of its nodes."""
    document, info = version.document, version.info
    children = sum(len(channel.channels) for channel in document.channels if isinstance(channel, Category))
    counts = (
        (len(document.roles), "role", "roles"),
        (len(document.channels) + children, "channel or category", "channels and categories"),
        (len(version.draft.variables), "variable", "variables"),
    )
    embed = disnake.Embed(
        title=clipped(f"{plain(template.name)}, version {info.number}", TITLE),
        description=clipped(plain(template.description or ""), DESCRIPTION),
    )
    said = [counted(number, one, many) for number, one, many in counts if number]
    embed.add_field("Says", clipped(joined(said) or "nothing yet", FIELD), inline=False)
    if info.note:
        embed.add_field("Note", clipped(plain(info.note), FIELD), inline=False)
    embed.set_footer(text=joined([template.visibility, f"newest version {template.latest_version}"]))
    return embed


def template_choices(templates: Sequence[Template], typed: str) -> list[disnake.OptionChoice]:
    """Those whose name begins with what was typed, then those that contain it, as many as Discord takes."""
    wanted = typed.strip().casefold()
    found = [template for template in templates if wanted in template.name.casefold()]
    found.sort(key=lambda template: not template.name.casefold().startswith(wanted))
    return [
        disnake.OptionChoice(clipped(template.name, CHOICE_NAME), str(template.id))
        for template in found[:CHOICES]
    ]


def _line(template: Template) -> str:
    version = f"version {template.latest_version}" if template.latest_version else "no version yet"
    about = plain(clipped(template.description or "", ABOUT_ROOM))
    return joined([f"**{plain(template.name)}**", version, template.visibility, about])
