"""Schedules that are paused and resumed, as the guild's programs hear of it: in its stream and by callbacks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
from httpx_sse import aconnect_sse

from api.schemas.callback_events import CallbackEvent
from core.config import Settings
from tests.api.conftest import conformity, installation
from tests.api.world import SECRET, Api
from tests.fixtures.patience import PATIENCE
from tests.workers.receiver import receiving

DRAFT = {
    "name": "Morning",
    "payload": {"kind": "guild.sync"},
    "trigger": {"type": "cron", "expression": "0 9 * * mon-fri"},
    "time_zone": "Europe/Berlin",
}


@pytest.fixture
async def api(database_url: str, redis_url: str) -> AsyncIterator[Api]:
    """An installation that may call this machine."""
    settings = Settings(
        database_url=database_url, redis_url=redis_url, owner_token=SECRET, callback_allow="127.0.0.1"
    )
    async with installation(settings) as api:
        yield api


async def pause_and_resume(api: Api, guild_id: str) -> str:
    """Answers of which schedule."""
    made = await api.post(f"/guilds/{guild_id}/schedules", json=DRAFT)
    assert made.status_code == 201, made.text
    schedule_id = made.json()["id"]
    paused = await api.post(f"/schedules/{schedule_id}/pause", json={"reason": "No wind"})
    assert paused.status_code == 200, paused.text
    resumed = await api.post(f"/schedules/{schedule_id}/resume")
    assert resumed.status_code == 200, resumed.text
    return schedule_id


async def test_a_stream_tells_of_a_pause_and_its_end_as_the_document_says(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    guild_id = await api.guild()

    async def followed() -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        async with aconnect_sse(socketed, "GET", f"/api/v1/guilds/{guild_id}/events") as source:
            async for event in source.aiter_sse():
                if event.event.startswith("schedule."):
                    events.append(event.json())
                if event.event == "schedule.resumed":
                    break
        return events

    following = asyncio.create_task(followed())
    await api.all_wait(1)
    schedule_id = await pause_and_resume(api, guild_id)
    events = await asyncio.wait_for(following, PATIENCE)
    for event in events:
        conformity().require(event, {"$ref": "#/components/schemas/GuildEvent"})
    paused, resumed = events
    named = {"guild_id": guild_id, "schedule_id": schedule_id, "name": "Morning", "by": "owner"}
    assert paused == named | {
        "type": "schedule.paused",
        "at": paused["at"],
        "code": "by_hand",
        "reason": "No wind",
    }
    assert resumed == named | {"type": "schedule.resumed", "at": resumed["at"]}


async def test_a_callback_hears_of_it_signed_and_as_the_document_says(api: Api) -> None:
    guild_id = await api.guild()
    async with receiving() as receiver:
        wanted = {"url": receiver.url, "events": ["schedule.*"]}
        callback = (await api.post(f"/guilds/{guild_id}/callbacks", json=wanted)).json()
        schedule_id = await pause_and_resume(api, guild_id)
        received = await receiver.until(2)
    events: list[dict[str, Any]] = [each.verified_by(callback["secret"]) for each in received]
    for event in events:
        conformity().require(event, {"$ref": "#/components/schemas/CallbackEvent"})
        assert msgspec.json.decode(msgspec.json.encode(msgspec.convert(event, CallbackEvent))) == event
    assert [(event["type"], event["data"]["schedule_id"]) for event in events] == [
        ("schedule.paused", schedule_id),
        ("schedule.resumed", schedule_id),
    ]
    assert events[0]["data"]["reason"] == "No wind"
