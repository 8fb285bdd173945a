"""Plans about a part of the document, and what is protected from all of them."""

import pytest
from msgspec.structs import replace

from core.discord.types import Snapshot
from core.templates.documents.channels import Category, TextChannel
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.roles import DocumentRole
from core.templates.matching.unfit import unfit
from core.templates.options import Only, Part
from core.templates.plan import DeleteRole, OrderChannels, OrderRoles, Plan, PlanOptions, written_by
from tests.builders.answers import answered
from tests.builders.guilds import Thrown, chance, powers, snapshot, wish
from tests.builders.journeys import Journey
from tests.builders.scenes import (
    EXACT,
    GUILD,
    allow,
    category,
    channel,
    deny,
    for_role,
    guild,
    ids,
    journey_to,
    plan_for,
    role,
    step_of,
    wanted,
)
from tests.fixtures.size import SEED, sized

WHOLE = wanted(
    DocumentRole(key="mod", name="mod", hoist=True),
    DocumentRole(key="new", name="new"),
    Category(key="k", name="K", overwrites=(), channels=(TextChannel(key="in", name="in", topic="t"),)),
    TextChannel(key="out", name="out", topic="t", overwrites=(for_role("new", deny=["speak"]),)),
    everyone=["speak"],
    guild=DocumentGuild(name="Renamed", system_channel="out"),
)


def there() -> Snapshot:
    return guild(
        role(1101, "mod"), category(2000, "K", deny(GUILD, "speak")), channel(2001, "in", parent=2000),
        channel(2002, "out"),
    )  # fmt: skip


def only(*kinds: Part, nodes: tuple[str, ...] = ()) -> PlanOptions:
    return PlanOptions(only=Only(kinds=kinds, nodes=nodes))


class TestOnly:
    @pytest.mark.parametrize(
        ("options", "steps"),
        [
            (only("guild"), ["edit_guild"]),
            (only("roles"), ["create_role:new", "edit_role:1000", "edit_role:1101"]),
            (only("channels"), ["edit_channel:2000", "edit_channel:2001", "edit_channel:2002"]),
            (only(nodes=("k",)), ["edit_channel:2000", "edit_channel:2001"]),
            (only(nodes=("in",)), ["edit_channel:2001"]),
            (only("guild", nodes=("everyone", "mod")), ["edit_guild", "edit_role:1000", "edit_role:1101"]),
            (only(), []),
        ],
        ids=["guild", "roles", "channels", "a category", "a child", "several", "nothing"],
    )
    def test_only_what_is_selected_is_changed(self, options: PlanOptions, steps: list[str]) -> None:
        assert sorted(ids(journey_to(WHOLE, there(), options=options).plan)) == steps

    def test_the_parts_together_are_the_whole(self) -> None:
        state, known = there(), dict[str, str]()
        for options in (only("roles"), only("channels"), only("guild")):
            journey = journey_to(WHOLE, state, known, options=options)
            state, known = journey.end, {**known, **journey.created}
        assert plan_for(WHOLE, state, known).is_empty

    def test_what_is_not_selected_can_be_referred_to(self) -> None:
        plan = plan_for(WHOLE, there(), options=only("guild"))
        assert step_of(plan, "edit_guild").fields.system_channel_id == "2002"

    def test_an_overwrite_for_a_role_that_is_not_there_is_left_out_with_a_warning(self) -> None:
        plan = plan_for(WHOLE, there(), options=only("channels"))
        assert [(n.code, n.node) for n in plan.warnings] == [("outside_selection", "out")]
        assert step_of(plan, "edit_channel:2002").fields.overwrites is not None

    def test_a_channel_whose_category_would_have_to_be_made_is_a_blocker(self) -> None:
        plan = plan_for(WHOLE, guild(), options=only(nodes=("in",)))
        assert [(n.code, n.node) for n in plan.blockers] == [("outside_selection", "in")]
        assert plan.steps == ()

    def test_a_child_is_synced_with_a_category_that_is_not_selected(self) -> None:
        said = wanted(
            Category(key="k", name="K", overwrites=(), channels=(TextChannel(key="a", name="a"),)),
        )
        present = guild(category(2000, "K", deny(GUILD, "speak")))
        end = journey_to(said, present, options=only(nodes=("a",))).end
        assert {c.overwrites for c in end.channels} == {(deny(GUILD, "speak"),)}

    def test_what_the_document_names_is_not_deleted_because_it_is_not_selected(self) -> None:
        present = replace(there(), channels=(*there().channels, channel(2009, "extra")))
        options = replace(EXACT, only=Only(kinds=("channels",)))
        assert "delete_channel:2009" in ids(plan_for(WHOLE, present, options=options))
        options = replace(EXACT, only=Only(kinds=("roles",), nodes=("in",)))
        assert not any(step.startswith("delete") for step in ids(plan_for(WHOLE, present, options=options)))

    def test_a_selected_node_that_does_not_exist_is_refused(self) -> None:
        wrong = unfit(WHOLE, there(), only(nodes=("k", "none")))
        assert [(p.code, p.pointer) for p in wrong] == [("unknown_key", "/only/nodes/1")]


def protecting(*numbers: int | str, mode: PlanOptions = EXACT) -> PlanOptions:
    return replace(mode, protected=tuple(map(str, numbers)))


def protections(plan: Plan) -> list[str | None]:
    return [n.node for n in plan.warnings if n.code == "protected"]


class TestProtected:
    def test_what_is_protected_is_not_edited_and_the_plan_says_so(self) -> None:
        plan = journey_to(WHOLE, there(), options=protecting(1101, 2002, GUILD)).plan
        assert written_by(plan.steps) == {"2000", "2001"}
        assert protections(plan) == ["mod", "everyone", "out"]

    def test_what_is_protected_and_already_right_is_not_mentioned(self) -> None:
        end = journey_to(WHOLE, there()).end
        assert protections(plan_for(WHOLE, end, options=protecting(1101, 2000, 2001, 2002))) == []

    def test_it_is_not_deleted_and_keeps_its_category(self) -> None:
        present = guild(category(2000, "K"), channel(2001, "a", parent=2000), channel(2002, "b", parent=2000))
        journey = journey_to(wanted(), present, options=protecting(2001))
        assert ids(journey.plan) == ["delete_channel:2002"]
        assert len(protections(journey.plan)) == 2

    def test_it_is_not_archived_and_a_protected_role_does_not_die(self) -> None:
        present = guild(role(1101, "old"), channel(2001, "a"))
        archive = PlanOptions(mode="exact")
        assert journey_to(wanted(), present, options=protecting(2001, mode=archive)).plan.is_empty
        assert ids(journey_to(wanted(), present, options=protecting(1101)).plan) == ["delete_channel:2001"]

    def test_its_category_keeps_overwrites_that_discord_would_copy_to_it(self) -> None:
        closed = deny(GUILD, "view_channel")
        present = guild(
            category(2000, "K", closed), channel(2001, "a", closed, parent=2000),
            channel(2002, "b", closed, parent=2000, position=1), everyone=["view_channel"],
        )  # fmt: skip
        said = wanted(
            Category(
                key="k", name="Named", overwrites=(), channels=(
                    TextChannel(key="a", name="a"), TextChannel(key="b", name="b", overwrites="synced"),
                ),
            )
        )  # fmt: skip
        journey = journey_to(said, present, {"k": "2000"}, options=protecting(2001))
        assert ids(journey.plan) == ["edit_channel:2000"]
        assert {c.overwrites for c in journey.end.channels} == {(closed,)}
        assert protections(journey.plan) == ["k"]

    def test_one_that_is_not_synced_does_not_hold_its_category_back(self) -> None:
        present = guild(category(2000, "K"), channel(2001, "a", allow(GUILD, "speak"), parent=2000))
        shut = for_role("everyone", deny=["view_channel"])
        said = wanted(Category(key="k", name="K", overwrites=(shut,)))
        journey = journey_to(said, present, options=protecting(2001))
        assert ids(journey.plan) == ["edit_channel:2000"]

    def test_roles_live_on_where_their_death_would_need_a_protected_channel_to_be_written(self) -> None:
        written = 0
        for number in range(sized(small=125, soak=8_000)):
            choose = Thrown(SEED * 23_000_009 + number)
            present, (document, bindings) = snapshot(choose), wish(choose)
            some = [c.id for c in (*present.channels, *present.roles) if chance(choose, 35)]
            mode = EXACT if number % 3 else PlanOptions(mode="exact")
            options = protecting(*some, mode=mode)
            bot = powers(present)
            options = answered(document, present, bindings, bot, options=options, choose=choose)
            plan = plan_for(document, present, bindings, options=options, powers=bot)
            assert written_by(plan.steps).isdisjoint(some)
            if plan.blockers:
                continue
            written += bool(plan.steps)
            journey = Journey(plan, present, bot)
            assert kept(present, journey.end, some) == kept(journey.end, journey.end, some)
            assert list(journey.doors(together=1)) == []
            left = journey.second_plan(document, bindings, bot, options).steps
            assert not left or "roles_live_on" in [n.code for n in plan.warnings]
            assert all(isinstance(step, DeleteRole) for step in left)
        assert written > sized(small=40, soak=2_500)


def kept(before: Snapshot, after: Snapshot, some: list[str]) -> list[object]:
    """What is protected, but for positions; a dead role's entries die with it."""
    living = {r.id for r in after.roles}
    entries = [
        (c.id, c.parent_id, c.name, sorted(o for o in c.overwrites if o.kind == "member" or o.id in living))
        for c in before.channels
        if c.id in some
    ]
    return [entries, *(replace(r, position=0) for r in before.roles if r.id in some)]


def test_a_protected_channel_between_others_keeps_its_place() -> None:
    present = guild(*(channel(2001 + n, name, position=n) for n, name in enumerate("abc")))
    said: Document = wanted(*(TextChannel(key=name, name=name) for name in "cba"))
    journey = journey_to(said, present, options=protecting(2002, mode=PlanOptions()))
    assert [c.name for c in sorted(journey.end.channels, key=lambda c: (c.position, int(c.id)))] == list(
        "cba"
    )
    assert all(isinstance(step, OrderChannels | OrderRoles) for step in journey.plan.steps)
