"""Plans that wait until a second administrator agrees, as people read of them and choose among them."""

from collections.abc import Sequence

import disnake

from bot.ui.plan_embed import counts
from bot.ui.template_list import CHOICE_NAME, CHOICES
from bot.ui.text import clipped, counted
from core.discord.markdown import plain
from core.templates.schemas import AwaitedPlan

AWAITED = "It deletes something, so another administrator has to agree: /template approve shows it to them."


def asks_for_approval(waiting: AwaitedPlan) -> str:
    """One sentence above the plan."""
    who = plain(waiting.job.actor.name)
    return f"{who} wants to apply this. It begins when you agree, and deletes {_much(waiting)}."


def approval_choices(found: Sequence[AwaitedPlan], typed: str) -> list[disnake.OptionChoice]:
    """Those whose words contain what was typed."""
    wanted = typed.strip().casefold()
    named = [(_name(each), str(each.stored.id)) for each in found]
    fitting = [pair for pair in named if wanted in pair[0].casefold()]
    return [disnake.OptionChoice(clipped(name, CHOICE_NAME), value) for name, value in fitting[:CHOICES]]


def _name(waiting: AwaitedPlan) -> str:
    job = waiting.job
    return f"{job.created_at:%Y-%m-%d %H:%M} UTC, asked by {job.actor.name}, deletes {_much(waiting)}"


def _much(waiting: AwaitedPlan) -> str:
    return counted(counts(waiting.stored.plan.tree)["delete"], "thing")
