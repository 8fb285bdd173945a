"""What a plan is said to lead to is what the little Discord ends with."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.discord.types import Snapshot, normalised
from core.templates.diff import diff
from core.templates.options import DELETED
from core.templates.outcome import outcome_of
from core.templates.plan import PlanOptions
from tests.builders.answers import answered
from tests.builders.guilds import Thrown, powers, snapshot, wish
from tests.builders.journeys import Journey
from tests.fixtures.size import sized


def told(guild: Snapshot, ids: dict[str, str]) -> tuple[object, object]:
    """Who may do what, by ids of the world."""

    def real(ref: str) -> str:
        return ids[ref[1:]] if ref.startswith("$") else ref

    roles = {real(role.id): (role.name, role.permissions) for role in guild.roles}
    channels = {
        real(c.id): (
            c.type,
            real(c.parent_id) if c.parent_id else None,
            sorted((o.kind, real(o.id), o.allow, o.deny) for o in normalised(c.overwrites)),
        )
        for c in guild.channels
    }
    return roles, channels


@settings(max_examples=sized(small=100, soak=3000))
@given(st.integers(0, 2**32), st.booleans())
def test_the_outcome_of_a_plan_is_where_its_steps_lead(seed: int, exact: bool) -> None:
    choose = Thrown(seed)
    there = snapshot(choose)
    document, bindings = wish(choose)
    options = PlanOptions(mode="exact", extras=DELETED, confirm_destructive=True) if exact else PlanOptions()
    options = answered(document, there, bindings, powers(there), options=options, choose=choose)
    plan = diff(document, there, bindings, powers(there), options)
    if plan.blockers:
        return
    journey = Journey(plan, there, powers(there))
    assert told(outcome_of(plan, there), journey.created) == told(journey.end, journey.created)
