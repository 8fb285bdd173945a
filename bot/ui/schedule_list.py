"""Schedules as people choose among them and look at them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import disnake

from bot.ui.schedule_press import custom_id
from bot.ui.schedule_words import absolute, doing, standing, went
from bot.ui.template_list import CHOICE_NAME, CHOICES, FIELD
from bot.ui.text import DESCRIPTION, TITLE, clipped, counted, fitting, joined
from core.discord.markdown import plain
from core.schedules.schemas import Schedule, ScheduleRun
from core.schedules.sentences import sentence
from core.schedules.timing import Occurrence

PAGE = 8
_SENTENCE_ROOM, _HEAD_ROOM = 120, 1500
NONE = "Nothing is scheduled here. `/schedule add` does."


def schedules_embed(
    schedules: Sequence[Schedule], latest: Mapping[UUID, ScheduleRun], page: int, pages: int
) -> disnake.Embed:
    """One page of them, as a tree."""
    text = fitting([_entry(each, latest.get(each.id)) for each in schedules], DESCRIPTION) or NONE
    embed = disnake.Embed(title="Schedules", description=text)
    more = f"/schedule list page:{page + 1} shows more." if page < pages else ""
    embed.set_footer(text=joined([f"Page {page} of {pages}", more]))
    return embed


def schedule_embed(
    schedule: Schedule,
    coming: Sequence[Occurrence],
    latest: ScheduleRun | None,
    announced: str | None = None,
) -> disnake.Embed:
    """All of one; `announced` is the name of the announcement that it posts."""
    embed = disnake.Embed(
        title=clipped(plain(schedule.name), TITLE),
        description=clipped(f"It {doing(schedule.payload, announced)}: {_when(schedule)}.", DESCRIPTION),
    )
    embed.add_field("State", clipped(standing(schedule), FIELD), inline=False)
    embed.add_field("Next", runs_text(coming), inline=False)
    ran = counted(schedule.runs, "run")
    embed.add_field("Outcome", clipped(joined([went(latest), ran]), FIELD), inline=False)
    embed.set_footer(text=clipped(f"As {schedule.actor.name} · {schedule.id}", FIELD))
    return embed


def added_text(schedule: Schedule, coming: Sequence[Occurrence], announced: str | None = None) -> str:
    """What was made, and when it runs."""
    head = f"“{plain(schedule.name)}” {doing(schedule.payload, announced)}: {_when(schedule)}."
    return f"{clipped(head, _HEAD_ROOM)}\nNext:\n{runs_text(coming)}"


def runs_text(coming: Sequence[Occurrence]) -> str:
    return "\n".join(absolute(each.at) for each in coming) or "no run is left"


def undo_row(schedule: Schedule, asker_id: str) -> disnake.ui.ActionRow[Any]:
    return disnake.ui.ActionRow(
        disnake.ui.Button(
            label="Delete it again",
            style=disnake.ButtonStyle.secondary,
            custom_id=custom_id(schedule.id, asker_id),
        )
    )


def schedule_choices(schedules: Sequence[Schedule], typed: str) -> list[disnake.OptionChoice]:
    """Those whose name contains what was typed, as many as Discord takes."""
    wanted = typed.strip().casefold()
    found = [each for each in schedules if wanted in each.name.casefold()]
    found.sort(key=lambda each: not each.name.casefold().startswith(wanted))
    return [
        disnake.OptionChoice(clipped(joined([each.name, _aside(each)]), CHOICE_NAME), str(each.id))
        for each in found[:CHOICES]
    ]


def _entry(schedule: Schedule, latest: ScheduleRun | None) -> str:
    when = "no run is left"
    if schedule.next is not None:
        when = f"next {absolute(schedule.next.at)}"
    elif schedule.state == "paused":
        when = "next when it is resumed"
    return "\n".join(
        (
            f"**{plain(schedule.name)}** · {standing(schedule)}",
            f"├ {plain(clipped(_when(schedule), _SENTENCE_ROOM))}",
            f"├ {when}",
            f"└ {went(latest)}",
        )
    )


def _aside(schedule: Schedule) -> str:
    return "" if schedule.state == "active" else schedule.state


def _when(schedule: Schedule) -> str:
    return sentence(schedule.timing)
