"""What stands against a plan is what Discord refuses: the plan is sent all the same, and the simulated Discord says no.
What does not stand against one goes through."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from core.discord.errors import CallRefused
from core.discord.permissions import bits_of
from core.discord.types import Snapshot
from core.templates.diff import diff
from core.templates.documents.channels import Category, TextChannel, VoiceChannel
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.roles import DocumentRole
from core.templates.documents.validate import problems_in
from core.templates.plan import PlanOptions
from core.templates.resources.moderation import (
    BlockInteraction,
    BlockMessage,
    DocumentAutoModRule,
    KeywordTrigger,
    ProfileTrigger,
)
from core.templates.resources.nodes import DocumentEmoji, DocumentSticker, DocumentWebhook, VoiceEvent
from core.templates.resources.welcome import DocumentOnboarding
from tests.builders.guilds import BOT_ROLE, GUILD
from tests.builders.scenes import allow, category, channel, deny, for_role, guild, role, wanted
from tests.trials.stage import Stage, Trial

HANDS = ("view_channel", "manage_channels", "manage_roles", "manage_guild")


class Sent(NamedTuple):
    """What stood against the plan, by node, and the codes of what was refused when it was sent nevertheless."""

    against: list[tuple[str, str | None]]
    refused: list[object]


FINE = Sent([], [])


async def sent(stage: Stage, trial: Trial, said: Document, bindings: dict[str, str] | None = None) -> Sent:
    plan = diff(said, await trial.read(), bindings or {}, await trial.powers(), PlanOptions())
    assert plan.steps
    if plan.blockers:
        with pytest.raises(CallRefused):
            await trial.apply(replace(plan, blockers=()))
    else:
        await trial.apply(plan)
    against = [(notice.code, notice.node) for notice in plan.blockers]
    return Sent(against, [(each.error or {}).get("code", 0) for each in stage.watch.refused])


def with_bot(there: Snapshot, permissions: Sequence[str]) -> Snapshot:
    bits = int(bits_of(permissions))
    roles = (replace(r, permissions=bits) if r.id == BOT_ROLE else r for r in there.roles)
    return replace(there, roles=tuple(roles))


class TestOverwrites:
    """Only what the bot has in the server or in the category can be allowed or denied."""

    LET = allow(GUILD, "speak")
    SAID = (for_role("everyone", allow=["speak"]), for_role("mod", deny=["speak"]))
    MOD = DocumentRole(key="mod", name="mod")

    async def test_what_the_bot_has_in_the_channel_alone_does_not_count(self, stage: Stage) -> None:
        there = guild(role(1101, "mod"), channel(2001, "c", self.LET))
        trial = await stage.make(with_bot(there, HANDS))
        said = wanted(self.MOD, TextChannel(key="c", name="c", overwrites=self.SAID))
        assert await sent(stage, trial, said) == Sent([("cannot_grant", "c")], [50013])

    async def test_what_the_bot_has_in_its_category_does(self, stage: Stage) -> None:
        there = guild(role(1101, "mod"), category(2000, "K", self.LET), channel(2001, "c", parent=2000))
        trial = await stage.make(with_bot(there, HANDS))
        node = TextChannel(key="c", name="c", overwrites=self.SAID[1:])
        assert (
            await sent(stage, trial, wanted(self.MOD, Category(key="k", name="K", channels=(node,)))) == FINE
        )


class TestRoom:
    """What is full stays full until the deletes, which come last."""

    async def test_a_server_has_a_thousand_webhooks(self, stage: Stage) -> None:
        full = [{"name": f"c{n}", "webhooks": [{"name": "News"}] * 15} for n in range(66)]
        rest = {"name": "rest", "webhooks": [{"name": "News"}] * 9}
        trial = await stage.make_from({"name": "g", "channels": [*full, rest, {"name": "new"}]})
        node = TextChannel(key="new", name="new")
        hooks = tuple(DocumentWebhook(key=f"w{n}", name=f"W{n}", channel="new") for n in range(2))
        assert await sent(stage, trial, wanted(node, webhooks=hooks[:1])) == FINE
        assert await sent(stage, trial, wanted(node, webhooks=hooks)) == Sent([("too_many", "w1")], [30058])

    @pytest.mark.parametrize(("feature", "slots"), [("MORE_EMOJI", 200), ("NEWS", 50)])
    async def test_a_feature_gives_more_emojis_and_not_endless_ones(
        self, stage: Stage, feature: str, slots: int
    ) -> None:
        """Animated ones have a count of their own: a picture that stands still finds no room where they would."""
        still = [{"name": f"still{n}"} for n in range(2 * slots - 1)]
        trial = await stage.make_from({"name": "g", "features": [feature], "emojis": still})
        emojis = tuple(self._emoji(stage, f"e{n}") for n in range(2))
        plan = await sent(stage, trial, wanted(emojis=emojis))
        assert plan == Sent([("too_many", "e1")], [30008])

    async def test_a_feature_gives_more_stickers_and_not_endless_ones(self, stage: Stage) -> None:
        spec = {
            "name": "g",
            "features": ["MORE_STICKERS"],
            "stickers": [{"name": f"s{n}"} for n in range(59)],
        }
        trial = await stage.make_from(spec)
        image = stage.album.hashes[0]
        nodes = tuple(DocumentSticker(key=f"k{n}", name=f"new{n}", image=image, tags="x") for n in range(2))
        assert await sent(stage, trial, wanted(stickers=nodes[:1])) == FINE
        assert await sent(stage, trial, wanted(stickers=nodes)) == Sent([("too_many", "k1")], [30039])

    async def test_premium_emojis_have_25_slots_of_their_own(self, stage: Stage) -> None:
        held = [{"name": f"gem{n}", "roles": ["Patron"]} for n in range(24)]
        trial = await stage.make_from(self._shop(emojis=[*held, *({"name": f"e{n}"} for n in range(49))]))
        gems = tuple(self._emoji(stage, f"new{n}", "patron") for n in range(2))
        plain = self._emoji(stage, "plain")
        assert await sent(stage, trial, wanted(self.PATRON, emojis=(plain, gems[0]))) == FINE
        assert await sent(stage, trial, wanted(self.PATRON, emojis=gems)) == Sent(
            [("too_many", "new1")], [30056]
        )

    async def test_an_emoji_is_for_roles_that_are_sold_or_for_others(self, stage: Stage) -> None:
        trial = await stage.make_from(self._shop())
        mod = DocumentRole(key="mod", name="Mod")
        mixed = self._emoji(stage, "gem", "patron", "mod")
        said = wanted(self.PATRON, mod, emojis=(mixed,))
        assert await sent(stage, trial, said) == Sent([("mixed_roles", "gem")], [50144])

    @pytest.mark.parametrize(("was", "will"), [("Mod", "patron"), ("Patron", "mod")])
    async def test_an_emoji_neither_becomes_premium_nor_ceases_to_be(
        self, stage: Stage, was: str, will: str
    ) -> None:
        trial = await stage.make_from(self._shop(emojis=[{"name": "gem", "roles": [was]}]))
        node = DocumentEmoji(key="gem", name="gem", roles=(will,))
        said = wanted(self.PATRON, DocumentRole(key="mod", name="Mod"), emojis=(node,))
        assert await sent(stage, trial, said) == Sent([("premium_emoji", "gem")], [50145])

    PATRON = DocumentRole(key="patron", name="Patron", managed=True)

    @staticmethod
    def _shop(**more: Any) -> dict[str, Any]:
        tags = {"integration_id": "77", "subscription_listing_id": "78"}
        patron = {"name": "Patron", "managed": True, "tags": tags}
        return {"name": "g", "roles": [patron, {"name": "Mod"}], **more}

    @staticmethod
    def _emoji(stage: Stage, key: str, *roles: str) -> DocumentEmoji:
        return DocumentEmoji(key=key, name=key, image=stage.album.hashes[0], roles=roles)


class TestPlaces:
    """Who writes what is in a channel needs the permission in that channel."""

    HOOKS = ("view_channel", "manage_channels", "manage_webhooks", "manage_guild")
    EVENTS = ("view_channel", "manage_channels", "create_events", "manage_events", "connect", "manage_guild")

    async def test_a_webhook_is_edited_by_who_manages_webhooks_where_it_is(self, stage: Stage) -> None:
        for shut in ((), (deny(GUILD, "manage_webhooks"),)):
            there = with_bot(guild(channel(2001, "c", *shut)), self.HOOKS)
            trial = await stage.make(there)
            await stage.edit(
                trial.guild_id, "POST", f"/channels/{trial.ids['2001']}/webhooks", {"name": "News"}
            )
            webhook = next(iter((await trial.read()).webhooks or ()))
            node = DocumentWebhook(key="w", name="Olds", channel="c")
            said = wanted(TextChannel(key="c", name="c"), webhooks=(node,))
            found = await sent(stage, trial, said, {"w": webhook.id})
            assert found == (Sent([("bot_lacks_permission", "w")], [50013]) if shut else FINE)

    async def test_an_event_is_made_by_who_may_make_events_in_its_channel(self, stage: Stage) -> None:
        for shut in ((), (deny(GUILD, "create_events"),)):
            trial = await stage.make(with_bot(guild(channel(2001, "v", *shut, kind="voice")), self.EVENTS))
            found = await sent(stage, trial, self._event("Quiz"))
            assert found == (Sent([("bot_lacks_permission", "e")], [50013]) if shut else FINE)

    async def test_an_event_is_edited_by_who_manages_events_in_its_channel(self, stage: Stage) -> None:
        trial = await stage.make(with_bot(guild(channel(2001, "v", kind="voice")), self.EVENTS))
        by_hand = {
            "name": "Quiz",
            "privacy_level": 2,
            "entity_type": 2,
            "channel_id": trial.ids["2001"],
            "scheduled_start_time": "2031-05-02T18:00:00+00:00",
        }
        await stage.edit(trial.guild_id, "POST", f"/guilds/{trial.guild_id}/scheduled-events", by_hand)
        event = next(iter((await trial.read()).scheduled_events or ()))
        assert await sent(stage, trial, self._event("Games"), {"e": event.id}) == FINE
        path = f"/channels/{trial.ids['2001']}/permissions/{trial.guild_id}"
        body = {"type": 0, "allow": "0", "deny": str(bits_of(["manage_events", "create_events"]))}
        assert await stage.edit(trial.guild_id, "PUT", path, body)
        found = await sent(stage, trial, self._event("Music"), {"e": event.id})
        assert found == Sent([("bot_lacks_permission", "e")], [50013])

    @staticmethod
    def _event(name: str) -> Document:
        event = VoiceEvent(key="e", name=name, channel="v", starts_at="2031-05-02T18:00:00Z")
        return wanted(VoiceChannel(key="v", name="v"), events=(event,))


class TestNewcomers:
    """Onboarding that is on keeps its channels open."""

    NODES = tuple(TextChannel(key=f"c{n}", name=f"c{n}") for n in range(7))

    async def test_a_default_channel_is_not_hidden_while_onboarding_is_on(self, stage: Stage) -> None:
        trial = await stage.make_from(self._community(enabled=True))
        hidden = replace(self.NODES[3], overwrites=(for_role("everyone", deny=["view_channel"]),))
        assert await sent(stage, trial, wanted(hidden)) == Sent([("onboarding_channels", "c3")], [350_003])

    async def test_nor_with_its_category(self, stage: Stage) -> None:
        spec = self._community(enabled=True)
        spec["channels"] = [{"name": "K", "type": "category"}, *spec["channels"]]
        spec["channels"][4] |= {"parent": "K", "synced": True}
        trial = await stage.make_from(spec)
        shut = (for_role("everyone", deny=["view_channel"]),)
        child = replace(self.NODES[3], overwrites="synced")
        said = wanted(Category(key="k", name="K", overwrites=shut, channels=(child,)))
        assert await sent(stage, trial, said) == Sent([("onboarding_channels", "c3")], [350_003])

    async def test_otherwise_it_is(self, stage: Stage) -> None:
        trial = await stage.make_from(self._community(enabled=False))
        hidden = replace(self.NODES[3], overwrites=(for_role("everyone", deny=["view_channel"]),))
        assert await sent(stage, trial, wanted(hidden)) == FINE

    @pytest.mark.parametrize("connect", [True, False])
    async def test_who_cannot_connect_to_a_voice_channel_cannot_write_in_it(
        self, stage: Stage, connect: bool
    ) -> None:
        """Five default channels are to be written in by everyone."""
        spec = self._community(enabled=False)
        let = [] if connect else [{"role": "@everyone", "deny": ["CONNECT"]}]
        for each in spec["channels"][:3]:
            each |= {"type": "voice", "permission_overwrites": let}
        trial = await stage.make_from(spec)
        voices = tuple(VoiceChannel(key=f"c{n}", name=f"c{n}") for n in range(3))
        nodes = (*voices, *self.NODES[3:])
        onboarding = DocumentOnboarding(enabled=True, default_channels=tuple(node.key for node in nodes))
        found = await sent(stage, trial, wanted(*nodes, onboarding=onboarding))
        assert found == (FINE if connect else Sent([("onboarding_channels", None)], [350_000]))

    @staticmethod
    def _community(*, enabled: bool) -> dict[str, Any]:
        names = [f"c{n}" for n in range(7)]
        onboarding = {"enabled": enabled, "default_channels": names}
        pointers = {"rules_channel": "c6", "public_updates_channel": "c6"}
        levels = {"verification_level": 1, "explicit_content_filter": 2}
        everyone = {"everyone_permissions": ["VIEW_CHANNEL", "SEND_MESSAGES", "CONNECT"]}
        channels = [{"name": name} for name in names]
        guild = {"name": "g", "features": ["COMMUNITY"], "channels": channels, "onboarding": onboarding}
        return guild | pointers | levels | everyone


class TestModeration:
    async def test_who_stops_members_needs_to_be_allowed_to(self, stage: Stage) -> None:
        actions = (BlockInteraction(),)
        rule = DocumentAutoModRule(
            key="r", name="Names", trigger=ProfileTrigger(keywords=("x",)), actions=actions
        )
        for more, expected in (
            ((), Sent([("bot_lacks_permission", None)], [50013])),
            (("moderate_members",), FINE),
        ):
            trial = await stage.make(with_bot(guild(), (*HANDS, *more)))
            assert await sent(stage, trial, wanted(automod=(rule,))) == expected

    @pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\1", "(", "a{1000}{1000}{1000}"])
    async def test_a_pattern_that_rust_does_not_read_is_refused(self, stage: Stage, pattern: str) -> None:
        trial = await stage.make(guild())
        rule = DocumentAutoModRule(
            key="r",
            name="Words",
            trigger=KeywordTrigger(patterns=("ok+", pattern)),
            actions=(BlockMessage(),),
        )
        said = wanted(automod=(rule,))
        assert [(p.code, p.pointer) for p in problems_in(said)] == [
            ("bad_pattern", "/automod/0/trigger/patterns/1")
        ]
        with pytest.raises(CallRefused):
            await sent(stage, trial, said)


class TestValues:
    @pytest.mark.parametrize(
        ("locale", "expected"), [("xx", Sent([("unknown_word", None)], [50035])), ("de", FINE)]
    )
    async def test_a_locale_is_one_of_discords(self, stage: Stage, locale: str, expected: Sent) -> None:
        trial = await stage.make(guild())
        assert await sent(stage, trial, wanted(guild=DocumentGuild(locale=locale))) == expected

    @pytest.mark.parametrize(
        ("region", "expected"), [("atlantis", Sent([("unknown_word", "v")], [50035])), ("japan", FINE)]
    )
    async def test_a_voice_region_is_one_of_discords(self, stage: Stage, region: str, expected: Sent) -> None:
        trial = await stage.make(guild())
        assert await sent(stage, trial, wanted(VoiceChannel(key="v", name="v", region=region))) == expected

    @pytest.mark.parametrize(
        ("colors", "refused"),
        [
            ({"color": "#000000", "secondary_color": "#ffffff"}, 670_008),
            ({"secondary_color": "#ffffff"}, 670_008),
            ({"color": "#112233", "secondary_color": "#ffffff", "tertiary_color": "#ffffff"}, 670_008),
            ({"color": "#112233", "secondary_color": "#ffffff"}, None),
            ({"color": "#a9c9ff", "secondary_color": "#ffbbec", "tertiary_color": "#ffc3a0"}, None),
        ],
    )
    async def test_colours_go_together(
        self, stage: Stage, colors: dict[str, str], refused: int | None
    ) -> None:
        trial = await stage.make_from({"name": "g", "features": ["ENHANCED_ROLE_COLORS"]})
        found = await sent(stage, trial, wanted(DocumentRole(key="r", name="r", **colors)))  # pyright: ignore[reportArgumentType]
        assert found == (Sent([("role_colors", "r")], [refused]) if refused else FINE)

    async def test_a_gradient_from_better_days_keeps_its_first_colour(self, stage: Stage) -> None:
        faded = {"name": "r", "color": 0x112233, "secondary_color": 0xFFFFFF}
        trial = await stage.make_from({"name": "g", "roles": [faded]})
        said = wanted(DocumentRole(key="r", name="r", color="#000001"))
        assert await sent(stage, trial, said) == Sent([("role_colors", "r")], [50101])

    async def test_a_server_with_the_feature_has_the_highest_bitrate(self, stage: Stage) -> None:
        for features, bitrate in ((["VIP_REGIONS"], 384_000), ([], 96_000)):
            trial = await stage.make_from({"name": "g", "features": features})
            said = wanted(VoiceChannel(key="v", name="v", bitrate=384_000))
            assert await sent(stage, trial, said) == FINE
            assert [c.bitrate for c in (await trial.read()).channels] == [bitrate]


class TestNames:
    """Discord trims names."""

    @pytest.mark.parametrize(
        ("said", "pointer"),
        [
            (wanted(guild=DocumentGuild(name=" a ")), "/guild/name"),
            (wanted(TextChannel(key="c", name=" ")), "/channels/0/name"),
            (wanted(VoiceChannel(key="v", name="\t\n")), "/channels/0/name"),
            (
                wanted(
                    TextChannel(key="c", name="c"),
                    webhooks=(DocumentWebhook(key="w", name="  ", channel="c"),),
                ),
                "/webhooks/0/name",
            ),
        ],
    )
    async def test_blanks_are_no_name(self, stage: Stage, said: Document, pointer: str) -> None:
        assert [(p.code, p.pointer) for p in problems_in(said)] == [("blank_name", pointer)]
        trial = await stage.make(guild())
        with pytest.raises(CallRefused):
            await sent(stage, trial, said)

    async def test_blanks_around_a_name_make_no_difference(self, stage: Stage) -> None:
        trial = await stage.make(guild())
        said = wanted(
            DocumentRole(key="r", name=" mod  squad "),
            TextChannel(key="c", name=" off   topic "),
            VoiceChannel(key="v", name=" a  b "),
            guild=DocumentGuild(name="  Harbour  1 "),
            webhooks=(DocumentWebhook(key="w", name=" ship   news ", channel="c"),),
        )
        assert problems_in(said) == ()
        assert await sent(stage, trial, said) == FINE
        again = diff(said, await trial.read(), {}, await trial.powers(), PlanOptions())
        assert (again.steps, again.questions) == ((), ())
