"""Places: siblings sort by (position, id), and only their relative order is anybody's business."""

from collections.abc import Iterable

from msgspec.structs import replace

from core.discord.types import Channel, Snapshot
from core.templates.begun import Begun
from core.templates.diff import diff
from core.templates.documents.channels import Category, TextChannel, VoiceChannel
from core.templates.documents.document import Document
from core.templates.documents.roles import DocumentRole
from core.templates.goal.order import merged, place_between, role_positions
from core.templates.plan import OrderChannels, PlanOptions
from tests.builders.answers import answered
from tests.builders.guilds import Thrown, powers, snapshot, wish
from tests.builders.journeys import Journey
from tests.builders.scenes import (
    BOT_ROLE,
    EXACT,
    POWERS,
    category,
    channel,
    guild,
    ids,
    journey_to,
    plan_for,
    role,
    step_of,
    wanted,
)
from tests.fixtures.size import SEED, sized


def text(key: str) -> TextChannel:
    return TextChannel(key=key, name=key)


class TestChannels:
    def test_equal_positions_make_no_difference(self) -> None:
        there = guild(channel(2001, "a"), channel(2002, "b"), channel(2003, "c"))
        assert plan_for(wanted(text("a"), text("b"), text("c")), there).is_empty

    def test_gaps_between_positions_make_no_difference(self) -> None:
        there = guild(channel(2002, "a", position=3), channel(2001, "b", position=70))
        assert plan_for(wanted(text("a"), text("b")), there).is_empty

    def test_voice_channels_are_never_mixed_with_text_channels(self) -> None:
        there = guild(channel(2001, "a", position=5), channel(2002, "v", kind="voice", position=0))
        assert plan_for(wanted(text("a"), VoiceChannel(key="v", name="v")), there).is_empty

    def test_a_new_channel_is_born_behind_its_predecessor_without_an_order_call(self) -> None:
        there = guild(channel(2001, "a", position=4), channel(2002, "c", position=5))
        journey = journey_to(wanted(text("a"), text("b"), text("c")), there)
        assert ids(journey.plan) == ["create_channel:b"]
        assert step_of(journey.plan, "create_channel:b").fields.position == 4

    def test_a_new_channel_with_no_room_costs_one_order_call(self) -> None:
        there = guild(channel(2001, "a", position=4), channel(2002, "c", position=4))
        journey = journey_to(wanted(text("a"), text("b"), text("c")), there)
        assert ids(journey.plan) == ["create_channel:b", "order_channels"]
        assert step_of(journey.plan, "order_channels").positions == {"2001": 0, "$b": 1, "2002": 2}

    def test_all_new_channels_need_no_order_call(self) -> None:
        inside = tuple(text(f"c{n}") for n in range(5))
        said = wanted(
            text("x"), text("y"), Category(key="k", name="K", channels=inside), Category(key="l", name="L")
        )
        assert not any(isinstance(step, OrderChannels) for step in journey_to(said, guild()).plan.steps)

    def test_only_the_siblings_of_the_wrong_group_are_listed(self) -> None:
        there = guild(
            category(2000, "K"),
            channel(2001, "a", parent=2000, position=1),
            channel(2002, "b", parent=2000, position=0),
            channel(2003, "unnamed", parent=2000, position=2),
            channel(2004, "top", position=9),
        )
        said = wanted(text("top"), Category(key="k", name="K", channels=(text("a"), text("b"))))
        plan = journey_to(said, there).plan
        assert step_of(plan, "order_channels").positions == {"2001": 0, "2002": 1, "2003": 2}

    def test_many_parent_changes_never_share_one_order_call(self) -> None:
        there = guild(
            category(2000, "K"),
            category(2010, "L", position=1),
            *(channel(2001 + n, f"c{n}", parent=2000, position=n) for n in range(4)),
        )
        said = wanted(
            Category(key="k", name="K"),
            Category(key="l", name="L", channels=tuple(text(f"c{n}") for n in (2, 0, 3, 1))),
        )
        journey = journey_to(said, there)
        moves = [step_of(journey.plan, f"edit_channel:{2001 + n}").fields.parent_id for n in range(4)]
        assert moves == ["2010"] * 4
        assert "order_channels" not in ids(journey.plan)

    def test_unnamed_channels_keep_their_places(self) -> None:
        assert merged(["d", "b"], ["a", "b", "c", "d"]) == ["a", "d", "c", "b"]
        assert merged(["a", "new", "c"], ["x", "a", "y", "c"]) == ["x", "a", "new", "y", "c"]

    def test_a_place_between_two_siblings_takes_their_age_into_account(self) -> None:
        assert place_between((3, 10), (9, 11), age=12) == 3
        assert place_between((3, 10), (9, 11), age=5) == 4
        assert place_between(None, (3, 10), age=12) == 2
        assert place_between(None, (3, 10), age=5) == 3
        assert place_between(None, (0, 10), age=12) == 0


class TestRoles:
    def test_new_roles_at_the_bottom_need_no_order_call(self) -> None:
        said = wanted(*(DocumentRole(key=key, name=key) for key in ("old", "high", "low")))
        assert ids(journey_to(said, guild(role(1101, "old"))).plan) == ["create_role:high", "create_role:low"]

    def test_a_new_role_above_another_costs_one_order_call(self) -> None:
        said = wanted(DocumentRole(key="new", name="new"), DocumentRole(key="old", name="old"))
        journey = journey_to(said, guild(role(1101, "old", position=1)))
        assert ids(journey.plan) == ["create_role:new", "order_roles"]
        assert step_of(journey.plan, "order_roles").positions == {"1101": 1, "$new": 2}

    def test_of_equal_positions_the_older_role_is_the_higher_one(self) -> None:
        said = wanted(DocumentRole(key="a", name="a"), DocumentRole(key="b", name="b"))
        assert plan_for(said, guild(role(1101, "a"), role(1102, "b"))).is_empty
        assert ids(plan_for(said, guild(role(1102, "a"), role(1101, "b")))) == ["order_roles"]

    def test_roles_that_the_bot_cannot_move_are_not_moved(self) -> None:
        there = guild(
            role(1101, "top", position=20), role(1102, "a", position=1), role(1103, "b", position=2)
        )
        said = wanted(*(DocumentRole(key=key, name=key) for key in ("a", "top", "b")))
        assert set(step_of(plan_for(said, there), "order_roles").positions) == {"1102", "1103"}

    def test_unnamed_roles_keep_their_place(self) -> None:
        there = guild(
            *(role(1101 + n, name, position=n + 1) for n, name in enumerate(("low", "mid", "high")))
        )
        said = wanted(DocumentRole(key="low", name="low"), DocumentRole(key="high", name="high"))
        assert step_of(plan_for(said, there), "order_roles").positions == {"1103": 1, "1102": 2, "1101": 3}

    def test_positions_are_shared_where_there_is_no_room_for_each(self) -> None:
        assert role_positions(["13", "12", "11"], {}, (4, 99)) == {"13": 1, "12": 2, "11": 3}
        assert role_positions(["13", "12", "11"], {}, (2, 99)) == {"13": 1, "12": 1, "11": 1}
        assert role_positions(["11", "12", "13"], {}, (2, 99)) is None

    def test_no_room_below_the_bot_is_a_warning(self) -> None:
        there = guild(*(role(number, name) for number, name in ((2001, "a"), (2002, "b"), (2003, "c"))))
        squeezed = replace(there, roles=tuple(replace(r, position=min(r.position, 1)) for r in there.roles))
        said = wanted(*(DocumentRole(key=key, name=key) for key in ("c", "b", "a")))
        plan = plan_for(said, squeezed)
        assert [notice.code for notice in plan.warnings] == ["role_order"]
        assert plan.is_empty

    def test_a_role_that_goes_takes_no_place_from_those_that_stay(self) -> None:
        """Below a bot's role at position 2, where of equal positions the newer is the lower."""
        there = guild(role(1101, "a"), role(1102, "gone"))
        squeezed = replace(
            there, roles=tuple(replace(r, position=2) if r.id == BOT_ROLE else r for r in there.roles)
        )
        said = wanted(*(DocumentRole(key=key, name=key) for key in ("new", "a", "newer")))
        plan = journey_to(said, squeezed, options=EXACT).plan
        assert [notice.code for notice in plan.warnings] == []
        assert "order_roles" in ids(plan)


def in_document_order(
    document: Document, end: Snapshot, ids_by_key: dict[str, str]
) -> Iterable[tuple[list[str], list[str]]]:
    """For each group of siblings the document's order and the one that is shown."""
    shown = {channel.id: channel for channel in end.channels}
    groups: dict[tuple[str | None, str], list[str]] = {}
    for top in document.channels:
        children = top.channels if isinstance(top, Category) else ()
        for node, parent in ((top, None), *((child, top.key) for child in children)):
            if node.key in ids_by_key:
                found = shown[ids_by_key[node.key]]
                groups.setdefault((parent, _bucket(found)), []).append(found.id)
    for wished in groups.values():
        yield wished, sorted(wished, key=lambda each: (shown[each].position, int(each)))


def _bucket(found: Channel) -> str:
    return "category" if found.type == "category" else "voice" if found.type in ("voice", "stage") else "text"


def test_what_somebody_makes_while_a_plan_is_done_is_put_away_as_well() -> None:
    """Not even where it stands was known before the first step."""
    options = PlanOptions(mode="exact")
    before = guild(channel(2001, "kept"), channel(2002, "old"))
    meanwhile = replace(before, channels=(*before.channels, channel(2003, "new"), channel(2004, "newer")))
    plan = diff(wanted(text("kept")), meanwhile, {}, POWERS, options, begun=Begun(guild=before))
    end = Journey(plan, meanwhile, POWERS).end
    assert {c.name for c in end.channels if c.parent_id} == {"old", "new", "newer"}


def test_siblings_end_in_the_documents_order_for_many_random_pairs() -> None:
    for number in range(sized(small=200, soak=20_000)):
        choose = Thrown(SEED * 2_000_003 + number)
        present, (document, bindings) = snapshot(choose), wish(choose)
        bot = powers(present)
        options = answered(
            document, present, bindings, bot, options=EXACT if number % 2 else PlanOptions(), choose=choose
        )
        plan = diff(document, present, bindings, bot, options)
        if plan.blockers:
            continue
        journey = Journey(plan, present, bot, lifts=number % 3 == 0)
        ids_by_key = {**plan.matched, **journey.created}
        for wished, shown in in_document_order(document, journey.end, ids_by_key):
            assert wished == shown
        if any(notice.code == "role_order" for notice in plan.warnings):
            continue
        heights = {r.id: (r.position, -int(r.id)) for r in journey.end.roles}
        roles = [ids_by_key[r.key] for r in document.roles if r.key in ids_by_key]
        movable = [each for each in roles if heights[each] < heights[BOT_ROLE]]
        assert movable == sorted(movable, key=heights.__getitem__, reverse=True)
