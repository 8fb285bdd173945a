"""What becomes of a guild, as its programs hear of it: in its stream, also while nothing is done there, and by
callbacks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, get_args

import httpx
import msgspec
import pytest
from httpx_sse import ServerSentEvent, aconnect_sse

from api.schemas.callback_events import CallbackEvent
from api.schemas.callbacks import CallbackEventType
from api.schemas.guild_events import OwnEvent
from core.config import Settings
from tests.api.conftest import conformity, installation
from tests.api.people import ADMIN, MODERATOR, Someone, someone
from tests.api.world import SECRET, Api
from tests.builders.core import powers, snapshot
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


async def decide(api: Api, guild_id: str, decision: str, reason: str | None = None) -> None:
    answer = await api.post(f"/guilds/{guild_id}/approval", json={"decision": decision, "reason": reason})
    assert answer.status_code == 200, answer.text


async def followed(
    client: httpx.AsyncClient, guild_id: str, until: str, *, as_: Someone | None = None
) -> list[ServerSentEvent]:
    """What the guild itself does, up to the first event of a type; then the client leaves. Shorter where the server
    ends the stream."""
    headers = {} if as_ is None else {"Authorization": as_.client.headers["Authorization"]}
    events: list[ServerSentEvent] = []
    async with aconnect_sse(client, "GET", f"/api/v1/guilds/{guild_id}/events", headers=headers) as source:
        async for event in source.aiter_sse():
            if event.event.startswith("guild."):
                events.append(event)
            if event.event == until:
                break
    return events


async def test_a_stream_tells_what_becomes_of_a_guild_as_the_document_says(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    seen = snapshot()
    guild_id = seen.guild_id
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen))
    following = asyncio.create_task(followed(socketed, guild_id, "guild.joined"))
    await api.all_wait(1)
    for decision in ("rejected", "approved", "suspended", "banned"):
        await decide(api, guild_id, decision, "Because")
    async with api.database.unit() as unit:
        await unit.guilds.leave(guild_id)
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen))
    events = await asyncio.wait_for(following, PATIENCE)
    for event in events:
        conformity().require(event.json(), {"$ref": "#/components/schemas/GuildEvent"})
        assert (event.json()["type"], event.json()["guild_id"]) == (event.event, guild_id)
    assert [event.event.removeprefix("guild.") for event in events] == [
        "rejected",
        "approved",
        "suspended",
        "banned",
        "left",
        "joined",
    ]
    assert {name: events[0].json()[name] for name in ("before", "state", "reason", "by", "name")} == {
        "before": "pending",
        "state": "rejected",
        "reason": "Because",
        "by": "owner",
        "name": seen.settings.name,
    }


async def test_who_may_read_a_guilds_stream_may_do_so_while_it_is_suspended_or_banned(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    guild_id = await api.guild()
    moderator = await someone(api, "maud", guild_id, MODERATOR)
    following = asyncio.create_task(followed(socketed, guild_id, "guild.suspended", as_=moderator))
    await api.all_wait(1)
    await decide(api, guild_id, "suspended", "Spam")
    assert (await asyncio.wait_for(following, PATIENCE))[-1].json()["reason"] == "Spam"
    following = asyncio.create_task(followed(socketed, guild_id, "guild.banned", as_=moderator))
    await api.all_wait(1)
    await decide(api, guild_id, "banned")
    assert (await asyncio.wait_for(following, PATIENCE))[-1].json()["before"] == "suspended"


@pytest.mark.parametrize("way", ["less", "gone"])
async def test_a_stream_ends_for_who_may_not_read_it_any_more_before_anything_else_is_told(
    api: Api, socketed: httpx.AsyncClient, way: str
) -> None:
    guild_id = await api.guild()
    moderator = await someone(api, "maud", guild_id, MODERATOR)
    following = asyncio.create_task(followed(socketed, guild_id, "guild.suspended", as_=moderator))
    await api.all_wait(1)
    await (moderator.is_in(guild_id, 0) if way == "less" else moderator.leaves(guild_id))
    await decide(api, guild_id, "suspended")
    assert await asyncio.wait_for(following, PATIENCE) == []


async def test_a_stream_of_a_job_ends_for_who_is_no_administrator_any_more(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    guild_id = await api.guild()
    admin = await someone(api, "ada", guild_id, ADMIN)
    job_id = (await api.post(f"/guilds/{guild_id}/sync")).json()["id"]
    headers = {"Authorization": admin.client.headers["Authorization"]}

    async def types() -> list[str]:
        async with aconnect_sse(socketed, "GET", f"/api/v1/jobs/{job_id}/events", headers=headers) as source:
            return [event.event async for event in source.aiter_sse() if event.event != "message"]

    following = asyncio.create_task(types())
    await api.all_wait(1)
    await admin.is_in(guild_id, MODERATOR)
    await api.work()
    assert await asyncio.wait_for(following, PATIENCE) == ["job.queued"]


async def test_a_callback_hears_of_a_suspension_signed_and_as_the_document_says(api: Api) -> None:
    guild_id = await api.guild()
    async with receiving() as receiver:
        wanted = {"url": receiver.url, "events": ["guild.suspended"]}
        callback = (await api.post(f"/guilds/{guild_id}/callbacks", json=wanted)).json()
        await decide(api, guild_id, "suspended", "Spam")
        await decide(api, guild_id, "approved")
        await decide(api, guild_id, "suspended", "Spam again")
        received = await receiver.until(2)
    events: list[dict[str, Any]] = [each.verified_by(callback["secret"]) for each in received]
    for event in events:
        conformity().require(event, {"$ref": "#/components/schemas/CallbackEvent"})
        assert msgspec.json.decode(msgspec.json.encode(msgspec.convert(event, CallbackEvent))) == event
    assert [(event["type"], event["data"]["reason"]) for event in events] == [
        ("guild.suspended", "Spam"),
        ("guild.suspended", "Spam again"),
    ]
    assert events[0]["data"]["guild_id"] == guild_id


def test_whatever_a_guilds_stream_tells_of_it_callbacks_can_ask_for() -> None:
    told = {type_.__struct_config__.tag for type_ in get_args(OwnEvent)}
    sent = {type_.__struct_config__.tag for type_ in get_args(CallbackEvent)}
    assert told <= sent
    assert told <= set(get_args(CallbackEventType))
