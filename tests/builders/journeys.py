"""A plan done step by step in a small Discord, and what must hold on the way."""

from collections import Counter
from collections.abc import Iterator, Mapping

from core.discord.types import BotPowers, Snapshot
from core.templates.diff import diff
from core.templates.documents.document import Document
from core.templates.plan import EditChannel, EditGuild, Plan, PlanOptions, Step
from tests.builders.doors import open_doors
from tests.builders.world import World


class Journey:
    """`states` are the guild before the first step and after each one; it may `stop` after so many steps."""

    def __init__(
        self, plan: Plan, guild: Snapshot, powers: BotPowers, *, lifts: bool = False, stop: int | None = None
    ) -> None:
        world = World(guild, powers, lifts=lifts)
        self.plan = plan
        self.states = [world.snapshot]
        for step in plan.steps[:stop]:
            world.do(step)
            self.states.append(world.snapshot)
        self.created = world.created

    @property
    def end(self) -> Snapshot:
        return self.states[-1]

    def second_plan(
        self, document: Document, bindings: Mapping[str, str], powers: BotPowers, options: PlanOptions
    ) -> Plan:
        return diff(document, self.end, {**bindings, **self.plan.matched, **self.created}, powers, options)

    def doors(self, together: int = 2) -> Iterator[str]:
        """Every door that stood open at some moment and is closed before and after; there should be none."""
        return open_doors(self.states, [step.id for step in self.plan.steps], together)


def most_calls(plan: Plan) -> int:
    """What a plan may cost, counted from what it does and not from how it counts."""
    kinds = Counter(_kind(step) for step in plan.steps)
    objects = {step.channel_id for step in plan.steps if isinstance(step, EditChannel)}
    twice = sum(getattr(step, "written", "final") == "meet" for step in plan.steps)
    roles = {getattr(step, "role_id", None) for step in plan.steps if _kind(step) == "edit_role"}
    making = kinds["create_role"] + kinds["create_channel"]
    orders = min(kinds["order_roles"], 1) + min(kinds["order_channels"], 1)
    guild = min(sum(isinstance(step, EditGuild) for step in plan.steps), 2)
    return (
        making
        + len(objects)
        + len(roles)
        + twice
        + orders
        + guild
        + kinds["delete_role"]
        + kinds["delete_channel"]
    )


def _kind(step: Step) -> str:
    return str(step.__struct_config__.tag)
