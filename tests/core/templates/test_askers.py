"""Law 8: what stands against a plan because of who asks for it."""

from msgspec.structs import replace

from core.discord.resources import Onboarding
from core.discord.types import BotPowers, GuildSettings, Snapshot
from core.templates.checks.askers import bounded, powers_of, unbound
from core.templates.documents.channels import Category, TextChannel
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.roles import DocumentRole
from core.templates.plan import OrderRoles, PlanOptions
from core.templates.resources.nodes import DocumentWebhook
from core.templates.resources.welcome import DocumentOnboarding, DocumentOption, DocumentPrompt
from tests.builders.answers import answered
from tests.builders.guilds import Thrown, powers, snapshot, wish
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
    plan_for,
    role,
    wanted,
)
from tests.fixtures.size import SEED, sized

ADA = "77"
OWNER = "1"


def held_by(there: Snapshot, *roles: int) -> BotPowers:
    found = powers_of(there, ADA, [str(each) for each in roles])
    assert found is not None
    return found


def against(said: Document, there: Snapshot, *roles: int, options: PlanOptions | None = None) -> list[str]:
    plan = plan_for(said, there, options=options or PlanOptions())
    assert plan.blockers == ()
    found = bounded(plan, there, "Ada", held_by(there, *roles)).blockers
    assert all(n.message.startswith("Ada ") for n in found)
    return [n.code for n in found]


class TestPermissions:
    def test_each_step_needs_of_its_asker_what_it_needs_of_anybody(self) -> None:
        there = guild(
            role(1101, "a", "manage_channels"), role(1102, "b", "manage_roles", "manage_guild", position=2)
        )
        room, hat = TextChannel(key="c", name="c"), DocumentRole(key="r", name="r")
        assert against(wanted(room), there, 1101) == []
        assert against(wanted(room), there, 1102) == ["asker_lacks_permission"]
        assert against(wanted(hat), there, 1102) == []
        assert against(wanted(hat), there, 1101) == ["asker_lacks_permission"]
        assert against(wanted(guild=DocumentGuild(name="New")), there, 1101) == ["asker_lacks_permission"]
        assert against(wanted(guild=DocumentGuild(name="New")), there, 1102) == []

    def test_nobody_gives_what_they_do_not_have(self) -> None:
        there = guild(role(1101, "a", "manage_roles", "speak"))
        assert against(wanted(DocumentRole(key="r", name="r", permissions=("speak",))), there, 1101) == []
        banning = wanted(DocumentRole(key="r", name="r", permissions=("ban_members",)))
        assert against(banning, there, 1101) == ["asker_cannot_grant"]

    def test_nothing_to_do_stands_against_nobody(self) -> None:
        there = guild(channel(2001, "c"), role(1101, "boss", position=8))
        said = wanted(DocumentRole(key="boss", name="boss"), TextChannel(key="c", name="c"))
        assert against(said, there) == []


class TestHierarchy:
    def test_only_roles_below_their_own_can_be_edited_or_deleted(self) -> None:
        there = guild(
            role(1101, "own", "manage_roles", position=3),
            role(1102, "low", position=2),
            role(1103, "high", position=4),
        )
        for name in ("own", "high"):
            said = wanted(DocumentRole(key="r", name=name, hoist=True))
            assert against(said, there, 1101) == ["asker_role_too_low"]
        assert against(wanted(DocumentRole(key="r", name="low", hoist=True)), there, 1101) == []
        kept = wanted(DocumentRole(key="s", name="own"), DocumentRole(key="r", name="low"))
        assert against(kept, there, 1101, options=EXACT) == ["asker_role_too_low"]

    def test_an_administrator_is_bound_by_it_and_the_servers_owner_is_not(self) -> None:
        there = guild(role(1101, "admin", "administrator", position=3), role(1102, "high", position=4))
        said = wanted(DocumentRole(key="r", name="high", hoist=True))
        assert against(said, there, 1101) == ["asker_role_too_low"]
        assert powers_of(there, OWNER, []) is None
        plan = plan_for(said, there)
        assert bounded(plan, there, "Owner", None).blockers == ()

    def test_roles_may_be_ordered_below_their_own_and_not_past_it(self) -> None:
        there = guild(
            role(1101, "own", "manage_roles", position=4), role(1102, "a", position=3), role(1103, "b", position=2),
            role(1104, "boss", position=5),
        )  # fmt: skip

        def order(*names: str) -> Document:
            return wanted(*(DocumentRole(key=name, name=name) for name in names))

        assert against(order("boss", "own", "b", "a"), there, 1101) == []
        assert against(order("boss", "b", "own", "a"), there, 1101) == ["asker_role_too_low"]
        assert against(order("own", "boss", "a", "b"), there, 1101) == ["asker_role_too_low"]


class TestChannels:
    def test_a_channel_that_they_cannot_see_is_out_of_reach(self) -> None:
        there = guild(
            role(1101, "a", "manage_channels", "view_channel"), channel(2001, "c", deny(1101, "view_channel"))
        )
        assert against(wanted(TextChannel(key="c", name="c", topic="t")), there, 1101) == [
            "asker_out_of_reach"
        ]

    def test_overwrites_have_only_what_they_have_in_the_server_or_in_the_category(self) -> None:
        there = guild(
            role(1101, "a", "manage_channels", "manage_roles", "view_channel"), channel(2001, "c"),
            category(2002, "K", allow(1101, "speak")), channel(2003, "d", parent=2002),
        )  # fmt: skip
        shut = for_role("everyone", deny=["speak"])
        said = wanted(TextChannel(key="c", name="c", overwrites=(shut,)))
        assert against(said, there, 1101) == ["asker_cannot_grant"]
        own = for_role("a", allow=["speak"])
        role_a, child = DocumentRole(key="a", name="a"), TextChannel(key="d", name="d", overwrites=(shut,))
        inside = Category(key="k", name="K", overwrites=(own,), channels=(child,))
        assert against(wanted(role_a, inside), there, 1101) == []
        itself = Category(key="k", name="K", overwrites=(shut, own))
        assert against(wanted(role_a, itself), there, 1101) == ["asker_cannot_grant"]

    def test_manage_roles_in_an_overwrite_needs_an_administrator(self) -> None:
        there = guild(
            role(1101, "a", "manage_channels", "manage_roles", "view_channel"), role(1102, "admin", "administrator"),
            channel(2001, "c"),
        )  # fmt: skip
        said = wanted(
            TextChannel(key="c", name="c", overwrites=(for_role("everyone", deny=["manage_roles"]),))
        )
        assert against(said, there, 1101) == ["asker_cannot_grant"]
        assert against(said, there, 1102) == []


class TestResources:
    def test_a_webhook_is_made_only_in_a_channel_that_its_asker_sees(self) -> None:
        there = guild(
            role(1101, "a", "manage_webhooks", "view_channel"),
            channel(2001, "open"),
            channel(2002, "shut", deny(GUILD, "view_channel"), deny(1101, "view_channel")),
            features=["COMMUNITY"],
        )
        there = replace(there, webhooks=())
        for name, found in (("open", []), ("shut", ["asker_out_of_reach"])):
            said = replace(
                wanted(TextChannel(key="c", name=name)),
                webhooks=(DocumentWebhook(key="w", name="News", channel="c"),),
            )
            assert against(said, there, 1101) == found

    def test_newcomers_are_offered_only_roles_below_that_of_the_asker(self) -> None:
        there = guild(
            role(1101, "a", "manage_roles", "manage_guild", position=2),
            role(1102, "low", position=1),
            role(1103, "high", position=3),
            channel(2001, "c"),
            features=["COMMUNITY"],
            settings=GuildSettings(
                name="Guild",
                rules_channel_id="2001",
                updates_channel_id="2001",
                verification_level="low",
                content_filter="all_members",
            ),
        )
        there = replace(there, onboarding=Onboarding())
        for name, found in (("low", []), ("high", ["asker_role_too_low"])):
            option = DocumentOption(title="Me", roles=("r",))
            prompt = DocumentPrompt(title="Who?", options=(option,))
            said = replace(
                wanted(DocumentRole(key="r", name=name), TextChannel(key="c", name="c")),
                onboarding=DocumentOnboarding(prompts=(prompt,)),
            )
            assert against(said, there, 1101) == found


def test_what_stands_against_one_asker_does_not_stand_against_the_next() -> None:
    there = guild(role(1101, "admin", "administrator"))
    plan = bounded(plan_for(wanted(TextChannel(key="c", name="c")), there), there, "Ada", held_by(there))
    assert [n.code for n in plan.blockers] == ["asker_lacks_permission"]
    assert bounded(plan, there, "Bob", held_by(there, 1101)).blockers == unbound(plan).blockers == ()


def test_a_plan_that_stands_against_nobody_could_have_been_done_by_the_asker_alone() -> None:
    """With the asker's hands in the bot's place Discord refuses nothing, whatever roles they have."""
    done = refused = 0
    bits = sum(1 << place for place in (4, 5, 10, 11, 17, 20, 21, 28))
    for number in range(sized(small=125, soak=8_000)):
        choose = Thrown(SEED * 29_000_011 + number)
        present, (document, bindings) = snapshot(choose), wish(choose)
        bot, mode = powers(present), EXACT if number % 2 else PlanOptions()
        options = answered(document, present, bindings, bot, options=mode, choose=choose)
        held = [r.id for r in present.roles if r.id not in (GUILD, "1900") and choose.below(2)]
        armed = replace(
            present, roles=tuple(replace(r, permissions=bits) if r.id in held else r for r in present.roles)
        )
        plan = plan_for(document, armed, bindings, options=options, powers=bot)
        asker = powers_of(armed, ADA, held)
        assert asker is not None
        if plan.blockers or not plan.steps or any(isinstance(step, OrderRoles) for step in plan.steps):
            continue  # an order call names every role that the bot can move, also where it stays
        if bounded(plan, armed, "Ada", asker).blockers:
            refused += 1
            continue
        done += 1
        Journey(plan, armed, asker)
    assert done > sized(small=2, soak=150)
    assert refused > sized(small=10, soak=700)
