"""Emojis, stickers, webhooks, AutoMod, events, onboarding, the welcome screen and pictures, from document to guild."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from core.discord.images import hash_of
from core.discord.resources import (
    AutoModAction,
    AutoModRule,
    AutoModTrigger,
    Emoji,
    Onboarding,
    OnboardingOption,
    OnboardingPrompt,
    Recurrence,
    ScheduledEvent,
    Sticker,
    Webhook,
    WelcomeChannel,
    WelcomeScreen,
)
from core.discord.types import Channel, ForumTag, GuildSettings, Role, Snapshot
from core.templates.begun import Begun
from core.templates.capture import document_of
from core.templates.diff import diff
from core.templates.documents.document import Document
from core.templates.documents.parse import document_from, read_document
from core.templates.documents.text import to_json, to_yaml
from core.templates.documents.validate import problems_in
from core.templates.plan import PlanOptions, deletes_of
from tests.builders.guilds import BOT, BOT_ROLE, GUILD, powers
from tests.builders.journeys import Journey
from tests.builders.scenes import EXACT
from tests.fixtures.size import SEED, sized

SOON = datetime(2031, 5, 2, 18, tzinfo=UTC)
PICTURES = tuple(hash_of(text) for text in (b"one", b"two", b"three"))
FEATURES = frozenset({"COMMUNITY", "BANNER", "INVITE_SPLASH", "DISCOVERABLE", "ROLE_ICONS"})


def bare(**parts: Any) -> Snapshot:
    """A Community server with the bot, where everything has been read and nothing is there."""
    said: dict[str, Any] = {
        "guild_id": GUILD,
        "owner_id": "1",
        "settings": GuildSettings(
            name="Guild",
            rules_channel_id="2000",
            updates_channel_id="2000",
            verification_level="low",
            content_filter="all_members",
        ),
        "roles": (
            Role(id=GUILD, name="@everyone", permissions=1 << 10 | 1 << 11),
            Role(id=BOT_ROLE, name="bot", permissions=8, position=9, managed=True, bot_id=BOT),
        ),
        "channels": (Channel(id="2000", type="text", name="rules"),),
        "features": FEATURES,
        "emojis": (),
        "stickers": (),
        "webhooks": (),
        "automod_rules": (),
        "scheduled_events": (),
        "onboarding": Onboarding(),
        "welcome_screen": WelcomeScreen(),
    }
    return Snapshot(**{**said, **parts})


def furnished(seed: int) -> Snapshot:
    """One that has something of everything; few names, so that coincidences are many."""
    random = Random(seed)
    roles = tuple(
        Role(id=str(1100 + n), name=f"role {n}", position=n + 1, icon="ic" if n == 1 else None)
        for n in range(3)
    )
    texts = [Channel(id=str(2000 + n), type="text", name=f"room-{n}", position=n) for n in range(9)]
    voice = Channel(id="2100", type="voice", name="Lounge", position=1, bitrate=64000)
    emojis = tuple(
        Emoji(id=str(3000 + n), name=f"face{n}", role_ids=("1100",) if random.random() < 0.4 else ())
        for n in range(random.randrange(1, 4))
    )
    forum = Channel(
        id="2200",
        type="forum",
        name="help",
        position=20,
        tags=(ForumTag("done", "1", emoji=emojis[0].id), ForumTag("open", "2", emoji="🎉")),
        default_reaction=random.choice([emojis[-1].id, "👍", None]),
    )
    images = {f"emojis/{e.id}": random.choice(PICTURES) for e in emojis}
    images |= {f"stickers/{3100 + n}": random.choice(PICTURES) for n in range(2)}
    images |= {
        f"icons/{GUILD}/gi": PICTURES[0],
        "role-icons/1101/ic": PICTURES[1],
        "avatars/3200/av": PICTURES[2],
    }
    keyword = AutoModTrigger(type="keyword", keywords=tuple(random.sample(["spam", "ham", "jam"], 2)))
    base = bare()
    return bare(
        settings=replace(base.settings, icon="gi"),
        roles=(*base.roles, *roles),
        channels=(*texts, voice, forum),
        images=images,
        emojis=emojis,
        stickers=tuple(Sticker(id=str(3100 + n), name=f"st{n}", format="png", tags="cat") for n in range(2)),
        webhooks=(
            Webhook(id="3200", channel_id=random.choice(texts).id, name="News", avatar="av"),
            Webhook(id="3201", channel_id="2200", name="News"),
        ),
        automod_rules=(
            AutoModRule(
                id="3300",
                name="Words",
                event="message_send",
                trigger=keyword,
                actions=(
                    AutoModAction(type="block_message"),
                    AutoModAction(type="send_alert", channel_id="2001"),
                ),
                enabled=random.random() < 0.5,
                exempt_role_ids=("1102",),
                exempt_channel_ids=("2003",),
            ),
            AutoModRule(
                id="3301",
                name="Crowds",
                event="message_send",
                trigger=AutoModTrigger(type="mention_spam", mentions=random.randrange(2, 9)),
                actions=(AutoModAction(type="timeout", seconds=60),),
            ),
        ),
        scheduled_events=(
            ScheduledEvent(id="3400", name="Quiz", place="voice", starts_at=SOON, channel_id="2100"),
            ScheduledEvent(
                id="3401",
                name="Meet",
                place="external",
                starts_at=SOON,
                ends_at=SOON.replace(hour=20),
                location=random.choice(["Town", "Park"]),
                recurrence=Recurrence(start=SOON, frequency=2, interval=1, by_weekday=(4,)),
            ),
        ),
        onboarding=Onboarding(
            enabled=random.random() < 0.5,
            default_channel_ids=tuple(c.id for c in texts[:7]),
            prompts=(
                OnboardingPrompt(
                    id="3500",
                    title="Why?",
                    options=(
                        OnboardingOption(id="3501", title="Fun", emoji=emojis[0].id, role_ids=("1100",)),
                        OnboardingOption(id="3502", title="Help", channel_ids=("2200", "2001")),
                    ),
                ),
            ),
        ),
        welcome_screen=WelcomeScreen(
            enabled=True,
            description="Hello",
            channels=(WelcomeChannel(channel_id="2002", description="Start", emoji=emojis[0].id),),
        ),
    )


SEEDS = range(SEED, SEED + sized(small=12, soak=300))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_captured_guild_needs_nothing_and_its_document_reads_back(seed: int) -> None:
    there = furnished(seed)
    captured = document_of(there)
    assert problems_in(captured.document) == ()
    assert document_from(msgspec.to_builtins(captured.document)) == captured.document
    assert read_document(to_yaml(captured.document), media="yaml") == captured.document
    assert read_document(to_json(captured.document), media="json") == captured.document
    plan = diff(captured.document, there, captured.bindings, powers(there), EXACT)
    assert (plan.steps, plan.blockers) == ((), ())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_captured_guild_applied_to_another_one_is_captured_as_the_same(seed: int) -> None:
    there, document = bare(), document_of(furnished(seed)).document
    end = _applied(document, there, {}, EXACT)
    again = document_of(end.end, known={**end.plan.matched, **end.created}).document
    assert again == document


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_that_is_done_leaves_nothing_to_do(seed: int) -> None:
    there, other = furnished(seed), document_of(furnished(seed + 1000))
    bindings = other.bindings if seed % 2 else {}
    _applied(other.document, there, bindings, EXACT if seed % 3 else PlanOptions())


def _applied(document: Document, there: Snapshot, bindings: dict[str, str], options: PlanOptions) -> Journey:
    plan = diff(document, there, bindings, powers(there), options)
    assert plan.blockers == ()
    journey = Journey(plan, there, powers(there))
    left = journey.second_plan(document, bindings, powers(there), options)
    assert left.steps == ()
    return journey


def test_another_picture_makes_an_emoji_anew_before_the_old_one_goes() -> None:
    there = bare(emojis=(Emoji(id="3000", name="face"),), images={"emojis/3000": PICTURES[0]})
    captured = document_of(there)
    face = captured.document.emojis[0] if captured.document.emojis else None
    assert face is not None
    wanted = replace(captured.document, emojis=(replace(face, image=PICTURES[1]),))
    plan = diff(wanted, there, captured.bindings, powers(there), PlanOptions())
    assert [step.id for step in plan.steps] == ["create_emoji:face", "delete_emoji:3000"]
    assert [notice.code for notice in plan.warnings] == ["made_anew"]


def test_an_emoji_that_was_made_anew_when_the_plan_was_stopped_still_goes() -> None:
    there = bare(emojis=(Emoji(id="3000", name="face"),), images={"emojis/3000": PICTURES[0]})
    wanted = document_of(bare(emojis=(Emoji(id="3900", name="face"),), images={"emojis/3900": PICTURES[1]}))
    plan = diff(wanted.document, there, {}, powers(there), PlanOptions())
    half = Journey(plan, there, powers(there), stop=1)
    assert [emoji.name for emoji in half.end.emojis or ()] == ["face", "face"]
    begun = Begun(guild=there, deleting=deletes_of(plan))
    rest = diff(wanted.document, half.end, half.created, powers(there), PlanOptions(), begun=begun)
    assert [step.id for step in rest.steps] == ["delete_emoji:3000"]
    assert diff(wanted.document, half.end, half.created, powers(there), PlanOptions()).steps == ()


def test_what_was_made_anew_in_place_of_what_a_question_was_about_leaves_nothing_to_do() -> None:
    """The answer named an emoji that is gone when the plan is done."""
    there = bare(
        emojis=(Emoji(id="3000", name="face"), Emoji(id="3001", name="face")),
        images={"emojis/3000": PICTURES[0], "emojis/3001": PICTURES[0]},
    )
    document = document_of(bare(emojis=(Emoji(id="3900", name="face"),), images={"emojis/3900": PICTURES[1]}))
    options = PlanOptions(mappings={"face": "3001"})
    plan = diff(document.document, there, {}, powers(there), options)
    assert [step.id for step in plan.steps] == ["create_emoji:face", "delete_emoji:3001"]
    left = Journey(plan, there, powers(there)).second_plan(document.document, {}, powers(there), options)
    assert (left.steps, left.blockers) == ((), ())


def test_what_was_not_read_stands_against_a_plan_that_speaks_of_it() -> None:
    captured = document_of(furnished(1))
    there = replace(furnished(1), webhooks=None, onboarding=None)
    plan = diff(captured.document, there, captured.bindings, powers(there), EXACT)
    assert [notice.code for notice in plan.blockers] == ["not_read", "not_read"]
    assert plan.steps == ()


def test_a_document_that_says_nothing_of_resources_leaves_them_alone() -> None:
    there = furnished(1)
    captured = document_of(replace(there, emojis=None, stickers=None, webhooks=None, automod_rules=None))
    silent = replace(captured.document, onboarding=msgspec.UNSET, welcome_screen=msgspec.UNSET)
    silent = replace(silent, events=msgspec.UNSET)
    plan = diff(silent, there, captured.bindings, powers(there), EXACT)
    assert [step.id for step in plan.steps if "create" in step.id or "delete" in step.id] == []
