"""Drift as a guild's programs hear of it: in its stream and by callbacks, once of each deviation."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from httpx_sse import ServerSentEvent, aconnect_sse
from msgspec.structs import replace

from api.schemas.callback_events import CallbackEvent
from core.actor import SYSTEM
from core.config import Settings
from core.discord.types import Snapshot
from core.jobs.schemas import EventPosition, GuildEvent, JobEvent
from tests.api.conftest import conformity, installation
from tests.api.drifting import active, noted, stored
from tests.api.world import SECRET, Api
from tests.fixtures.patience import PATIENCE
from tests.workers.receiver import receiving


@pytest.fixture
async def api(database_url: str, redis_url: str) -> AsyncIterator[Api]:
    """An installation that may call this machine."""
    settings = Settings(
        database_url=database_url, redis_url=redis_url, owner_token=SECRET, callback_allow="127.0.0.1"
    )
    async with installation(settings) as api:
        yield api


async def becomes(api: Api, seen: Snapshot, **channel: Any) -> None:
    """The one channel, by a person's hand."""
    await stored(api, replace(seen, channels=(replace(seen.channels[0], **channel),)))
    await noted(api, seen.guild_id)


async def told(api: Api, guild_id: str) -> list[JobEvent | GuildEvent]:
    """All that the guild's stream has shown."""
    start = EventPosition(transaction=0, position=-1)
    async with api.database.read() as unit:
        return list((await unit.jobs.guild_events_after(SYSTEM, guild_id, start)).events)


async def drifts(api: Api, guild_id: str) -> list[list[tuple[str, str]]]:
    """Of each event its fields with what was found."""
    events = [event for event in await told(api, guild_id) if isinstance(event, GuildEvent)]
    drifted = [event for event in events if event.type == "guild.drift"]
    return [[(item["field"], item["new"]) for item in event.data["items"]] for event in drifted]


async def followed(
    client: httpx.AsyncClient, guild_id: str, until: str, after: str | None = None
) -> list[ServerSentEvent]:
    """Up to the first event of a type; then the client leaves."""
    headers = {} if after is None else {"Last-Event-ID": after}
    events: list[ServerSentEvent] = []
    async with aconnect_sse(client, "GET", f"/api/v1/guilds/{guild_id}/events", headers=headers) as source:
        async for event in source.aiter_sse():
            if event.event != "message":
                events.append(event)
            if event.event == until:
                break
    return events


async def test_a_guilds_stream_tells_of_drift_with_field_old_new_who_and_when(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    seen = await active(api)
    following = asyncio.create_task(followed(socketed, seen.guild_id, "guild.drift"))
    await api.all_wait(1)
    await becomes(api, seen, topic="Theirs")
    event = (await asyncio.wait_for(following, PATIENCE))[-1]
    data = event.json()
    conformity().require(data, {"$ref": "#/components/schemas/GuildEvent"})
    [item] = data["items"]
    assert (item["field"], item["old"], item["new"], item["who"]["name"]) == (
        "topic",
        "Ours",
        "Theirs",
        "olga",
    )
    [listed] = (await api.get(f"/guilds/{seen.guild_id}/drift")).json()["items"]
    assert {name: listed[name] for name in item} == item
    assert (data["template_id"], data["version"]) == (listed["template_id"], listed["version"])


async def test_each_deviation_is_told_once_and_again_only_after_it_was_put_right(api: Api) -> None:
    seen = await active(api)
    await becomes(api, seen, topic="Theirs")
    await noted(api, seen.guild_id)
    await becomes(api, seen, topic="Nobody's")
    assert await drifts(api, seen.guild_id) == [[("topic", "Theirs")]]
    await becomes(api, seen, topic="Nobody's", name="lobby")
    assert (await drifts(api, seen.guild_id))[1:] == [[("name", "lobby")]]
    await becomes(api, seen)
    await becomes(api, seen, topic="Theirs", name="lobby")
    assert (await drifts(api, seen.guild_id))[2:] == [[("name", "lobby"), ("topic", "Theirs")]]


async def test_a_stream_goes_on_behind_the_drift_that_was_seen_last_with_what_jobs_do(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    seen = await active(api)
    following = asyncio.create_task(followed(socketed, seen.guild_id, "guild.drift"))
    await api.all_wait(1)
    await becomes(api, seen, topic="Theirs")
    last = (await asyncio.wait_for(following, PATIENCE))[-1]
    job = (await api.post(f"/guilds/{seen.guild_id}/captures")).json()
    await becomes(api, seen, topic="Theirs", name="lobby")
    rest = await asyncio.wait_for(followed(socketed, seen.guild_id, "guild.drift", last.id), PATIENCE)
    assert [event.event for event in rest] == ["job.queued", "guild.drift"]
    assert rest[0].id == f"{job['id']}:1"
    everything = await told(api, seen.guild_id)
    assert [event.type for event in everything][-3:] == ["guild.drift", "job.queued", "guild.drift"]


async def test_a_callback_that_asks_for_drift_gets_it_signed_and_as_the_document_says(api: Api) -> None:
    seen = await active(api)
    async with receiving() as receiver:
        wanted = {"url": receiver.url, "events": ["guild.drift"]}
        callback = (await api.post(f"/guilds/{seen.guild_id}/callbacks", json=wanted)).json()
        await becomes(api, seen, topic="Theirs")
        await api.work()
        [received] = await receiver.until(1)
    event = received.verified_by(callback["secret"])
    conformity().require(event, {"$ref": "#/components/schemas/CallbackEvent"})
    assert msgspec.json.decode(msgspec.json.encode(msgspec.convert(event, CallbackEvent))) == event
    assert (event["type"], event["data"]["guild_id"]) == ("guild.drift", seen.guild_id)
    assert [(item["field"], item["new"]) for item in event["data"]["items"]] == [("topic", "Theirs")]
    deliveries = (await api.get(f"/callbacks/{callback['id']}/deliveries")).json()["items"]
    assert [(each["event_type"], each["job_id"]) for each in deliveries] == [("guild.drift", None)]


async def test_what_a_job_of_ours_did_on_purpose_and_a_note_that_is_rolled_back_are_told_nobody(
    api: Api,
) -> None:
    seen = await active(api)
    await stored(api, replace(seen, channels=(replace(seen.channels[0], topic="Theirs"),)))
    with pytest.raises(ZeroDivisionError):
        async with api.database.unit() as unit:
            await unit.guild_events.tell(seen.guild_id, "guild.drift", {"items": []})
            raise ZeroDivisionError
    await noted(api, seen.guild_id, ours=True)
    assert await drifts(api, seen.guild_id) == []


async def test_events_that_are_older_than_jobs_are_kept_are_deleted(api: Api) -> None:
    seen = await active(api)
    await becomes(api, seen, topic="Theirs")
    async with api.database.unit() as unit:
        await unit.guild_events.delete_old(timedelta(days=1))
    assert len(await drifts(api, seen.guild_id)) == 1
    await api.execute("UPDATE guild_events SET at = at - interval '2 days'")
    async with api.database.unit() as unit:
        await unit.guild_events.delete_old(timedelta(days=1))
    assert await drifts(api, seen.guild_id) == []
