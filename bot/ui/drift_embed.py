"""Drift as people read it: what is not as it should be, who did it, and when."""

from collections.abc import Sequence

import disnake

from bot.ui.text import DESCRIPTION, TITLE, clipped, fitting
from core.discord.markdown import plain
from core.drift.schemas import DriftItem

_NONE = "The server is as its active version says."


def drift_embed(template: str, version: int, items: Sequence[DriftItem]) -> disnake.Embed:
    """As many items as fit, the newest first."""
    title = clipped(f"{plain(template)}, version {version}", TITLE)
    lines = [_line(item) for item in items]
    embed = disnake.Embed(title=title, description=fitting(lines, DESCRIPTION) if lines else _NONE)
    if lines:
        embed.set_footer(
            text="/template apply puts it right; a capture of the drift makes it the next version."
        )
    return embed


def _line(item: DriftItem) -> str:
    who = "somebody" if item.user_id is None else f"<@{item.user_id}>"
    when = f"<t:{int(item.at.timestamp())}:R>"
    name = f"**{plain(clipped(item.name, 60))}**"
    if item.what != "changed":
        what = "is missing" if item.what == "missing" else "was added"
        return f"− {item.kind} {name} {what}, {who} {when}"
    found, wanted = (plain(clipped(text or "nothing", 60)) for text in (item.found, item.wanted))
    return f"− {item.kind} {name}: {item.field} is {found}, should be {wanted}, {who} {when}"
