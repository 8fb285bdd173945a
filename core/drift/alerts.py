"""Drift as a message to the people of the guild."""

from collections.abc import Sequence

from core.actions.messages import CONTENT_LIMIT
from core.drift.course import MAX_REVERTS
from core.drift.schemas import DriftItem

_MOST = 15


def alert_text(items: Sequence[DriftItem]) -> str:
    """One line for each, as many as a message takes."""
    lines = ["⚠️ This server is no longer as its active version says:", *map(_line, items[:_MOST])]
    if len(items) > _MOST:
        lines.append(f"… and {len(items) - _MOST} more.")
    text = "\n".join(lines)
    return text if len(text) <= CONTENT_LIMIT else f"{text[: CONTENT_LIMIT - 1]}…"


def _line(item: DriftItem) -> str:
    who = "somebody" if item.user_id is None else f"{item.user_name or 'member'} ({item.user_id})"
    if item.what == "missing":
        line = f"• The {item.kind} “{item.name}” is missing; by {who}."
    elif item.what == "added":
        line = f"• The {item.kind} “{item.name}” was added; by {who}."
    else:
        line = (
            f"• {item.kind} “{item.name}”: {item.field} is {item.found or 'empty'}, wanted "
            f"{item.wanted or 'empty'}; by {who}."
        )
    if item.reverts >= MAX_REVERTS:
        line += f" It was put back {item.reverts} times within an hour, and is now left to you and {who}."
    return line
