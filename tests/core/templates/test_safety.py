"""Law 6: at no moment does anybody have, anywhere, what they had not before and will not have after."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.discord.permissions import bits_of
from core.discord.types import GuildSettings, Overwrite, Snapshot
from core.templates.begun import Begun
from core.templates.diff import diff
from core.templates.documents.channels import AnnouncementChannel, Category, TextChannel
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.roles import DocumentRole
from core.templates.matching.match import displayed
from core.templates.plan import EditChannel, EditGuild, PlanOptions
from tests.builders.answers import answered
from tests.builders.guilds import Thrown, powers, snapshot, snapshots, wish, wishes
from tests.builders.journeys import Journey
from tests.builders.scenes import (
    BOT_ROLE,
    EXACT,
    GUILD,
    MEMBER,
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

VIEW = int(bits_of(["view_channel"]))


def text(key: str, *overwrites: object, synced: bool = False) -> TextChannel:
    return TextChannel(key=key, name=key, overwrites="synced" if synced else overwrites)  # pyright: ignore[reportArgumentType] - overwrites are what the callers give


class TestRolesAndChannels:
    def test_what_tightens_comes_before_what_loosens(self) -> None:
        there = guild(
            role(1101, "mod", "speak"), channel(2001, "a"), channel(2002, "b", deny(GUILD, "speak"))
        )
        said = wanted(
            DocumentRole(key="mod", name="mod", permissions=("speak", "send_messages")),
            text("a", for_role("everyone", deny=["send_messages"])),
            text("b"),
        )
        order = ids(journey_to(said, there).plan)
        assert order.index("edit_channel:2001") < order.index("edit_role:1101")
        assert order.index("edit_channel:2001") < order.index("edit_channel:2002")

    def test_a_role_gives_only_after_the_channel_has_closed(self) -> None:
        there = guild(channel(2001, "staff"), everyone=[])
        said = wanted(text("staff", for_role("everyone", deny=["view_channel"])), everyone=["view_channel"])
        assert ids(journey_to(said, there).plan) == ["edit_channel:2001", f"edit_role:{GUILD}"]

    def test_a_channel_opens_only_after_the_role_has_lost_the_bit(self) -> None:
        there = guild(channel(2001, "staff", deny(GUILD, "view_channel")), everyone=["view_channel"])
        assert ids(journey_to(wanted(text("staff"), everyone=[]), there).plan) == [
            f"edit_role:{GUILD}",
            "edit_channel:2001",
        ]

    def test_a_cycle_is_broken_by_writing_one_object_twice(self) -> None:
        there = guild(
            channel(2001, "a", deny(GUILD, "send_messages")), everyone=["view_channel", "send_messages"]
        )
        said = wanted(text("a", for_role("everyone", deny=["speak"])), everyone=["view_channel", "speak"])
        plan = journey_to(said, there).plan
        assert ids(plan) == [f"edit_role:{GUILD}:meet", "edit_channel:2001", f"edit_role:{GUILD}"]
        assert step_of(plan, f"edit_role:{GUILD}:meet").written == "meet"
        assert step_of(plan, f"edit_role:{GUILD}:meet").fields.permissions == VIEW

    def test_two_roles_meet_through_the_gate_of_seeing_the_channel(self) -> None:
        there = guild(
            role(1101, "seer", "view_channel"), role(1102, "speaker", position=2), channel(2001, "a")
        )
        said = wanted(
            DocumentRole(key="speaker", name="speaker", permissions=("send_messages",)),
            DocumentRole(key="seer", name="seer", permissions=()),
        )
        assert ids(journey_to(said, there).plan) == ["edit_role:1101", "edit_role:1102"]

    def test_an_administrator_needs_no_care(self) -> None:
        there = guild(role(1101, "admin", "administrator"), channel(2001, "a", deny(1101, "view_channel")))
        said = wanted(DocumentRole(key="admin", name="admin", permissions=("speak",)), text("a"))
        assert sorted(ids(journey_to(said, there).plan)) == ["edit_channel:2001", "edit_role:1101"]

    def test_overwrites_are_never_deleted_and_then_added_again(self) -> None:
        there = guild(
            role(1101, "mod", "view_channel"),
            channel(
                2001, "a", deny(GUILD, "view_channel"), allow(1101, "view_channel"), deny(MEMBER, "speak")
            ),
            everyone=["view_channel"],
        )
        said = wanted(
            DocumentRole(key="mod", name="mod"),
            text(
                "a",
                for_role("everyone", deny=["view_channel"]),
                for_role("mod", allow=["view_channel", "speak"]),
            ),
            everyone=["view_channel"],
        )
        (step,) = journey_to(said, there).plan.steps
        assert isinstance(step, EditChannel)
        assert step.fields.overwrites == (deny(GUILD, "view_channel"), allow(1101, "view_channel", "speak"))


class TestCategories:
    def test_synced_children_cost_no_call(self) -> None:
        there = guild(
            category(2000, "K"), *(channel(2001 + n, f"c{n}", parent=2000, position=n) for n in range(9))
        )
        inside = tuple(text(f"c{n}", synced=True) for n in range(9))
        closed = (for_role("everyone", deny=["view_channel"]),)
        journey = journey_to(wanted(Category(key="k", name="K", overwrites=closed, channels=inside)), there)
        assert ids(journey.plan) == ["edit_channel:2000"]
        assert {c.overwrites for c in journey.end.channels} == {(deny(GUILD, "view_channel"),)}

    def test_a_loosened_category_does_not_open_a_synced_child_that_must_stay_closed(self) -> None:
        closed = deny(GUILD, "view_channel")
        there = guild(
            category(2000, "K", closed), channel(2001, "a", closed, parent=2000), everyone=["view_channel"]
        )
        said = wanted(Category(key="k", name="K", overwrites=(), channels=(TextChannel(key="a", name="a"),)))
        journey = journey_to(said, there)
        assert ids(journey.plan) == ["edit_channel:2001:meet", "edit_channel:2000", "edit_channel:2001"]
        assert next(c for c in journey.end.channels if c.id == "2001").overwrites == (closed,)

    def test_several_children_that_must_stay_are_held_by_their_category(self) -> None:
        closed = deny(GUILD, "view_channel")
        children = [channel(2001 + n, f"c{n}", closed, parent=2000, position=n) for n in range(5)]
        there = guild(category(2000, "K", closed), *children, everyone=["view_channel"])
        shut = for_role("everyone", deny=["view_channel"])
        said = wanted(
            Category(key="k", name="K", overwrites=(), channels=tuple(text(f"c{n}", shut) for n in range(5)))
        )
        journey = journey_to(said, there)
        assert len(journey.plan.steps) == 2 + 5
        assert ids(journey.plan)[0] == "edit_channel:2000:meet"
        assert ids(journey.plan)[-1] == "edit_channel:2000"

    def test_a_child_that_a_tighter_category_takes_along_is_put_back(self) -> None:
        there = guild(category(2000, "K"), channel(2001, "a", parent=2000), everyone=["view_channel"])
        closed = (for_role("everyone", deny=["view_channel"]),)
        said = wanted(Category(key="k", name="K", overwrites=closed, channels=(text("a"),)))
        assert ids(journey_to(said, there).plan) == ["edit_channel:2000", "edit_channel:2001"]

    def test_a_child_that_nobody_described_is_never_taken_along(self) -> None:
        """Stopped half-way, nobody could say what it had."""
        there = guild(category(2000, "K"), channel(2001, "a", parent=2000), everyone=["view_channel"])
        said = wanted(Category(key="k", name="K", overwrites=(for_role("everyone", deny=["view_channel"]),)))
        journey = journey_to(said, there)
        assert ids(journey.plan) == ["edit_channel:2001:meet", "edit_channel:2000", "edit_channel:2001"]
        for state in journey.states:
            child = next(c for c in state.channels if c.id == "2001")
            assert all(o.id == BOT_ROLE for o in child.overwrites)

    def test_a_child_that_changes_by_itself_goes_before_its_category(self) -> None:
        closed = deny(GUILD, "view_channel")
        there = guild(
            category(2000, "K", closed), channel(2001, "a", closed, parent=2000), everyone=["view_channel"]
        )
        more = for_role("everyone", deny=["view_channel", "send_messages"])
        said = wanted(Category(key="k", name="K", overwrites=(), channels=(text("a", more),)))
        assert ids(journey_to(said, there).plan) == ["edit_channel:2001", "edit_channel:2000"]

    def test_a_child_gets_its_categorys_old_set_when_the_category_has_left_it(self) -> None:
        there = guild(
            category(2000, "K", deny(GUILD, "view_channel")),
            channel(2001, "a", parent=2000),
            everyone=["view_channel"],
        )
        shut = for_role("everyone", deny=["view_channel"])
        said = wanted(Category(key="k", name="K", overwrites=(), channels=(text("a", shut),)))
        assert ids(journey_to(said, there).plan) == ["edit_channel:2000", "edit_channel:2001"]

    def test_a_channel_leaves_its_category_before_that_one_opens(self) -> None:
        closed = deny(GUILD, "view_channel")
        there = guild(
            category(2000, "K", closed), channel(2001, "a", closed, parent=2000), everyone=["view_channel"]
        )
        said = wanted(TextChannel(key="a", name="a"), Category(key="k", name="K", overwrites=()))
        journey = journey_to(said, there)
        assert ids(journey.plan) == ["edit_channel:2001", "edit_channel:2000"]
        assert next(c for c in journey.end.channels if c.id == "2001").overwrites == (closed,)

    def test_a_new_channel_without_overwrites_is_not_made_synced(self) -> None:
        there = guild(category(2000, "K", deny(GUILD, "view_channel")))
        said = wanted(Category(key="k", name="K", channels=(text("a"),)))
        step = step_of(journey_to(said, there).plan, "create_channel:a")
        assert step.fields.overwrites == (Overwrite("role", GUILD),)

    def test_private_channels_are_born_private(self) -> None:
        secret = for_role("everyone", deny=["view_channel"])
        said = wanted(
            DocumentRole(key="mod", name="mod"),
            Category(
                key="k",
                name="K",
                overwrites=(secret, for_role("mod", allow=["view_channel"])),
                channels=(text("a", synced=True),),
            ),
        )
        plan = journey_to(said, guild(everyone=["view_channel"])).plan
        assert ids(plan) == ["create_role:mod", "create_channel:k", "create_channel:a"]
        for key in ("k", "a"):
            overwrites = step_of(plan, f"create_channel:{key}").fields.overwrites
            assert overwrites == (allow("$mod", "view_channel"), deny(GUILD, "view_channel"))


class TestDooms:
    def test_a_doomed_roles_deny_is_not_dropped_early(self) -> None:
        there = guild(
            role(1101, "muted"),
            channel(2001, "a", deny(1101, "send_messages"), allow(GUILD, "speak")),
            everyone=["view_channel", "send_messages"],
        )
        plan = journey_to(wanted(text("a")), there, options=EXACT).plan
        assert ids(plan) == ["edit_channel:2001", "delete_role:1101"]
        assert step_of(plan, "edit_channel:2001").fields.overwrites == (deny(1101, "send_messages"),)

    def test_a_set_that_only_loses_a_doomed_role_is_not_written(self) -> None:
        there = guild(role(1101, "vip"), channel(2001, "a", allow(1101, "speak")))
        assert ids(journey_to(wanted(text("a")), there, options=EXACT).plan) == ["delete_role:1101"]

    def test_a_doomed_role_brings_nothing_into_a_new_channel(self) -> None:
        there = guild(role(1101, "vip", "speak", "send_messages"), everyone=["view_channel", "send_messages"])
        plan = journey_to(wanted(text("a")), there, options=EXACT).plan
        assert step_of(plan, "create_channel:a").fields.overwrites == (deny(1101, "speak"),)

    def test_a_doomed_administrator_is_disarmed_before_a_channel_is_made(self) -> None:
        there = guild(role(1101, "admin", "administrator"))
        order = ids(journey_to(wanted(text("a")), there, options=EXACT).plan)
        assert order == ["edit_role:1101:meet", "create_channel:a", "delete_role:1101"]

    def test_a_doomed_role_is_disarmed_where_it_meets_what_another_one_gets(self) -> None:
        there = guild(role(1101, "vip", "send_messages"), channel(2001, "a"))
        plan = journey_to(
            wanted(TextChannel(key="a", name="a"), everyone=["view_channel"]), there, options=EXACT
        ).plan
        assert ids(plan) == ["edit_role:1101:meet", f"edit_role:{GUILD}", "delete_role:1101"]

    def test_a_doomed_channel_is_closed_to_what_roles_are_given(self) -> None:
        there = guild(channel(2001, "a"), channel(2002, "shut", deny(GUILD, "view_channel")))
        plan = journey_to(wanted(everyone=["view_channel"]), there, options=EXACT).plan
        assert ids(plan) == [
            "edit_channel:2001",
            f"edit_role:{GUILD}",
            "delete_channel:2001",
            "delete_channel:2002",
        ]
        assert step_of(plan, "edit_channel:2001").written == "meet"

    def test_an_administrator_is_made_when_the_doomed_channels_are_gone(self) -> None:
        there = guild(role(1101, "mod"), channel(2001, "a"))
        said = wanted(DocumentRole(key="mod", name="mod", permissions=("administrator",)))
        assert ids(journey_to(said, there, options=EXACT).plan) == ["delete_channel:2001", "edit_role:1101"]

    def test_roles_die_in_an_order_that_lifts_no_deny_too_early(self) -> None:
        there = guild(
            role(1101, "muted", position=1),
            role(1102, "seer", "view_channel", position=2),
            channel(2001, "a", deny(1101, "view_channel")),
        )
        plan = journey_to(wanted(TextChannel(key="a", name="a")), there, options=EXACT).plan
        assert ids(plan) == ["delete_role:1102", "delete_role:1101"]

    def test_deletes_come_last_and_channels_before_roles(self) -> None:
        there = guild(
            role(1101, "vip"), category(2000, "K"), channel(2001, "a", parent=2000), channel(2002, "b")
        )
        said = wanted(
            DocumentRole(key="new", name="new"), text("b", for_role("new", allow=["speak"])), text("c")
        )
        order = ids(journey_to(said, there, options=EXACT).plan)
        assert order[-3:] == ["delete_channel:2001", "delete_channel:2000", "delete_role:1101"]
        assert not any(step.startswith("delete") for step in order[:-3])


class TestSettings:
    def test_protection_is_raised_first_and_lowered_last(self) -> None:
        there = guild(settings=GuildSettings(name="Guild", content_filter="all_members"))
        said = wanted(
            text("a"),
            guild=DocumentGuild(verification_level="high", content_filter="disabled", system_channel="a"),
        )
        plan = journey_to(said, there).plan
        assert ids(plan) == ["edit_guild:first", "create_channel:a", "edit_guild"]
        assert step_of(plan, "edit_guild:first").fields.verification_level == "high"
        assert step_of(plan, "edit_guild").fields.content_filter == "disabled"

    def test_community_comes_between_its_channels_and_those_that_need_it(self) -> None:
        said = wanted(
            AnnouncementChannel(key="news", name="news", overwrites=()),
            text("rules"),
            text("staff"),
            guild=DocumentGuild(
                community=True,
                rules_channel="rules",
                updates_channel="staff",
                system_channel="news",
                verification_level="low",
                content_filter="all_members",
            ),
        )
        plan = journey_to(said, guild()).plan
        order = ids(plan)
        assert order.index("edit_guild:first") > order.index("create_channel:staff")
        assert order.index("edit_guild:first") < order.index("create_channel:news")
        assert sum(isinstance(step, EditGuild) for step in plan.steps) == 2

    def test_settings_alone_take_one_call(self) -> None:
        there = guild(settings=GuildSettings(name="Guild", content_filter="all_members"))
        said = wanted(guild=DocumentGuild(verification_level="high", content_filter="disabled"))
        assert ids(plan_for(said, there)) == ["edit_guild"]


MODES = (EXACT, PlanOptions(mode="exact"), PlanOptions())


def check(
    present: Snapshot, document: Document, bindings: dict[str, str], options: PlanOptions, together: int
) -> None:
    """Nobody, with any roles, has too much in any state in between."""
    bot = powers(present)
    options = answered(document, present, bindings, bot, options=options)
    plan = diff(document, present, bindings, bot, options)
    if not plan.blockers:
        assert list(Journey(plan, present, bot).doors(together)) == []


@given(present=snapshots(), asked=wishes(), exact=st.booleans())
@settings(max_examples=sized(small=60, soak=3000))
def test_no_door_stands_open_on_the_way(
    present: Snapshot, asked: tuple[Document, dict[str, str]], exact: bool
) -> None:
    check(present, *asked, EXACT if exact else PlanOptions(), together=2)


def test_no_door_stands_open_for_many_random_pairs() -> None:
    for number in range(sized(small=250, soak=20_000)):
        choose = Thrown(SEED * 3_000_017 + number)
        present, asked = snapshot(choose), wish(choose)
        check(present, *asked, EXACT if number % 2 else PlanOptions(), together=sized(small=2, soak=3))


def test_a_plan_that_was_stopped_is_finished_by_the_next_one() -> None:
    """Wherever it stopped: planned again on what is there, the guild ends as it would have."""
    for number in range(sized(small=150, soak=10_000)):
        choose = Thrown(SEED * 7_000_003 + number)
        present, (document, bindings) = snapshot(choose), wish(choose)
        bot = powers(present)
        options = answered(document, present, bindings, bot, options=MODES[number % 3], choose=choose)
        plan = diff(document, present, bindings, bot, options)
        if plan.blockers or len(plan.steps) < 2:
            continue
        whole = Journey(plan, present, bot)
        half = Journey(plan, present, bot, stop=1 + choose.below(len(plan.steps) - 1))
        known = {**bindings, **plan.matched, **half.created}
        again = diff(document, half.end, known, bot, options, begun=Begun(guild=present))
        rest = Journey(again, half.end, bot)
        assert not again.blockers
        assert rest.second_plan(document, known, bot, options).steps == ()
        assert _described(rest.end, {**half.created, **rest.created}) == _described(whole.end, whole.created)
        assert list(rest.doors(together=1)) == []


def _described(end: Snapshot, created: dict[str, str]) -> object:
    """Channels, their overwrites and their order, with keys for new ids, but for the bot's own entries."""
    keys = {number: key for key, number in created.items()}
    siblings: dict[object, list[str]] = {}
    for c in displayed(end):
        kind = "category" if c.type == "category" else "voice" if c.type in ("voice", "stage") else "text"
        home = keys.get(c.parent_id or "", c.parent_id)
        siblings.setdefault((home, kind), []).append(keys.get(c.id, c.id))
    return siblings, {
        keys.get(c.id, c.id): {
            (keys.get(o.id, o.id), o.allow, o.deny) for o in c.overwrites if o.id != BOT_ROLE
        }
        for c in end.channels
    }


def test_a_closing_category_with_a_moving_child_leaves_nothing_to_do() -> None:
    """A child that moves out after the category's first write has taken that write along."""
    there = guild(
        category(2002, "K"),
        channel(2101, "a", parent=2002),
        channel(2105, "b", parent=2002, position=1),
        channel(2103, "c", parent=2002, position=2),
        channel(2107, "d", parent=2002, position=3),
        everyone=["view_channel"],
    )
    said = wanted(
        TextChannel(key="b", name="b"),
        Category(key="k", name="K", overwrites=(for_role("everyone", allow=["connect"], deny=["speak"]),)),
        everyone=["speak"],
    )
    end = journey_to(said, there).end
    assert all(not c.overwrites for c in end.channels if c.id != "2002")
