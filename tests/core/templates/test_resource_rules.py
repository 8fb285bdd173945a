"""What a document may say of resources, and what stands against a plan that makes them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.discord.images import Held, hash_of
from core.discord.resources import Emoji, Webhook
from core.discord.types import Snapshot
from core.errors import Problem
from core.templates.diff import diff
from core.templates.documents.parse import document_from
from core.templates.errors import InvalidDocument
from core.templates.plan import Plan, PlanOptions
from core.templates.resources.uploads import not_ready, uploaded
from tests.builders.guilds import powers
from tests.builders.journeys import Journey
from tests.core.templates.test_resources import bare

ONE, OTHER = hash_of(b"one"), hash_of(b"other")
STILL, MOVING = Held(media_type="image/png", size=100), Held(media_type="image/gif", size=100)
ROOM = {"key": "room", "type": "text", "name": "room"}
LOUNGE = {"key": "lounge", "type": "voice", "name": "Lounge"}
BLOCK = {"type": "block_message"}
SPAM = {"key": "a", "name": "a", "trigger": {"type": "spam"}, "actions": [BLOCK]}
EVENT = {"key": "e", "name": "e", "type": "voice", "channel": "lounge", "starts_at": "2031-01-01T10:00:00Z"}
OPTION = {"title": "o", "channels": ["room"]}


def problem_of(**parts: Any) -> Problem:
    with pytest.raises(InvalidDocument) as refused:
        document_from({"guildwright": 1, "channels": [ROOM, LOUNGE], **parts})
    assert len(refused.value.problems) == 1, refused.value.problems
    return refused.value.problems[0]


@pytest.mark.parametrize(
    ("parts", "pointer", "code"),
    [
        ({"emojis": [{"key": "a", "name": "no spaces"}]}, "/emojis/0/name", "pattern"),
        ({"emojis": [{"key": "a", "name": "aa", "roles": ["x"]}]}, "/emojis/0/roles/0", "unknown_role"),
        ({"emojis": [{"key": "room", "name": "aa"}]}, "/emojis/0/key", "duplicate_key"),
        ({"stickers": [{"key": "a", "name": "s", "tags": "x"}]}, "/stickers/0/name", "length"),
        (
            {"webhooks": [{"key": "a", "name": "My Discord", "channel": "room"}]},
            "/webhooks/0/name",
            "forbidden_name",
        ),
        ({"webhooks": [{"key": "a", "name": "w", "channel": "x"}]}, "/webhooks/0/channel", "unknown_channel"),
        ({"automod": [SPAM, {**SPAM, "key": "b"}]}, "/automod/1", "too_many"),
        ({"automod": [{**SPAM, "actions": []}]}, "/automod/0/actions", "too_few"),
        (
            {"automod": [{**SPAM, "actions": [{"type": "timeout", "seconds": 5}]}]},
            "/automod/0/actions/0",
            "action_does_not_fit",
        ),
        ({"events": [{**EVENT, "channel": "room"}]}, "/events/0/channel", "wrong_channel_type"),
        ({"events": [{**EVENT, "starts_at": "2031-02-30T10:00:00Z"}]}, "/events/0/starts_at", "moment"),
        (
            {"events": [{**EVENT, "ends_at": "2031-01-01T10:00:00+01:00"}]},
            "/events/0/ends_at",
            "ends_too_early",
        ),
        (
            {"onboarding": {"prompts": [{"title": "p", "options": [{"title": "o"}]}]}},
            "/onboarding/prompts/0/options/0",
            "gives_nothing",
        ),
        (
            {"onboarding": {"prompts": [{"title": "p", "options": [{**OPTION, "emoji": ":x:"}]}]}},
            "/onboarding/prompts/0/options/0/emoji",
            "unknown_emoji",
        ),
        (
            {"onboarding": {"enabled": True, "mode": "default", "default_channels": ["room"]}},
            "/onboarding/default_channels",
            "too_few",
        ),
        (
            {"welcome_screen": {"channels": [{"channel": "x", "description": "d"}]}},
            "/welcome_screen/channels/0/channel",
            "unknown_channel",
        ),
        (
            {"roles": [{"key": "r", "name": "r", "icon": ONE, "unicode_emoji": "🎉"}]},
            "/roles/0/icon",
            "two_icons",
        ),
        ({"guild": {"icon": "icon.png"}}, "/guild/icon", "pattern"),
    ],
)
def test_what_breaks_a_rule_is_told_with_its_place(parts: dict[str, Any], pointer: str, code: str) -> None:
    problem = problem_of(**parts)
    assert (problem.pointer, problem.code) == (pointer, code)


def planned(there: Snapshot, **parts: Any) -> Plan:
    document = document_from({"guildwright": 1, "channels": [ROOM, LOUNGE], **parts})
    return diff(document, there, {}, powers(there), PlanOptions())


def codes(plan: Plan) -> list[str]:
    return [notice.code for notice in plan.blockers]


def test_there_is_no_room_for_a_hundred_and_first_emoji() -> None:
    full = tuple(Emoji(id=str(3000 + n), name=f"e{n}") for n in range(100))
    new = [{"key": "new", "name": "new", "image": ONE}]
    assert codes(planned(bare(emojis=full), emojis=new)) == ["too_many"]
    assert codes(planned(bare(emojis=full[:-1]), emojis=new)) == []


def test_a_channel_has_no_sixteenth_webhook() -> None:
    full = tuple(Webhook(id=str(3000 + n), channel_id="2000", name=f"w{n}") for n in range(15))
    rules = {"key": "rules", "type": "text", "name": "rules"}
    new = {"channels": [rules], "webhooks": [{"key": "new", "name": "new", "channel": "rules"}]}
    document = document_from({"guildwright": 1, **new})
    for webhooks, expected in ((full, ["too_many"]), (full[:-1], [])):
        there = bare(webhooks=webhooks)
        assert codes(diff(document, there, {}, powers(there), PlanOptions())) == expected


def test_nothing_names_an_emoji_that_is_left_out_with_its_role() -> None:
    """Roles of integrations are never made, so an emoji for one that is missing is not made either."""
    roles = [{"key": "patron", "name": "Patron", "managed": True}]
    emojis = [{"key": "gem", "name": "gem", "image": ONE, "roles": ["patron"]}]
    tags = [{"name": "shop", "emoji": ":gem:"}]
    forum = {"key": "f", "type": "forum", "name": "f", "tags": tags, "default_reaction": ":gem:"}
    there = bare()
    document = document_from({"guildwright": 1, "roles": roles, "emojis": emojis, "channels": [forum]})
    plan = diff(document, there, {}, powers(there), PlanOptions())
    assert (codes(plan), [step.id for step in plan.steps]) == ([], ["create_channel:f"])
    assert "left_out" in [notice.code for notice in plan.warnings]
    made = next(c for c in Journey(plan, there, powers(there)).end.channels if c.name == "f")
    assert [(tag.name, tag.emoji) for tag in made.tags] == [("shop", None)]
    old = Emoji(id="3000", name="gem")
    kept = bare(emojis=(old,), images={"emojis/3000": OTHER})
    replaced = diff(document, kept, {}, powers(kept), PlanOptions())
    made = next(c for c in Journey(replaced, kept, powers(kept)).end.channels if c.name == "f")
    assert [tag.emoji for tag in made.tags] == ["3000"]


def test_an_emoji_without_a_picture_cannot_be_made() -> None:
    assert codes(planned(bare(), emojis=[{"key": "new", "name": "new"}])) == ["no_picture"]


def test_a_welcome_screen_needs_community() -> None:
    screen = {"enabled": True, "description": "Hi"}
    plain = bare(features=frozenset(), welcome_screen=None)
    assert codes(planned(plain, welcome_screen=screen)) == ["needs_community"]
    assert codes(planned(bare(), welcome_screen=screen)) == []


def test_onboarding_is_enabled_only_with_channels_that_everyone_can_write_in() -> None:
    assert codes(planned(bare(), onboarding={"enabled": True})) == ["onboarding_channels"]


def test_pictures_that_are_not_held_and_events_in_the_past_stand_against_doing_it_now() -> None:
    new = [{"key": "new", "name": "new", "image": ONE}]
    plan = planned(bare(), emojis=new, events=[EVENT])
    early, late = datetime(2030, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC)
    assert [n.code for n in not_ready(plan, {}, bare(), early)] == ["picture_missing"]
    assert [n.code for n in not_ready(plan, {ONE: STILL}, bare(), late)] == ["event_in_the_past"]


def test_still_and_animated_emojis_have_room_of_their_own() -> None:
    full = tuple(Emoji(id=str(3000 + n), name=f"e{n}") for n in range(50))
    plan = planned(bare(emojis=full), emojis=[{"key": "new", "name": "new", "image": ONE}])
    now = datetime(2030, 1, 1, tzinfo=UTC)
    there = bare(emojis=full)
    assert [n.code for n in not_ready(plan, {ONE: STILL}, there, now)] == ["too_many"]
    assert not_ready(plan, {ONE: MOVING}, there, now) == ()


NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "file", "code"),
    [
        (
            {"emojis": [{"key": "n", "name": "new", "image": ONE}]},
            Held(media_type="image/png", size=256 * 1024),
            None,
        ),
        (
            {"emojis": [{"key": "n", "name": "new", "image": ONE}]},
            Held(media_type="image/png", size=256 * 1024 + 1),
            "file_too_large",
        ),
        (
            {"emojis": [{"key": "n", "name": "new", "image": ONE}]},
            Held(media_type="application/json", size=9),
            "wrong_type",
        ),
        (
            {"stickers": [{"key": "n", "name": "new", "tags": "cat", "image": ONE}]},
            Held(media_type="image/gif", size=512 * 1024),
            None,
        ),
        (
            {"stickers": [{"key": "n", "name": "new", "tags": "cat", "image": ONE}]},
            Held(media_type="image/png", size=512 * 1024 + 1),
            "file_too_large",
        ),
        (
            {"stickers": [{"key": "n", "name": "new", "tags": "cat", "image": ONE}]},
            Held(media_type="image/webp", size=9),
            "wrong_type",
        ),
        (
            {"stickers": [{"key": "n", "name": "new", "tags": "cat", "image": ONE}]},
            Held(media_type="application/json", size=9),
            "wrong_type",
        ),
        (
            {"roles": [{"key": "n", "name": "new", "icon": ONE}]},
            Held(media_type="image/png", size=256 * 1024 + 1),
            "file_too_large",
        ),
        ({"guild": {"icon": ONE}}, Held(media_type="image/gif", size=9), "wrong_type"),
        ({"guild": {"icon": ONE}}, Held(media_type="image/png", size=9), None),
        ({"guild": {"banner": ONE}}, Held(media_type="image/gif", size=9), "wrong_type"),
    ],
)
def test_a_file_that_discord_would_not_take_stands_against_the_plan(
    said: dict[str, Any], file: Held, code: str | None
) -> None:
    plan = planned(bare(), **said)
    assert plan.blockers == ()
    found = not_ready(plan, {ONE: file}, bare(), NOW)
    assert [n.code for n in found] == ([code] if code else [])
    assert not found or "then plan again" in found[0].message


def test_a_moving_icon_is_for_servers_that_can_have_one() -> None:
    there = bare(features=bare().features | {"ANIMATED_ICON"})
    plan = planned(there, guild={"icon": ONE})
    assert not_ready(plan, {ONE: MOVING}, there, NOW) == ()


def test_what_was_uploaded_is_known_by_discords_names_for_it() -> None:
    there = bare()
    plan = planned(there, guild={"icon": ONE}, emojis=[{"key": "new", "name": "new", "image": ONE}])
    journey = Journey(plan, there, powers(there))
    found = uploaded(plan, journey.created, journey.end)
    assert found == journey.end.images
    assert len(found) == 2
