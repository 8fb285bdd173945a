"""Snapshots as people choose among them."""

from collections.abc import Sequence

import disnake

from bot.ui.template_list import CHOICE_NAME, CHOICES
from bot.ui.text import clipped
from core.guilds.schemas import SnapshotInfo

_REASONS = {
    "join": "when the bot joined",
    "capture": "on demand",
    "before_apply": "before a plan was applied",
}


def snapshot_choices(snapshots: Sequence[SnapshotInfo], typed: str) -> list[disnake.OptionChoice]:
    """Those whose words contain what was typed, in the order given, as many as Discord takes."""
    wanted = typed.strip().casefold()
    named = [(_name(each), str(each.id)) for each in snapshots]
    found = [pair for pair in named if wanted in pair[0].casefold()]
    return [disnake.OptionChoice(clipped(name, CHOICE_NAME), value) for name, value in found[:CHOICES]]


def _name(snapshot: SnapshotInfo) -> str:
    words = snapshot.label or _REASONS.get(snapshot.reason, snapshot.reason)
    return f"{snapshot.created_at:%Y-%m-%d %H:%M} UTC, {words}"
