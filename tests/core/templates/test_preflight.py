"""What stands against a plan, and that nothing else does."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from core.discord.permissions import bits_of
from core.discord.types import BotPowers, GuildSettings, Overwrite, Role, Snapshot
from core.templates.documents.channels import (
    AnnouncementChannel,
    Category,
    DocumentTag,
    ForumChannel,
    StageChannel,
    TextChannel,
    VoiceChannel,
)
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.roles import DocumentRole
from core.templates.plan import Plan, PlanOptions
from core.templates.resources.nodes import DocumentWebhook
from tests.builders.answers import answered
from tests.builders.guilds import BITS, BOT_ROLE, Thrown, powers, snapshot, wish
from tests.builders.journeys import Journey
from tests.builders.scenes import (
    BOT,
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
    wanted,
)
from tests.fixtures.size import SEED, sized

COMMUNITY = GuildSettings(
    name="Guild",
    rules_channel_id="2001",
    updates_channel_id="2001",
    verification_level="low",
    content_filter="all_members",
)
HANDS = ("view_channel", "manage_channels", "manage_roles", "manage_guild")


def codes(plan: Plan) -> list[str]:
    return [notice.code for notice in plan.blockers]


def bot_with(*permissions: str) -> BotPowers:
    return BotPowers(
        user_id=BOT, permissions=int(bits_of(permissions)), top_role_id=BOT_ROLE, role_ids=(BOT_ROLE,)
    )


def with_bot(there: Snapshot, *permissions: str) -> Snapshot:
    """The bot's role has these instead of administrator."""
    bits = int(bits_of(permissions))
    return replace(
        there, roles=tuple(replace(r, permissions=bits) if r.id == BOT_ROLE else r for r in there.roles)
    )


def plan_by(said: Document, there: Snapshot, *permissions: str) -> Plan:
    return plan_for(said, with_bot(there, *permissions), powers=bot_with(*permissions))


class TestDestruction:
    def test_destructive_without_confirmation_is_a_blocker(self) -> None:
        there = guild(role(1101, "mod"), channel(2001, "a"), channel(2002, "b"))
        plan = plan_for(wanted(), there, options=replace(EXACT, confirm_destructive=False))
        assert codes(plan) == ["destructive"]
        assert "2 channels and 1 role" in plan.blockers[0].message
        assert len(plan.steps) == 3

    def test_confirmed_it_is_none(self) -> None:
        assert codes(plan_for(wanted(), guild(channel(2001, "a")), options=EXACT)) == []

    def test_more_deletes_than_allowed_are_a_blocker(self) -> None:
        there = guild(channel(2001, "a"), channel(2002, "b"))
        options = replace(EXACT, max_deletes=1)
        assert codes(plan_for(wanted(), there, options=options)) == ["too_many_deletes"]

    def test_nothing_to_delete_needs_no_confirmation(self) -> None:
        assert codes(plan_for(wanted(), guild(), options=PlanOptions(mode="exact"))) == []


class TestHierarchy:
    def test_a_role_above_the_bots_cannot_be_edited(self) -> None:
        there = guild(role(1101, "boss", position=20))
        plan = plan_for(wanted(DocumentRole(key="boss", name="boss", hoist=True)), there)
        assert codes(plan) == ["bot_role_too_low"]
        assert "drag the bot's role above “boss”" in plan.blockers[0].message
        assert plan.blockers[0].node == "boss"

    def test_a_role_above_the_bots_that_stays_as_it_is_stands_against_nothing(self) -> None:
        there = guild(role(1101, "boss", position=20))
        assert codes(plan_for(wanted(DocumentRole(key="boss", name="boss")), there)) == []

    def test_everyone_can_be_edited_though_its_id_is_the_oldest(self) -> None:
        assert codes(plan_for(wanted(everyone=["speak"]), guild())) == []

    def test_an_integrations_role_keeps_its_name_and_looks(self) -> None:
        there = guild(role(1101, "Music", managed=True))
        said = DocumentRole(key="m", name="Music", managed=True, hoist=True)
        assert codes(plan_for(wanted(said), there)) == ["managed_role"]
        said = DocumentRole(key="m", name="Music", managed=True, permissions=("speak",))
        assert codes(plan_for(wanted(said), there)) == []


class TestPowers:
    @pytest.mark.parametrize(
        ("said", "missing"),
        [
            (wanted(DocumentRole(key="r", name="r")), "manage_roles"),
            (wanted(TextChannel(key="c", name="c")), "manage_channels"),
            (wanted(guild=DocumentGuild(name="New")), "manage_guild"),
        ],
    )
    def test_every_step_needs_its_permission(self, said: Document, missing: str) -> None:
        assert codes(plan_by(said, guild(), *HANDS)) == []
        plan = plan_by(said, guild(), *(hand for hand in HANDS if hand != missing))
        assert codes(plan) == ["bot_lacks_permission"]
        assert missing in plan.blockers[0].message

    def test_community_needs_an_administrator(self) -> None:
        there = guild(channel(2001, "a"), settings=COMMUNITY)
        said = wanted(TextChannel(key="a", name="a"), guild=DocumentGuild(community=True))
        assert codes(plan_by(said, there, *HANDS)) == ["bot_lacks_permission"]

    def test_the_bot_cannot_give_what_it_does_not_have(self) -> None:
        said = wanted(DocumentRole(key="r", name="r", permissions=("ban_members",)))
        plan = plan_by(said, guild(), *HANDS)
        assert codes(plan) == ["cannot_grant"]
        assert "ban_members" in plan.blockers[0].message

    def test_taking_away_what_the_bot_does_not_have_is_possible(self) -> None:
        said = wanted(DocumentRole(key="r", name="r", permissions=()))
        assert codes(plan_by(said, guild(role(1101, "r", "ban_members")), *HANDS)) == []

    def test_overwrites_have_only_what_the_bot_has(self) -> None:
        said = wanted(TextChannel(key="c", name="c", overwrites=(for_role("everyone", deny=["speak"]),)))
        assert codes(plan_by(said, guild(), *HANDS)) == ["cannot_grant"]
        assert codes(plan_by(said, guild(), *HANDS, "speak")) == []

    def test_manage_roles_in_an_overwrite_needs_an_administrator(self) -> None:
        said = wanted(
            TextChannel(key="c", name="c", overwrites=(for_role("everyone", deny=["manage_roles"]),))
        )
        plan = plan_by(said, guild(), *HANDS)
        assert codes(plan) == ["cannot_grant"]
        assert "administrator" in plan.blockers[0].message
        assert codes(plan_for(said, guild())) == []

    def test_a_channel_that_the_bot_cannot_see_is_out_of_its_reach(self) -> None:
        there = guild(channel(2001, "c", deny(GUILD, "view_channel")))
        said = wanted(TextChannel(key="c", name="c", topic="t"))
        assert codes(plan_by(said, there, *HANDS)) == ["channel_out_of_reach"]
        let_in = guild(channel(2001, "c", deny(GUILD, "view_channel"), allow(BOT_ROLE, "view_channel")))
        assert codes(plan_by(said, let_in, *HANDS)) == []


class TestLimits:
    def test_creates_come_before_deletes_so_both_must_fit(self) -> None:
        there = guild(*(channel(3000 + n, f"old-{n}") for n in range(490)))
        said = wanted(*(TextChannel(key=f"n{n}", name=f"new {n}") for n in range(11)))
        plan = plan_for(said, there, options=EXACT)
        assert codes(plan) == ["too_many"]
        assert "501 channels" in plan.blockers[0].message
        assert plan.blockers[0].node == "n10"

    def test_a_server_has_at_most_250_roles(self) -> None:
        there = guild(*(role(3000 + n, f"old {n}") for n in range(247)))
        fits = wanted(DocumentRole(key="a", name="a"))
        assert codes(plan_for(fits, there)) == []
        plan = plan_for(wanted(*fits.roles, DocumentRole(key="b", name="b")), there)
        assert [(n.code, n.node) for n in plan.blockers] == [("too_many", "b")]

    def test_a_category_has_at_most_50_channels_at_any_moment(self) -> None:
        there = guild(category(2000, "K"), *(channel(3000 + n, f"old-{n}", parent=2000) for n in range(50)))
        said = wanted(Category(key="k", name="K", channels=(TextChannel(key="n", name="new"),)))
        plan = plan_for(said, there, options=EXACT)
        assert [(n.code, n.node) for n in plan.blockers] == [("too_many", "n")]

    def test_channels_leave_a_full_category_before_others_come_in(self) -> None:
        there = guild(
            category(2000, "K"),
            category(2010, "L", position=1),
            *(channel(3000 + n, f"in-{n}", parent=2000, position=n) for n in range(50)),
            channel(2500, "comes", parent=2010),
        )
        kept = tuple(TextChannel(key=f"in-{n}", name=f"in-{n}") for n in range(49))
        said = wanted(
            Category(key="k", name="K", channels=(TextChannel(key="comes", name="comes"), *kept)),
            Category(key="l", name="L", channels=(TextChannel(key="in-49", name="in-49"),)),
        )
        plan = plan_for(said, there)
        assert codes(plan) == []
        Journey(plan, there, powers(there))

    def test_no_call_takes_more_than_100_overwrites(self) -> None:
        """Entries of permissions that have no name stay, and count."""
        unnamed = tuple(Overwrite("member", str(5000 + n), 1 << 60, 0) for n in range(100))
        there = guild(channel(2001, "c", *unnamed))
        shut = (for_role("everyone", deny=["speak"]),)
        plan = plan_for(wanted(TextChannel(key="c", name="c", overwrites=shut)), there)
        assert [(n.code, n.node) for n in plan.blockers] == [("too_many_overwrites", "c")]
        fewer = replace(there, channels=(replace(there.channels[0], overwrites=unnamed[1:]),))
        assert codes(plan_for(wanted(TextChannel(key="c", name="c", overwrites=shut)), fewer)) == []


class TestCommunity:
    @pytest.mark.parametrize(
        "node",
        [AnnouncementChannel(key="n", name="n"), StageChannel(key="n", name="n")],
        ids=["announcement", "stage"],
    )
    def test_what_needs_community_says_so(self, node: AnnouncementChannel | StageChannel) -> None:
        plan = plan_for(wanted(node), guild())
        assert codes(plan) == ["needs_community"]
        assert "guild.community: true" in plan.blockers[0].message
        there = guild(channel(2001, "rules"), settings=COMMUNITY, features=["COMMUNITY"])
        assert codes(plan_for(wanted(node), there)) == []

    def test_a_forum_that_takes_a_second_call_must_let_the_bot_in(self) -> None:
        hands = ("view_channel", "manage_channels", "manage_roles")
        there, bot = with_bot(guild(), *hands), bot_with(*hands)
        shut = (for_role("everyone", deny=["view_channel"]),)
        for tag, found in ((True, ["channel_out_of_reach"]), (False, [])):
            forum = ForumChannel(
                key="f", name="f", require_tag=tag, tags=(DocumentTag(name="t"),), overwrites=shut
            )
            assert codes(plan_for(wanted(forum), there, powers=bot)) == found

    def test_a_webhook_of_a_new_voice_channel_needs_the_bot_to_be_able_to_connect(self) -> None:
        hands = ("view_channel", "manage_channels", "manage_webhooks", "connect")
        for held, found in ((hands, []), (hands[:-1], ["bot_lacks_permission"])):
            there, bot = with_bot(replace(guild(), webhooks=()), *held), bot_with(*held)
            said = replace(
                wanted(VoiceChannel(key="v", name="v")),
                webhooks=(DocumentWebhook(key="w", name="News", channel="v"),),
            )
            assert codes(plan_for(said, there, powers=bot)) == found

    def test_a_channel_is_converted_in_a_community_server_only(self) -> None:
        """Left over from a time when the server was one."""
        there = guild(channel(2001, "n", kind="announcement"), channel(2002, "rules"))
        said = wanted(TextChannel(key="n", name="n"))
        plan = plan_for(said, there, {"n": "2001"})
        assert [(n.code, n.node) for n in plan.blockers] == [("no_conversion", "n")]
        assert "leave its type as it is: announcement" in plan.blockers[0].message
        assert codes(plan_for(said, replace(there, features=frozenset({"NEWS"})), {"n": "2001"})) == []

    def test_a_server_that_becomes_a_community_converts_its_channels_then(self) -> None:
        there = guild(channel(2001, "n", kind="announcement"), channel(2002, "rules"))
        settings = DocumentGuild(
            community=True,
            rules_channel="rules",
            updates_channel="rules",
            verification_level="low",
            content_filter="all_members",
        )
        said = wanted(TextChannel(key="n", name="n"), TextChannel(key="rules", name="rules"), guild=settings)
        journey = journey_to(said, there, {"n": "2001"})
        assert ids(journey.plan) == ["edit_guild:first", "edit_channel:2001"]

    def test_a_server_that_leaves_community_converts_its_channels_before(self) -> None:
        there = guild(
            channel(2001, "n", kind="announcement"),
            channel(2002, "rules"),
            settings=replace(COMMUNITY, rules_channel_id="2002", updates_channel_id="2002"),
            features=["COMMUNITY"],
        )
        said = wanted(TextChannel(key="n", name="n"), guild=DocumentGuild(community=False))
        journey = journey_to(said, there, {"n": "2001"})
        assert ids(journey.plan) == ["edit_channel:2001", "edit_guild"]

    def test_what_is_there_already_stands_against_nothing(self) -> None:
        assert (
            codes(plan_for(wanted(StageChannel(key="n", name="n")), guild(channel(2001, "n", kind="stage"))))
            == []
        )

    def test_community_needs_its_two_channels_and_protection(self) -> None:
        said = wanted(TextChannel(key="a", name="a"), guild=DocumentGuild(community=True, rules_channel="a"))
        assert codes(plan_for(said, guild())) == ["community_channels", "community_protection"]


def scenes() -> Iterable[tuple[Snapshot, Document, dict[str, str], PlanOptions]]:
    """Random pairs with a bot that is no administrator."""
    bits = sum(BITS) | int(bits_of(HANDS))
    for number in range(sized(small=250, soak=20_000)):
        choose = Thrown(SEED * 5_000_011 + number)
        present, (document, bindings) = snapshot(choose), wish(choose)
        roles = tuple(_armed(role, bits) for role in present.roles)
        silent = tuple(_silent(node) for node in document.roles)
        options = EXACT if number % 2 else PlanOptions()
        yield replace(present, roles=roles), replace(document, roles=silent), bindings, options


def _armed(any_role: Role, bits: int) -> Role:
    return replace(any_role, permissions=bits) if any_role.id == BOT_ROLE else any_role


def _silent(node: DocumentRole) -> DocumentRole:
    return DocumentRole(key=node.key, name=node.name, managed=True) if node.managed else node


def test_a_plan_without_blockers_is_refused_nothing_whatever_the_bot_may_do() -> None:
    done = 0
    for present, document, bindings, mode in scenes():
        bot = powers(present)
        options = answered(document, present, bindings, bot, options=mode)
        plan = plan_for(document, present, bindings, options=options, powers=bot)
        if not plan.blockers:
            done += 1
            assert list(Journey(plan, present, bot).doors(together=1)) == []
    assert done > sized(small=25, soak=2000)
