"""What need not be asked for again, and what has to be."""

from typing import Any

import pytest

from bot.resources.known import KnownDetails
from core.discord.errors import AnswerLost, CallRefused
from core.discord.resources import Onboarding, Webhook

HOOK, OTHER = (Webhook(id=number, channel_id="2", name=name) for number, name in (("10", "a"), ("9", "b")))
RULE: dict[str, Any] = {
    "id": "5",
    "guild_id": "1",
    "name": "Rum",
    "event_type": 1,
    "trigger_type": 1,
    "trigger_metadata": {"keyword_filter": ["rum"]},
    "actions": [{"type": 1}],
    "enabled": True,
}
EVENT: dict[str, Any] = {
    "id": "6",
    "guild_id": "1",
    "name": "Regatta",
    "entity_type": 3,
    "scheduled_start_time": "2099-01-01T10:00:00+00:00",
    "status": 1,
}


def test_what_was_written_is_put_among_what_was_read_by_id() -> None:
    known = KnownDetails()
    known.put("1", "webhooks", [HOOK])
    assert known.of("1", "webhooks") is None, "one of them is not all of them"
    known.note("1", "webhooks", (HOOK,))
    known.put("1", "webhooks", [OTHER])
    assert known.of("1", "webhooks") == (OTHER, HOOK)
    known.drop("1", "webhooks", HOOK.id)
    assert known.of("1", "webhooks") == (OTHER,)
    assert known.of("2", "webhooks") is None


@pytest.mark.parametrize(
    ("error", "is_known"),
    [(AnswerLost("It is not known."), False), (CallRefused("Discord refused.", status=400), True)],
)
def test_after_a_lost_answer_nothing_is_known_and_after_a_refusal_it_is_as_it_was(
    error: Exception, is_known: bool
) -> None:
    known = KnownDetails()
    known.note("1", "onboarding", Onboarding())
    with pytest.raises(type(error)), known.writing("1", "onboarding"):
        raise error
    assert known.of("1", "onboarding") == (Onboarding() if is_known else None)


def test_events_keep_rules_right() -> None:
    known = KnownDetails()
    known.told("automod_rules", RULE, False)
    assert known.of("1", "automod_rules") is None
    known.note("1", "automod_rules", ())
    known.told("automod_rules", RULE, False)
    known.told("automod_rules", RULE | {"name": "Gin"}, False)
    assert [rule.name for rule in known.of("1", "automod_rules")] == ["Gin"]
    known.told("automod_rules", RULE, True)
    assert known.of("1", "automod_rules") == ()


def test_a_scheduled_event_that_is_over_is_listed_no_more() -> None:
    known = KnownDetails()
    known.note("1", "scheduled_events", ())
    known.told("scheduled_events", EVENT, False)
    assert [event.name for event in known.of("1", "scheduled_events")] == ["Regatta"]
    known.told("scheduled_events", EVENT | {"status": 4}, False)
    assert known.of("1", "scheduled_events") == ()


def test_after_a_new_session_nothing_is_known() -> None:
    known = KnownDetails()
    known.note("1", "webhooks", (HOOK,))
    known.forget_all()
    assert known.of("1", "webhooks") is None
