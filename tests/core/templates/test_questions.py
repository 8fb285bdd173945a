"""Where several could be meant the plan asks, and does nothing about them before it is answered."""

import pytest
from msgspec.structs import replace

from core.discord.types import Snapshot
from core.templates.capture import document_of
from core.templates.documents.channels import Category, TextChannel, VoiceChannel
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.roles import DocumentRole
from core.templates.matching.unfit import unfit
from core.templates.plan import NEW, Plan, PlanOptions
from tests.builders.answers import answered
from tests.builders.guilds import Thrown, powers, snapshot, wish
from tests.builders.scenes import (
    EXACT,
    GUILD,
    POWERS,
    category,
    channel,
    deny,
    for_role,
    guild,
    ids,
    journey_to,
    plan_for,
    role,
    wanted,
)
from tests.fixtures.size import SEED, sized


def text(key: str, name: str = "chat") -> TextChannel:
    return TextChannel(key=key, name=name)


def mapped(**said: str) -> PlanOptions:
    return PlanOptions(mappings=said)


def asked(plan: Plan) -> list[tuple[tuple[str, ...], list[str]]]:
    return [(q.nodes, [c.id for c in q.candidates]) for q in plan.questions]


def two_chats() -> Snapshot:
    return guild(channel(2001, "chat", position=1), channel(2002, "chat"))


class TestAsking:
    def test_two_objects_for_one_node_are_a_question_and_nothing_else(self) -> None:
        plan = plan_for(wanted(text("one")), two_chats())
        assert asked(plan) == [(("one",), ["2002", "2001"])]
        assert [(n.code, n.node) for n in plan.blockers] == [("ambiguous", "one")]
        assert plan.steps == ()
        assert plan.matched == {}

    def test_two_nodes_for_one_object_are_a_question(self) -> None:
        plan = plan_for(wanted(text("one"), text("two"), text("other", "talk")), guild(channel(2001, "chat")))
        assert asked(plan) == [(("one", "two"), ["2001"])]
        assert ids(plan) == ["create_channel:other"]

    def test_as_many_nodes_as_objects_are_no_guess_either(self) -> None:
        plan = plan_for(wanted(text("one"), text("two")), two_chats())
        assert asked(plan) == [(("one", "two"), ["2002", "2001"])]

    def test_roles_of_one_name_are_asked_about(self) -> None:
        there = guild(role(1101, "vip"), role(1102, "vip", position=2))
        plan = plan_for(wanted(DocumentRole(key="vip", name="vip")), there)
        assert asked(plan) == [(("vip",), ["1102", "1101"])]
        assert [c.place for c in plan.questions[0].candidates] == ["2 from the top", "3 from the top"]

    def test_a_candidate_is_told_by_its_place(self) -> None:
        there = guild(
            category(2000, "Staff"), channel(2001, "x"), channel(2002, "chat", position=1),
            channel(2003, "chat", parent=2000),
        )  # fmt: skip
        plan = plan_for(wanted(Category(key="new", name="New", channels=(text("one"),))), there)
        places = {c.id: (c.name, c.place) for c in plan.questions[0].candidates}
        assert places == {
            "2002": ("chat", "2 from the top in no category"),
            "2003": ("chat", "1 from the top in “Staff”"),
        }

    def test_children_of_a_category_in_question_wait_for_its_answer(self) -> None:
        there = guild(
            category(2000, "K"), category(2010, "K", position=1), channel(2001, "chat", parent=2010)
        )
        said = wanted(Category(key="k", name="K", channels=(text("one"), text("new", "new"))))
        plan = plan_for(said, there)
        assert asked(plan) == [(("k",), ["2000", "2010"])]
        assert plan.steps == ()
        assert journey_to(said, there, options=mapped(k="2010")).plan.matched == {"k": "2010", "one": "2001"}

    def test_what_could_be_meant_is_not_deleted(self) -> None:
        there = guild(channel(2001, "chat"), channel(2002, "chat"), role(1101, "old"))
        plan = plan_for(wanted(text("one")), there, options=EXACT)
        assert ids(plan) == ["delete_role:1101"]

    def test_settings_and_overwrites_that_name_what_is_in_question_stay_as_they_are(self) -> None:
        there = guild(
            channel(2001, "chat"), channel(2002, "chat"), channel(2003, "talk", deny(GUILD, "speak")),
            role(1101, "vip"), role(1102, "vip"),
        )  # fmt: skip
        there = replace(there, settings=replace(there.settings, system_channel_id="2001"))
        said = wanted(
            DocumentRole(key="vip", name="vip"),
            text("one"),
            TextChannel(key="talk", name="talk", overwrites=(for_role("vip", deny=["speak"]),)),
            guild=DocumentGuild(system_channel="one"),
        )
        assert plan_for(said, there).steps == ()


class TestNotAsking:
    def test_a_unique_match_in_the_right_category_is_no_question(self) -> None:
        there = guild(category(2000, "K"), channel(2001, "chat"), channel(2002, "chat", parent=2000))
        said = wanted(Category(key="k", name="K", channels=(text("one"),)))
        assert plan_for(said, there).matched == {"k": "2000", "one": "2002"}

    def test_the_type_tells_two_of_one_name_apart(self) -> None:
        there = guild(channel(2001, "chat"), channel(2002, "chat", kind="voice"))
        said = wanted(text("one"), VoiceChannel(key="two", name="chat"))
        assert plan_for(said, there).matched == {"one": "2001", "two": "2002"}

    def test_one_that_is_left_over_when_the_other_is_known_is_no_question(self) -> None:
        said = wanted(text("one"), text("two"))
        assert plan_for(said, two_chats(), {"one": "2001"}).matched == {"one": "2001", "two": "2002"}
        assert plan_for(said, two_chats(), options=mapped(two="2001")).matched == {
            "two": "2001",
            "one": "2002",
        }

    def test_duplicates_onto_an_empty_guild_ask_nothing_and_their_bindings_answer_later(self) -> None:
        said = wanted(
            DocumentRole(key="v1", name="vip"), DocumentRole(key="v2", name="vip"),
            Category(key="k1", name="K", channels=(text("a"), text("b"))),
            Category(key="k2", name="K", channels=(text("c"),)),
        )  # fmt: skip
        journey = journey_to(said, guild())
        assert len(journey.created) == 7
        assert plan_for(said, journey.end).questions
        assert plan_for(said, journey.end, journey.created).questions == ()

    def test_a_captured_guild_is_planned_on_itself_without_a_question(self) -> None:
        for number in range(sized(small=100, soak=2_000)):
            there = snapshot(Thrown(SEED * 11_000_003 + number))
            captured = document_of(there)
            plan = plan_for(captured.document, there, captured.bindings, powers=powers(there))
            assert plan.questions == ()
            assert plan.is_empty


class TestAnswering:
    def test_an_id_says_which_it_is(self) -> None:
        said = wanted(TextChannel(key="one", name="chat", topic="t"))
        journey = journey_to(said, two_chats(), options=mapped(one="2001"))
        assert ids(journey.plan) == ["edit_channel:2001"]

    def test_new_says_that_it_is_none_of_them(self) -> None:
        journey = journey_to(wanted(text("one")), two_chats(), options=mapped(one=NEW))
        assert ids(journey.plan) == ["create_channel:one"]

    def test_an_answer_outdoes_a_binding_and_new_does_not(self) -> None:
        said, there = wanted(text("one")), two_chats()
        assert plan_for(said, there, {"one": "2001"}, options=mapped(one="2002")).matched == {"one": "2002"}
        assert plan_for(said, there, {"one": "2001"}, options=mapped(one=NEW)).matched == {"one": "2001"}

    def test_an_answer_may_name_what_nobody_would_have_guessed(self) -> None:
        journey = journey_to(wanted(text("one")), guild(channel(2001, "talk")), options=mapped(one="2001"))
        assert ids(journey.plan) == ["edit_channel:2001"]

    @pytest.mark.parametrize(
        ("said", "code", "pointer"),
        [
            ({"none": "2001"}, "unknown_key", "/mappings/none"),
            ({"one": "2999"}, "unknown_id", "/mappings/one"),
            ({"one": "1101"}, "unknown_id", "/mappings/one"),
            ({"vip": GUILD}, "unknown_id", "/mappings/vip"),
            ({"one": "2003"}, "does_not_fit", "/mappings/one"),
            ({"vip": "1102"}, "does_not_fit", "/mappings/vip"),
            ({"one": "2001", "two": "2001"}, "taken_twice", "/mappings/two"),
        ],
    )
    def test_an_answer_that_cannot_be_is_refused_and_stands_against_the_plan(
        self, said: dict[str, str], code: str, pointer: str
    ) -> None:
        there = guild(
            channel(2001, "chat"), channel(2003, "chat", kind="voice"), role(1101, "vip"),
            role(1102, "Music", managed=True),
        )  # fmt: skip
        document = wanted(DocumentRole(key="vip", name="vip"), text("one"), text("two", "talk"))
        assert [(p.code, p.pointer) for p in unfit(document, there, PlanOptions(mappings=said))] == [
            (code, pointer)
        ]
        plan = plan_for(document, there, options=PlanOptions(mappings=said))
        assert [(n.code, n.node) for n in plan.blockers] == [("option", pointer.removeprefix("/mappings/"))]

    def test_every_answer_leads_to_a_plan_that_asks_nothing_more(self) -> None:
        questions = 0
        for number in range(sized(small=200, soak=5_000)):
            choose = Thrown(SEED * 13_000_027 + number)
            there, (document, bindings) = snapshot(choose), wish(choose)
            bot = powers(there)
            options = answered(document, there, bindings, bot, options=EXACT, choose=choose)
            questions += bool(options.mappings)
            plan = plan_for(document, there, bindings, options=options, powers=bot)
            assert plan.questions == ()
            assert not {"ambiguous", "option"} & {n.code for n in plan.blockers}
            for key, said in options.mappings.items():
                assert plan.matched.get(key) == (None if said == NEW else said)
        assert questions > sized(small=20, soak=500)


def test_a_plan_does_not_depend_on_where_an_answer_stands_among_others() -> None:
    said, there = wanted(text("one"), text("two")), two_chats()
    first, second = (
        plan_for(said, there, options=PlanOptions(mappings=mappings), powers=POWERS)
        for mappings in ({"one": "2001", "two": NEW}, {"two": NEW, "one": "2001"})
    )
    assert first.hash == second.hash
