"""What is not in the document is put away where only staff sees it, and can be brought back."""

from msgspec.structs import replace

from core.discord.types import Channel, GuildSettings, Snapshot
from core.templates.documents.channels import Category, TextChannel
from core.templates.documents.roles import DocumentRole
from core.templates.matching.unfit import unfit
from core.templates.options import ArchiveOptions, Extras, Only
from core.templates.plan import PlanOptions
from tests.builders.answers import answered
from tests.builders.guilds import Thrown, powers, snapshot, wish
from tests.builders.journeys import Journey
from tests.builders.oracle import effective_bits
from tests.builders.scenes import (
    BOT_ROLE,
    GUILD,
    MEMBER,
    POWERS,
    allow,
    category,
    channel,
    deny,
    guild,
    ids,
    journey_to,
    plan_for,
    role,
    step_of,
    wanted,
)
from tests.fixtures.size import SEED, sized

ARCHIVE = PlanOptions(mode="exact")
VIEW = 1 << 10
CLOSED = deny(GUILD, "view_channel")


def found(state: Snapshot, name: str) -> Channel:
    return next(c for c in state.channels if c.name == name)


def seen_by(state: Snapshot, name: str, *roles: str, member: str | None = None) -> bool:
    return bool(effective_bits(state, found(state, name), roles, member) & VIEW)


def lived_in(*more: Channel) -> Snapshot:
    return guild(
        role(1101, "mod", "manage_channels"), role(1102, "vip"),
        channel(2001, "kept"), channel(2002, "old"), *more, everyone=["view_channel"],
    )  # fmt: skip


def opened(journey: Journey, put_away: set[str]) -> list[tuple[str, str]]:
    """Who sees what of it that they did not see before, among roles that are the same in the end."""
    present = journey.states[0]
    same = {r.id for r in journey.end.roles if r in present.roles}
    if GUILD not in same:
        return []
    before = {
        c.id: {r for r in same if effective_bits(present, c, (r,), None) & VIEW} for c in present.channels
    }
    return [
        (c.id, held)
        for state in journey.states
        for c in state.channels
        if c.id in put_away
        for held in same - before[c.id]
        if effective_bits(state, c, (held,), None) & VIEW
    ]


KEPT = wanted(TextChannel(key="kept", name="kept"))


class TestArchiving:
    def test_staff_with_a_role_that_was_kept_out_stay_out(self) -> None:
        """Among roles an entry that allows stands above one that denies."""
        muted = role(1103, "muted")
        there = lived_in(channel(2003, "quiet", deny(1103, "view_channel")))
        there = replace(there, roles=(*there.roles, muted))
        journey = journey_to(KEPT, there, options=ARCHIVE)
        assert seen_by(there, "quiet", "1101")
        assert not seen_by(there, "quiet", "1101", "1103")
        assert not seen_by(journey.end, "quiet", "1101", "1103")
        assert seen_by(journey.end, "old", "1101", "1103")

    def test_a_channel_that_is_not_named_is_moved_and_closed_to_all_but_staff(self) -> None:
        journey = journey_to(KEPT, lived_in(), options=ARCHIVE)
        assert ids(journey.plan) == ["create_channel:~archive", "edit_channel:2002"]
        assert step_of(journey.plan, "edit_channel:2002").title == "Archive the text channel “old”"
        archive, old = found(journey.end, "Archive"), found(journey.end, "old")
        assert old.parent_id == archive.id
        assert old.overwrites == archive.overwrites == (CLOSED, allow(1101, "view_channel"))
        assert (seen_by(journey.end, "old", "1101"), seen_by(journey.end, "old", "1102")) == (True, False)
        assert seen_by(journey.end, "kept")

    def test_nothing_is_deleted_and_nothing_needs_to_be_confirmed(self) -> None:
        plan = plan_for(KEPT, lived_in(), options=replace(ARCHIVE, max_deletes=0))
        assert plan.blockers == ()
        assert [n.action for n in plan.tree[-1].children] == ["archive"]

    def test_planning_again_on_the_guild_alone_leaves_nothing_to_do(self) -> None:
        end = journey_to(KEPT, lived_in(), options=ARCHIVE).end
        assert plan_for(KEPT, end, options=ARCHIVE).is_empty

    def test_an_archive_that_people_have_opened_to_others_stays_as_they_set_it(self) -> None:
        end = journey_to(KEPT, lived_in(), options=ARCHIVE).end
        shut = replace(found(end, "Archive"), overwrites=(CLOSED, allow(1102, "view_channel")))
        there = replace(end, channels=tuple(shut if c.id == shut.id else c for c in end.channels))
        assert plan_for(KEPT, there, options=ARCHIVE).is_empty

    def test_a_renamed_archive_is_known_by_its_binding(self) -> None:
        first = journey_to(KEPT, lived_in(), options=ARCHIVE)
        named = replace(found(first.end, "Archive"), name="Attic")
        there = replace(
            first.end,
            channels=(
                *(named if c.id == named.id else c for c in first.end.channels),
                channel(2005, "later"),
            ),
        )
        journey = journey_to(KEPT, there, first.created, options=ARCHIVE)
        assert ids(journey.plan) == ["edit_channel:2005"]
        assert found(journey.end, "later").parent_id == named.id

    def test_an_open_category_of_that_name_is_closed_with_what_is_in_it(self) -> None:
        there = lived_in(category(2010, "Archive"), channel(2011, "ancient", parent=2010))
        journey = journey_to(KEPT, there, options=ARCHIVE)
        assert ids(journey.plan) == ["edit_channel:2010", "edit_channel:2002"]
        assert not seen_by(journey.end, "ancient", "1102")
        assert found(journey.end, "old").parent_id == "2010"

    def test_a_full_archive_is_followed_by_another_one(self) -> None:
        full = [channel(3000 + n, f"o{n}", CLOSED, parent=2010, position=n) for n in range(50)]
        journey = journey_to(KEPT, lived_in(category(2010, "Archive", CLOSED), *full), options=ARCHIVE)
        assert ids(journey.plan) == ["create_channel:~archive-2", "edit_channel:2002"]
        assert found(journey.end, "old").parent_id == found(journey.end, "Archive 2").id

    def test_an_archived_channel_that_is_named_again_comes_back(self) -> None:
        end = journey_to(KEPT, lived_in(), options=ARCHIVE).end
        said = wanted(*KEPT.channels, TextChannel(key="old", name="old", overwrites=()))
        journey = journey_to(said, end, options=ARCHIVE)
        assert ids(journey.plan) == ["edit_channel:2002"]
        assert found(journey.end, "old").parent_id is None
        assert seen_by(journey.end, "old", "1102")

    def test_the_documents_own_category_is_no_archive(self) -> None:
        said = wanted(*KEPT.channels, Category(key="a", name="Archive", overwrites=()))
        journey = journey_to(said, lived_in(), options=ARCHIVE)
        assert found(journey.end, "old").parent_id == found(journey.end, "Archive 2").id

    def test_its_name_and_staff_can_be_chosen(self) -> None:
        said = wanted(
            DocumentRole(key="keeper", name="keeper", permissions=("view_channel",)), *KEPT.channels
        )
        options = replace(ARCHIVE, archive=ArchiveOptions(name="Attic", staff=("keeper", "1102")))
        journey = journey_to(said, lived_in(), options=options)
        keeper = journey.created["keeper"]
        assert {o.id for o in found(journey.end, "Attic").overwrites if o.allow} == {keeper, "1102"}
        assert not seen_by(journey.end, "old", "1101")
        wrong = replace(options, archive=ArchiveOptions(staff=("keeper", "nobody")))
        assert [p.pointer for p in unfit(said, lived_in(), wrong)] == ["/archive/staff/1"]

    def test_a_bot_that_is_no_administrator_gets_into_its_archive(self) -> None:
        hands = ("view_channel", "manage_channels", "manage_roles")
        bits = sum(1 << place for place in (10, 4, 28))
        there = lived_in()
        armed = tuple(replace(r, permissions=bits) if r.id == BOT_ROLE else r for r in there.roles)
        bot = replace(POWERS, permissions=bits)
        journey = journey_to(KEPT, replace(there, roles=armed), options=ARCHIVE, powers=bot)
        assert allow(BOT_ROLE, hands[0]) in found(journey.end, "Archive").overwrites


class TestWhoSees:
    def test_staff_who_could_not_see_a_channel_do_not_see_it_in_the_archive(self) -> None:
        there = lived_in(channel(2003, "owners", CLOSED, allow(1102, "view_channel")))
        end = journey_to(KEPT, there, options=ARCHIVE).end
        assert not seen_by(end, "owners", "1101")
        assert seen_by(end, "old", "1101")

    def test_a_member_who_was_kept_out_stays_out(self) -> None:
        there = lived_in(channel(2003, "plans", deny(MEMBER, "view_channel")))
        end = journey_to(KEPT, there, options=ARCHIVE).end
        assert not seen_by(end, "plans", "1101", member=MEMBER)

    def test_nobody_sees_at_any_moment_what_they_did_not_see_before(self) -> None:
        """Of random guilds, with any one role: an archived channel opens to nobody."""
        archived = 0
        for number in range(sized(small=75, soak=5_000)):
            choose = Thrown(SEED * 19_000_013 + number)
            present, (document, bindings) = snapshot(choose), wish(choose)
            bot = powers(present)
            options = answered(document, present, bindings, bot, options=ARCHIVE, choose=choose)
            plan = plan_for(document, present, bindings, options=options, powers=bot)
            if plan.blockers:
                continue
            journey = Journey(plan, present, bot)
            assert list(journey.doors(together=2)) == []
            assert journey.second_plan(document, bindings, bot, options).steps == ()
            put_away = {step.channel_id for step in plan.steps if step.title.startswith("Archive ")}  # pyright: ignore[reportAttributeAccessIssue] - only edits of channels have such a title
            archived += bool(put_away)
            assert not opened(journey, put_away)
        assert archived > sized(small=10, soak=700)


class TestKeeping:
    def test_categories_and_roles_stay_with_a_note(self) -> None:
        there = lived_in(category(2010, "Lounge"), channel(2011, "talk", parent=2010))
        plan = journey_to(KEPT, there, options=ARCHIVE).plan
        assert [n.code for n in plan.warnings] == ["roles_kept", "categories_kept"]
        assert "“mod”" in plan.warnings[0].message
        assert "Lounge" in plan.warnings[1].message

    def test_what_community_needs_is_not_put_away(self) -> None:
        settings = GuildSettings(
            name="Guild", rules_channel_id="2002", updates_channel_id="2002", verification_level="low",
            content_filter="all_members",
        )  # fmt: skip
        there = replace(lived_in(), settings=settings, features=frozenset({"COMMUNITY"}))
        plan = plan_for(KEPT, there, options=ARCHIVE)
        assert plan.is_empty
        assert "channel_kept" in [n.code for n in plan.warnings]

    def test_each_kind_is_decided_by_itself(self) -> None:
        options = PlanOptions(
            mode="exact", confirm_destructive=True, extras=Extras(channels="keep", roles="delete")
        )
        assert sorted(ids(journey_to(KEPT, lived_in(), options=options).plan)) == [
            "delete_role:1101",
            "delete_role:1102",
        ]
        options = replace(options, extras=Extras(channels="delete"))
        assert ids(journey_to(KEPT, lived_in(), options=options).plan) == ["delete_channel:2002"]

    def test_nothing_is_put_away_by_a_plan_about_something_else(self) -> None:
        options = replace(ARCHIVE, only=Only(kinds=("roles",)))
        assert plan_for(KEPT, lived_in(), options=options).is_empty


def test_a_stopped_archiving_is_finished_by_the_next_plan() -> None:
    there = lived_in(channel(2003, "older"), channel(2004, "owners", CLOSED))
    plan = plan_for(KEPT, there, options=ARCHIVE)
    whole = Journey(plan, there, POWERS)
    for stop in range(1, len(plan.steps)):
        half = Journey(plan, there, POWERS, stop=stop)
        rest = journey_to(KEPT, half.end, half.created, options=ARCHIVE)
        assert len(half.plan.steps[:stop]) + len(rest.plan.steps) == len(plan.steps)
        assert {c.name: c.overwrites for c in rest.end.channels} == {
            c.name: c.overwrites for c in whole.end.channels
        }
