"""What is done at the same time: only what nobody could gain by, whichever comes first."""

import asyncio
from functools import partial

import pytest
from msgspec.structs import replace

from core.discord.types import Snapshot
from core.templates.documents.channels import Category, TextChannel
from core.templates.documents.document import Document
from core.templates.documents.roles import DocumentRole
from core.templates.plan import Plan, PlanOptions
from core.templates.waves import AT_ONCE, together, waves_of
from tests.builders.answers import answered
from tests.builders.guilds import Thrown, powers, snapshot, wish
from tests.builders.journeys import Journey
from tests.builders.scenes import EXACT, category, channel, for_role, guild, plan_for, role, wanted
from tests.fixtures.size import SEED, sized


def waves(said: Document, there: Snapshot, options: PlanOptions = EXACT) -> list[list[str]]:
    return [[step.id for step in wave] for wave in waves_of(plan_for(said, there, options=options))]


def topics(*names: str) -> list[TextChannel]:
    return [TextChannel(key=name, name=name, topic="new") for name in names]


def test_edits_of_channels_are_done_together() -> None:
    there = guild(channel(2001, "a"), channel(2002, "b", position=1), channel(2003, "c", position=2))
    assert waves(wanted(*topics("a", "b", "c")), there) == [
        ["edit_channel:2001", "edit_channel:2002", "edit_channel:2003"]
    ]


def test_a_category_is_edited_by_itself() -> None:
    there = guild(
        category(2001, "K"), channel(2002, "a", parent=2001), channel(2003, "b", parent=2001, position=1)
    )
    quiet = for_role("everyone", deny=["speak"])
    said = wanted(Category(key="K", name="K", overwrites=(quiet,), channels=tuple(topics("a", "b"))))
    found = waves(said, there)
    assert ["edit_channel:2001"] in found
    assert ["edit_channel:2002", "edit_channel:2003"] in found


def test_a_channel_that_moves_moves_alone() -> None:
    there = guild(category(2001, "K"), channel(2002, "a"), channel(2003, "b", position=1))
    said = wanted(
        Category(key="K", name="K", channels=(TextChannel(key="a", name="a", topic="new"),)), *topics("b")
    )
    assert ["edit_channel:2002"] in waves(said, there)


def test_roles_and_what_is_made_come_one_after_the_other() -> None:
    there = guild(role(1101, "x"), role(1102, "y", position=2))
    said = wanted(
        DocumentRole(key="y", name="y", hoist=True),
        DocumentRole(key="x", name="x", hoist=True),
        *topics("a", "b"),
    )
    assert {len(wave) for wave in waves(said, there)} == {1}


def test_channels_are_deleted_together_and_their_category_after_them() -> None:
    there = guild(
        category(2001, "K"), channel(2002, "a", parent=2001), channel(2003, "b", parent=2001, position=1)
    )
    found = waves(wanted(), there)
    assert found[-2:] == [["delete_channel:2002", "delete_channel:2003"], ["delete_channel:2001"]]


def test_in_any_order_within_a_wave_no_door_opens_and_the_end_is_the_same() -> None:
    shuffled = 0
    for number in range(sized(small=150, soak=10_000)):
        choose = Thrown(SEED * 9_000_011 + number)
        present, (document, bindings) = snapshot(choose), wish(choose)
        bot = powers(present)
        options = answered(
            document, present, bindings, bot, options=EXACT if number % 2 else PlanOptions(), choose=choose
        )
        plan = plan_for(document, present, bindings, options=options)
        if plan.blockers:
            continue
        other = _shuffled(plan, choose)
        shuffled += other != plan
        journey = Journey(other, present, bot)
        assert list(journey.doors(together=1)) == []
        assert journey.end == Journey(plan, present, bot).end
    assert shuffled


def _shuffled(plan: Plan, choose: Thrown) -> Plan:
    steps = []
    for wave in waves_of(plan):
        left = list(wave)
        while left:
            steps.append(left.pop(choose.below(len(left))))
    return replace(plan, steps=tuple(steps))


class Sluices:
    """Doings that stay under way until the sluice is opened."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.are_full = asyncio.Event()
        self.begun: list[int] = []
        self.ended: list[int] = []

    async def pass_through(self, number: int, *, fails: bool = False) -> None:
        self.begun.append(number)
        if len(self.begun) == AT_ONCE:
            self.are_full.set()
        if fails:
            await self.are_full.wait()
            raise ValueError(number)
        await self.open.wait()
        self.ended.append(number)


async def test_no_more_are_under_way_than_may_be() -> None:
    sluices = Sluices()
    all_of_them = asyncio.create_task(
        together([partial(sluices.pass_through, number) for number in range(AT_ONCE + 3)])
    )
    await sluices.are_full.wait()
    await asyncio.sleep(0)
    assert sluices.begun == list(range(AT_ONCE))
    sluices.open.set()
    await all_of_them
    assert sorted(sluices.ended) == list(range(AT_ONCE + 3))


async def test_after_an_error_nothing_is_begun_and_what_is_under_way_comes_to_its_end() -> None:
    sluices = Sluices()
    doings = [partial(sluices.pass_through, number, fails=number == 1) for number in range(AT_ONCE + 3)]
    all_of_them = asyncio.create_task(together(doings))
    await sluices.are_full.wait()
    assert not all_of_them.done()
    sluices.open.set()
    with pytest.raises(ValueError, match="1"):
        await all_of_them
    assert sluices.begun == list(range(AT_ONCE))
    assert sorted(sluices.ended) == [n for n in range(AT_ONCE) if n != 1]
