"""What a guild's stream and its callbacks are told of announcements is what the document says."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from api.schemas.callback_events import CallbackEvent
from api.schemas.guild_events import guild_event_of
from core.actor import SYSTEM
from core.announcements import events
from core.callbacks.events import body_of_guild
from core.jobs.schemas import GuildEvent
from tests.api.conftest import conformity

ID, THEN = uuid.UUID(int=7), datetime(2026, 3, 1, tzinfo=UTC)
_POST = events.of_post(announcement_id=ID, post_id=ID, job_id=ID, channel_id="12", message_id="13")
TOLD: dict[str, dict[str, Any]] = {
    events.POSTED: _POST,
    events.EDITED: _POST,
    events.DELETED: _POST,
    events.WAITING: events.waiting(announcement_id=ID, name="Opening", revision=2, by=SYSTEM),
}


@pytest.mark.parametrize("type_", TOLD)
def test_each_event_is_as_the_document_describes_it(type_: str) -> None:
    event = GuildEvent(id=ID, guild_id="11", type=type_, at=THEN, data=TOLD[type_])
    shown = msgspec.to_builtins(guild_event_of(event))
    conformity().require(shown, {"$ref": "#/components/schemas/GuildEvent"})
    assert shown == TOLD[type_] | {"type": type_, "guild_id": "11", "at": "2026-03-01T00:00:00Z"}
    sent = msgspec.json.decode(body_of_guild(event))
    conformity().require(sent, {"$ref": "#/components/schemas/CallbackEvent"})
    assert msgspec.to_builtins(msgspec.convert(sent, CallbackEvent)) == sent
    assert sent["data"] == TOLD[type_] | {"guild_id": "11"}
