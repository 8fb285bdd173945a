"""What a plan changes, and what it leaves alone."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.discord.types import Channel, ForumTag, GuildSettings, Overwrite, Snapshot
from core.templates.capture import document_of
from core.templates.diff import diff
from core.templates.documents.channels import (
    AnnouncementChannel,
    Category,
    DocumentOverwrite,
    DocumentTag,
    ForumChannel,
    TextChannel,
    VoiceChannel,
)
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.roles import DocumentRole
from core.templates.plan import CreateChannel, Plan, PlanNode, PlanOptions, node_of
from tests.builders.answers import answered
from tests.builders.guilds import Thrown, powers, snapshot, snapshots, wish, wishes
from tests.builders.journeys import Journey, most_calls
from tests.builders.scenes import (
    EXACT,
    GUILD,
    MEMBER,
    POWERS,
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

COMMUNITY = GuildSettings(
    name="Guild",
    rules_channel_id="2001",
    updates_channel_id="2002",
    verification_level="low",
    content_filter="all_members",
)


def nodes(plan: Plan) -> dict[str, PlanNode]:
    """By id or key."""
    found: dict[str, PlanNode] = {}
    left = list(plan.tree)
    while left:
        node = left.pop()
        found[node.id or node.key or ""] = node
        left += node.children
    return found


class TestWhatIsEqual:
    def test_a_guild_that_is_as_its_document_says_needs_nothing(self) -> None:
        present = guild(
            role(1101, "mod", "send_messages"),
            category(2000, "Staff", deny(GUILD, "view_channel")),
            channel(2001, "chat", deny(GUILD, "view_channel"), parent=2000, topic="hello"),
            channel(2002, "Lobby", kind="voice", bitrate=64000),
        )
        captured = document_of(present)
        assert plan_for(captured.document, present, captured.bindings, options=EXACT).is_empty
        assert plan_for(captured.document, present, options=EXACT).is_empty

    def test_fields_left_out_make_no_difference(self) -> None:
        present = guild(channel(2001, "chat", allow(GUILD, "speak"), topic="hello", slowmode=5, nsfw=True))
        assert plan_for(wanted(TextChannel(key="chat", name="chat")), present).is_empty

    @pytest.mark.parametrize(("present", "asked"), [(None, ""), ("", None)])
    def test_no_topic_is_an_empty_topic(self, present: str | None, asked: str | None) -> None:
        there = guild(channel(2001, "chat", topic=present))
        assert plan_for(wanted(TextChannel(key="chat", name="chat", topic=asked)), there).is_empty

    def test_overwrites_that_say_nothing_make_no_difference(self) -> None:
        there = guild(channel(2001, "chat", Overwrite("role", GUILD)))
        said = TextChannel(key="chat", name="chat", overwrites=(for_role("everyone"),))
        assert plan_for(wanted(said), there).is_empty

    def test_names_of_text_like_channels_are_compared_as_discord_keeps_them(self) -> None:
        there = guild(channel(2001, "off-topic-chat"), channel(2002, "Off Topic", kind="voice"))
        said = wanted(TextChannel(key="a", name="Off Topic  Chat"), VoiceChannel(key="b", name="Off Topic"))
        assert plan_for(said, there).is_empty
        shouted = wanted(VoiceChannel(key="b", name="OFF TOPIC"))
        assert ids(plan_for(shouted, there, {"b": "2002"})) == ["edit_channel:2002"]

    def test_permission_bits_without_a_name_stay(self) -> None:
        unnamed = 1 << 60
        there = guild(
            replace(role(1101, "mod", "speak"), permissions=unnamed),
            channel(2001, "chat", Overwrite("role", GUILD, unnamed, 0)),
        )
        said = wanted(
            DocumentRole(key="mod", name="mod", permissions=("speak",)),
            TextChannel(key="chat", name="chat", overwrites=(for_role("everyone", deny=["speak"]),)),
        )
        end = journey_to(said, there).end
        assert next(r for r in end.roles if r.id == "1101").permissions & unnamed
        assert end.channels[0].overwrites[0].allow == unnamed


class TestMatching:
    def test_a_rename_is_a_rename(self) -> None:
        there = guild(role(1101, "mod"), channel(2001, "chat"))
        said = wanted(DocumentRole(key="mod", name="Moderator"), TextChannel(key="chat", name="talk"))
        plan = plan_for(said, there, {"mod": "1101", "chat": "2001"}, options=EXACT)
        assert ids(plan) == ["edit_role:1101", "edit_channel:2001"]
        assert step_of(plan, "edit_channel:2001").fields.name == "talk"

    def test_a_binding_to_something_that_is_gone_is_no_binding(self) -> None:
        there = guild(channel(2001, "chat"))
        plan = plan_for(wanted(TextChannel(key="chat", name="chat")), there, {"chat": "2999"})
        assert plan.matched == {"chat": "2001"}

    def test_a_binding_to_another_kind_of_channel_is_no_binding(self) -> None:
        there = guild(channel(2001, "chat", kind="voice"))
        plan = plan_for(wanted(TextChannel(key="chat", name="chat")), there, {"chat": "2001"})
        assert ids(plan) == ["create_channel:chat"]

    def test_a_channel_that_is_in_another_category_is_moved(self) -> None:
        there = guild(
            category(2000, "A"), category(2010, "B", position=1), channel(2001, "chat", parent=2000)
        )
        said = wanted(
            Category(key="a", name="A"),
            Category(key="b", name="B", channels=(TextChannel(key="c", name="chat"),)),
        )
        plan = plan_for(said, there, options=EXACT)
        assert ids(plan) == ["edit_channel:2001"]
        assert nodes(plan)["2001"].action == "move"
        assert ("category", "A", "B") in [(c.field, c.before, c.after) for c in nodes(plan)["2001"].changes]

    def test_text_becomes_announcement_by_an_edit(self) -> None:
        there = guild(
            channel(2001, "rules"),
            channel(2002, "staff", position=1),
            settings=COMMUNITY,
            features=["COMMUNITY"],
        )
        plan = plan_for(wanted(AnnouncementChannel(key="r", name="rules")), there)
        assert ids(plan) == ["edit_channel:2001"]
        assert step_of(plan, "edit_channel:2001").fields.type == "announcement"

    def test_a_managed_role_is_matched_by_name_and_never_created(self) -> None:
        there = guild(role(1101, "Music", managed=True), role(1102, "Booster"))
        said = wanted(
            DocumentRole(key="music", name="Music", managed=True),
            DocumentRole(key="booster", name="Booster", managed=True),
            TextChannel(
                key="c", name="c", overwrites=(for_role("music", deny=["speak"]), for_role("booster"))
            ),
            TextChannel(key="d", name="d", overwrites=(for_role("booster", allow=["speak"]),)),
        )
        plan = plan_for(said, there)
        assert plan.matched == {"music": "1101"}
        assert ids(plan) == ["create_channel:c", "create_channel:d"]
        assert [notice.code for notice in plan.warnings] == ["managed_role_missing"]
        assert step_of(plan, "create_channel:d").fields.overwrites == ()


class TestWhatIsWritten:
    def test_member_overwrites_stay_member_overwrites(self) -> None:
        member = DocumentOverwrite(member=MEMBER, allow=("view_channel",))
        journey = journey_to(wanted(TextChannel(key="c", name="c", overwrites=(member,))), guild())
        assert journey.end.channels[0].overwrites == (allow(MEMBER, "view_channel"),)

    def test_given_overwrites_are_the_whole_set(self) -> None:
        there = guild(role(1101, "mod"), channel(2001, "c", allow(1101, "speak"), deny(MEMBER, "speak")))
        said = wanted(TextChannel(key="c", name="c", overwrites=(for_role("everyone", deny=["speak"]),)))
        assert journey_to(said, there).end.channels[0].overwrites == (deny(GUILD, "speak"),)

    def test_a_tag_keeps_its_id_while_it_keeps_its_name(self) -> None:
        there = guild(
            channel(2001, "help", kind="forum", tags=(ForumTag("open", id="31"), ForumTag("old", id="32")))
        )
        tags = (DocumentTag(name="new"), DocumentTag(name="open", moderated=True))
        plan = plan_for(wanted(ForumChannel(key="h", name="help", tags=tags)), there)
        written = step_of(plan, "edit_channel:2001").fields.tags
        assert written == (ForumTag("new"), ForumTag("open", id="31", moderated=True))

    def test_a_new_role_that_says_nothing_has_no_permissions(self) -> None:
        plan = plan_for(wanted(DocumentRole(key="r", name="r")), guild(everyone=["send_messages"]))
        assert step_of(plan, "create_role:r").fields.permissions == 0

    def test_a_new_channel_that_says_nothing_is_synced(self) -> None:
        staff = Category(
            key="s",
            name="S",
            overwrites=(for_role("everyone", deny=["view_channel"]),),
            channels=(TextChannel(key="c", name="c"),),
        )
        end = journey_to(wanted(staff), guild(everyone=["view_channel"])).end
        assert end.channels[0].overwrites == end.channels[1].overwrites == (deny(GUILD, "view_channel"),)

    def test_settings_point_at_channels_of_the_same_plan(self) -> None:
        said = wanted(
            TextChannel(key="news", name="news"), guild=DocumentGuild(system_channel="news", name="Renamed")
        )
        journey = journey_to(said, guild())
        assert ids(journey.plan) == ["create_channel:news", "edit_guild"]
        assert journey.end.settings.system_channel_id == journey.created["news"]

    def test_a_bitrate_above_the_boost_tier_is_lowered_with_a_warning(self) -> None:
        plan = plan_for(wanted(VoiceChannel(key="v", name="v", bitrate=256_000)), guild(premium_tier=1))
        assert step_of(plan, "create_channel:v").fields.bitrate == 128_000
        assert [notice.code for notice in plan.warnings] == ["bitrate_too_high"]

    def test_what_needs_a_missing_feature_is_left_out_with_a_warning(self) -> None:
        plan = plan_for(wanted(DocumentRole(key="r", name="r", unicode_emoji="🌱")), guild())
        assert step_of(plan, "create_role:r").fields.unicode_emoji is msgspec.UNSET
        assert [notice.code for notice in plan.warnings] == ["feature_missing"]


class TestExact:
    def test_merge_leaves_alone_what_is_not_named(self) -> None:
        assert plan_for(wanted(), guild(role(1101, "mod"), channel(2001, "chat"))).is_empty

    def test_exact_deletes_what_is_not_named_and_nothing_that_it_cannot(self) -> None:
        there = guild(
            role(1101, "mod"),
            role(1102, "Music", managed=True),
            role(1103, "owner", position=10),
            channel(2001, "chat"),
            everyone=["speak"],
        )
        plan = plan_for(wanted(), there, options=EXACT)
        assert ids(plan) == ["delete_channel:2001", "delete_role:1101"]
        assert [notice.code for notice in plan.warnings] == ["role_kept"]
        assert "owner" in plan.warnings[0].message

    def test_rules_and_updates_channels_are_kept(self) -> None:
        there = guild(
            channel(2001, "rules"), channel(2002, "staff"), channel(2003, "chat"),
            settings=COMMUNITY, features=["COMMUNITY"],
        )  # fmt: skip
        plan = plan_for(wanted(), there, options=EXACT)
        assert ids(plan) == ["delete_channel:2003"]
        assert [notice.code for notice in plan.warnings] == ["channel_kept", "channel_kept"]

    def test_the_old_rules_channel_goes_when_another_takes_its_place(self) -> None:
        there = guild(
            channel(2001, "rules"),
            channel(2002, "staff", position=1),
            settings=COMMUNITY,
            features=["COMMUNITY"],
        )
        said = wanted(
            TextChannel(key="new", name="new rules"),
            TextChannel(key="staff", name="staff"),
            guild=DocumentGuild(rules_channel="new"),
        )
        journey = journey_to(said, there, options=EXACT)
        assert ids(journey.plan) == ["create_channel:new", "edit_guild", "delete_channel:2001"]

    def test_community_is_switched_off_before_its_channels_go(self) -> None:
        there = guild(
            channel(2001, "rules"), channel(2002, "staff"), settings=COMMUNITY, features=["COMMUNITY"]
        )
        journey = journey_to(wanted(guild=DocumentGuild(community=False)), there, options=EXACT)
        assert ids(journey.plan) == ["edit_guild", "delete_channel:2001", "delete_channel:2002"]

    def test_every_deleted_channel_says_that_its_history_is_lost(self) -> None:
        there = guild(category(2000, "A"), channel(2001, "chat", parent=2000), channel(2002, "talk"))
        found = nodes(plan_for(wanted(), there, options=EXACT))
        for number in ("2001", "2002"):
            assert found[number].action == "delete"
            assert any("message history is lost" in str(change.after) for change in found[number].changes)


class TestTree:
    def test_it_shows_the_guild_then_roles_then_channels_by_category(self) -> None:
        there = guild(
            role(1101, "mod"), category(2000, "A"), channel(2001, "chat", parent=2000), channel(2002, "top")
        )
        plan = plan_for(wanted(DocumentRole(key="mod", name="mod", permissions=("speak",))), there)
        assert [(n.kind, n.name, n.action) for n in plan.tree] == [
            ("guild", "Guild", "keep"),
            ("role", "bot", "keep"),
            ("role", "mod", "edit"),
            ("role", "@everyone", "keep"),
            ("channel", "top", "keep"),
            ("channel", "A", "keep"),
        ]
        assert [n.name for n in plan.tree[-1].children] == ["chat"]

    def test_permissions_read_as_what_comes_and_goes(self) -> None:
        there = guild(role(1101, "mod", "mention_everyone"))
        plan = plan_for(wanted(DocumentRole(key="mod", name="mod", permissions=("send_messages",))), there)
        (change,) = nodes(plan)["1101"].changes
        assert (change.field, change.after) == ("permissions", "+send_messages −mention_everyone")


class TestNumbers:
    def test_a_value_that_would_be_overwritten_is_part_of_what_is_confirmed(self) -> None:
        said = wanted(TextChannel(key="a", name="a", topic="wanted"))
        plans = [
            plan_for(said, guild(channel(2001, "a", topic=topic))) for topic in ("shown", "edited since")
        ]
        assert plans[0].steps == plans[1].steps
        assert plans[0].hash != plans[1].hash

    def test_equal_plans_have_equal_hashes_whatever_the_order_of_the_bindings(self) -> None:
        there = guild(channel(2001, "a", position=1), channel(2002, "b", position=0))
        said = wanted(TextChannel(key="a", name="x"), TextChannel(key="b", name="y"))
        one = plan_for(said, there, {"a": "2001", "b": "2002"})
        other = plan_for(said, there, {"b": "2002", "a": "2001"})
        assert one.hash == other.hash
        assert one.hash != plan_for(said, there, {"b": "2001", "a": "2002"}).hash

    def test_the_order_in_which_a_snapshot_lists_things_changes_nothing(self) -> None:
        for number in range(sized(small=60, soak=2_000)):
            choose = Thrown(SEED * 11_000_003 + number)
            present, (document, bindings) = snapshot(choose), wish(choose)
            shuffled = replace(
                present,
                roles=present.roles[::-1],
                channels=tuple(replace(c, overwrites=c.overwrites[::-1]) for c in present.channels[::-1]),
            )
            one, other = (plan_for(document, each, bindings, options=EXACT) for each in (present, shuffled))
            assert one.hash == other.hash

    def test_a_forum_that_requires_tags_takes_two_calls(self) -> None:
        plan = plan_for(wanted(ForumChannel(key="f", name="f", require_tag=True)), guild())
        assert (len(plan.steps), plan.calls, plan.expected_seconds) == (1, 2, 0.5)

    @pytest.mark.parametrize(
        ("step_id", "key"),
        [
            ("create_role:mod", "mod"),
            ("create_channel:a.b", "a.b"),
            ("edit_role:1", None),
            ("order_roles", None),
        ],
    )
    def test_the_ids_of_create_steps_name_their_nodes(self, step_id: str, key: str | None) -> None:
        assert node_of(step_id) == key


def check(
    present: Snapshot, document: Document, bindings: dict[str, str], options: PlanOptions, *, lifts: bool
) -> None:
    """Done once, a plan leaves nothing to do; every step is one that Discord accepts; no call is wasted."""
    bot = powers(present)
    options = answered(document, present, bindings, bot, options=options)
    plan = diff(document, present, bindings, bot, options)
    if plan.blockers:
        return
    journey = Journey(plan, present, bot, lifts=lifts)
    left = journey.second_plan(document, bindings, bot, options)
    assert left.steps == ()
    assert plan.calls <= most_calls(plan) + sum(_needs_tag(step) for step in plan.steps)
    assert len({step.id for step in plan.steps}) == len(plan.steps)


def _needs_tag(step: Any) -> bool:
    return isinstance(step, CreateChannel) and True in (step.fields.require_tag, step.fields.hide_downloads)


@given(present=snapshots(), asked=wishes(), exact=st.booleans(), lifts=st.booleans())
@settings(max_examples=sized(small=60, soak=3000))
def test_a_second_plan_after_applying_is_empty(
    present: Snapshot, asked: tuple[Document, dict[str, str]], exact: bool, lifts: bool
) -> None:
    check(present, *asked, EXACT if exact else PlanOptions(), lifts=lifts)


def test_a_second_plan_is_empty_for_many_random_pairs() -> None:
    for number in range(sized(small=300, soak=30_000)):
        choose = Thrown(SEED * 1_000_003 + number)
        present, asked = snapshot(choose), wish(choose)
        check(present, *asked, EXACT if number % 2 else PlanOptions(), lifts=number % 3 == 0)


def test_a_rollback_gives_back_what_was_there() -> None:
    """But for what overwrites said of integrations that are gone: nobody here makes their roles."""
    for number in range(sized(small=150, soak=5_000)):
        before, after = snapshot(Thrown(2 * number)), snapshot(Thrown(2 * number + 1))
        captured = document_of(before)
        options = answered(captured.document, after, captured.bindings, powers(after), options=EXACT)
        plan = diff(captured.document, after, captured.bindings, powers(after), options)
        if plan.blockers:
            continue
        end = Journey(plan, after, powers(after)).end
        kept = Counter(n.code for n in plan.warnings)["channel_kept"]
        had, has = _shapes(before, _integrations(end)), _shapes(end, _integrations(end))
        missing, extra = had - has, has - had
        assert not missing
        assert extra.total() == kept


def _integrations(guild: Snapshot) -> set[str]:
    return {role.name for role in guild.roles if role.managed}


def _shapes(guild: Snapshot, integrations: set[str]) -> Counter[tuple[object, ...]]:
    """Channels with what can be seen of them, whatever their ids are."""
    roles = {role.id: role.name for role in guild.roles if not role.managed}
    roles |= {
        role.id: f"integration {role.name}" if role.name in integrations else ""
        for role in guild.roles
        if role.managed
    }
    names = {channel.id: channel.name for channel in guild.channels}
    return Counter(
        (c.type, c.name, names.get(c.parent_id or ""), c.topic, _entries(c, roles)) for c in guild.channels
    )


def _entries(channel: Channel, roles: dict[str, str]) -> tuple[tuple[str, int, int], ...]:
    said = (
        (name, o.allow, o.deny)
        for o in channel.overwrites
        if (o.allow or o.deny) and (name := roles.get(o.id, o.id))
    )
    return tuple(sorted(said))


def test_bindings_of_strangers_change_nothing() -> None:
    present = guild(channel(2001, "chat"))
    said = wanted(TextChannel(key="chat", name="chat"))
    assert plan_for(said, present, {"other": "2001"}).is_empty
    assert plan_for(said, present, {"chat": GUILD}, powers=POWERS).is_empty
