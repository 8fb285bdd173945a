"""A plan done step by step in a small Discord, and what must hold on the way."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations

from core.discord.types import BotPowers, Snapshot
from core.templates.diff import diff
from core.templates.document import Document
from core.templates.plan import EditChannel, EditGuild, Plan, PlanOptions, Step
from tests.builders.oracle import effective_bits
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
        before, after = self.states[0], self.states[-1]
        roles = [role.id for role in before.roles if role.id != before.guild_id]
        members = {o.id for s in self.states for c in s.channels for o in c.overwrites if o.kind == "member"}
        for held in (h for size in range(together + 1) for h in combinations(roles, size)):
            for member in (None, *sorted(members)):
                limits = _limits(before, after, held, member)
                for number, state in enumerate(self.states[1:-1]):
                    for channel in state.channels:
                        bits = effective_bits(state, channel, held, member)
                        if more := bits & ~limits.get(channel.id, 0):
                            step = self.plan.steps[number].id
                            yield f"after {step}, {held} {member or ''} have {more:#x} in {channel.id}"


def _limits(before: Snapshot, after: Snapshot, held: tuple[str, ...], member: str | None) -> dict[str, int]:
    """A channel that is not there grants nothing."""
    limits: Counter[str] = Counter()
    for state in (before, after):
        for channel in state.channels:
            limits[channel.id] |= effective_bits(state, channel, held, member)
    return limits


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
