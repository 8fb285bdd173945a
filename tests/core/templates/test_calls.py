"""How many calls a plan takes is what the change needs, counted by somebody who knows nothing of plans."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from core.discord.gateway import ChannelFields
from core.discord.types import BotPowers, Snapshot
from core.templates.diff import diff
from core.templates.documents.channels import Category, TextChannel
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.plan import EditChannel, Plan, PlanOptions
from tests.builders.answers import answered
from tests.builders.calls import (
    guild_calls,
    is_needed,
    is_needed_order,
    needed_calls,
    orders,
    put_back,
    silent_channels,
    tighter_writes,
)
from tests.builders.guilds import Thrown, powers, snapshot, wish
from tests.builders.journeys import Journey
from tests.builders.scenes import (
    EXACT,
    GUILD,
    POWERS,
    category,
    channel,
    deny,
    for_role,
    guild,
    journey_to,
    wanted,
)
from tests.fixtures.size import SEED, sized

MODES = (EXACT, PlanOptions(mode="exact"), PlanOptions())


def journeys(count: int) -> Iterator[tuple[Document, Plan, Snapshot, BotPowers, Journey]]:
    for number in range(count):
        choose = Thrown(SEED * 31_000_003 + number)
        present, (document, bindings) = snapshot(choose), wish(choose)
        bot = powers(present)
        options = answered(document, present, bindings, bot, options=MODES[number % 3], choose=choose)
        journey = _journey(document, present, bindings, bot, options)
        if journey is not None:
            yield document, journey.plan, present, bot, journey


def _journey(
    document: Document, present: Snapshot, bindings: dict[str, str], bot: BotPowers, options: PlanOptions
) -> Journey | None:
    plan = diff(document, present, bindings, bot, options)
    return None if plan.blockers else Journey(plan, present, bot)


def test_calls_are_those_that_the_change_needs() -> None:
    counted = 0
    for _, plan, before, bot, journey in journeys(sized(small=125, soak=10_000)):
        extra = len(tighter_writes(plan)) + len(put_back(plan, before, journey.end))
        needed = needed_calls(before, journey.end) + len(orders(plan)) + guild_calls(plan) + extra
        assert plan.calls == needed, [step.id for step in plan.steps]
        assert guild_calls(plan) <= 2
        assert (
            guild_calls(plan) == 0
            or before.settings != journey.end.settings
            or before.features != journey.end.features
        )
        assert len({type(step) for step in orders(plan)}) == len(orders(plan))
        assert all(is_needed_order(plan, step, before, bot, journey) for step in orders(plan))
        counted += plan.calls
    assert counted > sized(small=250, soak=20_000)


def test_no_tighter_write_of_a_random_plan_could_be_left_out() -> None:
    """Nor could what is written to put a child back that its category took along."""
    judged = 0
    for document, plan, before, bot, journey in journeys(sized(small=125, soak=10_000)):
        silent = silent_channels(document, plan, before)
        back = put_back(plan, before, journey.end)
        for step in plan.steps:
            if step in tighter_writes(plan) or (isinstance(step, EditChannel) and step.channel_id in back):
                assert is_needed(plan, step, before, bot, journey, silent=silent), step.id
                judged += 1
    assert judged > sized(small=50, soak=4_000)


def test_a_tighter_write_that_nobody_needs_is_noticed() -> None:
    there = guild(channel(2001, "a"), channel(2002, "b", deny(GUILD, "view_channel")))
    plan = journey_to(wanted(everyone=["view_channel"]), there, options=EXACT).plan
    needless = EditChannel(
        id="x",
        title="x",
        channel_id="2002",
        fields=ChannelFields(overwrites=(deny(GUILD, "speak"),)),
        written="meet",
    )
    journey = Journey(replace(plan, steps=(needless, *plan.steps)), there, POWERS)
    assert [is_needed(journey.plan, s, there, POWERS, journey) for s in journey.plan.steps[:2]] == [
        False,
        True,
    ]


CLOSED, SHUT = deny(GUILD, "view_channel"), for_role("everyone", deny=["view_channel"])


def _children(count: int) -> tuple[Snapshot, Document]:
    """A category opens, and its children stay closed."""
    there = guild(
        category(2000, "K", CLOSED),
        *(channel(2001 + n, f"c{n}", CLOSED, parent=2000, position=n) for n in range(count)),
        everyone=["view_channel"],
    )
    inside = tuple(TextChannel(key=f"c{n}", name=f"c{n}", overwrites=(SHUT,)) for n in range(count))
    return there, wanted(Category(key="k", name="K", overwrites=(), channels=inside))


def _cycle() -> tuple[Snapshot, Document]:
    """A role and a channel each take what the other gives."""
    there = guild(
        channel(2001, "a", deny(GUILD, "send_messages")), everyone=["view_channel", "send_messages"]
    )
    said = TextChannel(key="a", name="a", overwrites=(for_role("everyone", deny=["speak"]),))
    return there, wanted(said, everyone=["view_channel", "speak"])


def _dooms() -> tuple[Snapshot, Document]:
    """A channel that goes, while a role gets more."""
    return guild(channel(2001, "a")), wanted(everyone=["view_channel"])


@pytest.mark.parametrize(
    ("there", "said", "tighter"),
    [(*_children(1), 1), (*_children(5), 1), (*_cycle(), 1), (*_dooms(), 1)],
    ids=["a child", "several children", "a cycle", "a doomed channel"],
)
def test_no_tighter_write_could_be_left_out(there: Snapshot, said: Document, tighter: int) -> None:
    journey = journey_to(said, there, options=EXACT)
    writes = tighter_writes(journey.plan)
    assert len(writes) == tighter
    assert all(is_needed(journey.plan, step, there, POWERS, journey) for step in writes)


class TestWhatItCosts:
    def test_nothing_costs_nothing(self) -> None:
        there = guild(channel(2001, "a"))
        assert journey_to(wanted(TextChannel(key="a", name="a")), there).plan.calls == 0

    def test_children_that_follow_cost_no_call(self) -> None:
        there = guild(
            category(2000, "K"), *(channel(2001 + n, f"c{n}", parent=2000, position=n) for n in range(9))
        )
        inside = tuple(TextChannel(key=f"c{n}", name=f"c{n}", overwrites="synced") for n in range(9))
        shut = (for_role("everyone", deny=["view_channel"]),)
        said = wanted(Category(key="k", name="K", overwrites=shut, channels=inside))
        plan = journey_to(said, there).plan
        assert plan.calls == needed_calls(there, Journey(plan, there, POWERS).end) == 1

    def test_the_counter_notices_a_write_that_changes_nothing(self) -> None:
        there = guild(channel(2001, "a", deny(GUILD, "speak"), topic="old"))
        plan = journey_to(wanted(TextChannel(key="a", name="a", topic="new")), there).plan
        assert needed_calls(there, there) == 0
        assert needed_calls(there, Journey(plan, there, POWERS).end) == 1

    def test_settings_are_written_in_one_call_where_nothing_else_happens(self) -> None:
        plan = journey_to(wanted(guild=DocumentGuild(name="New", verification_level="high")), guild()).plan
        assert guild_calls(plan) == plan.calls == 1
