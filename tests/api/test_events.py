"""A job's event stream, on a real socket."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from httpx_sse import ServerSentEvent, aconnect_sse

from api import events
from api.parts import parts_in
from core.actor import SYSTEM
from core.jobs.schemas import JobEvent
from tests.api.conftest import conformity
from tests.api.world import Api
from tests.fixtures.patience import PATIENCE

SETTLED = "job.settled"


async def job(api: Api) -> str:
    return (await api.post(f"/guilds/{await api.guild()}/sync")).json()["id"]


async def followed(client: httpx.AsyncClient, job_id: str, after: str | None = None) -> list[ServerSentEvent]:
    """Everything, until the server ends the stream."""
    headers = {} if after is None else {"Last-Event-ID": after}
    async with aconnect_sse(client, "GET", f"/api/v1/jobs/{job_id}/events", headers=headers) as source:
        return [event async for event in source.aiter_sse() if event.event != "message"]


async def test_a_stream_tells_the_history_then_what_happens_and_ends_with_the_job(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    job_id = await job(api)
    following = asyncio.create_task(followed(socketed, job_id))
    await api.all_wait(1)
    assert not following.done()
    await api.work()
    told = await following
    assert [event.id for event in told] == [f"{job_id}:{n}" for n in range(1, len(told) + 1)]
    assert (told[0].event, told[-1].event) == ("job.queued", SETTLED)
    for event in told:
        data = event.json()
        conformity().require(data, {"$ref": "#/components/schemas/JobEvent"})
        assert (data["type"], f"{data['job_id']}:{data['sequence']}") == (event.event, event.id)
    assert told[-1].json()["result"]["kind"] == "guild.sync"


async def test_a_stream_goes_on_behind_the_last_event_that_was_seen(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    job_id = await job(api)
    await api.work()
    everything = await followed(socketed, job_id)
    for last in (everything[0].id, "1"):
        rest = await followed(socketed, job_id, last)
        assert [event.id for event in rest] == [event.id for event in everything[1:]]


async def test_behind_the_end_there_is_nothing_and_no_reason_to_connect_again(api: Api) -> None:
    job_id = await job(api)
    await api.work()
    end = (await api.get(f"/jobs/{job_id}/events")).text.rpartition("id: ")[2].partition("\n")[0]
    answer = await api.get(f"/jobs/{job_id}/events", headers={"Last-Event-ID": end})
    assert (answer.status_code, answer.content) == (204, b"")


async def test_who_has_seen_nothing_may_say_so(api: Api, openapi: dict[str, Any]) -> None:
    job_id = await job(api)
    await api.work()
    path = f"/jobs/{job_id}/events"
    answer = await api.get(path, headers={"Last-Event-ID": ""})
    assert answer.text == (await api.get(path)).text
    assert re.search(openapi["components"]["parameters"]["LastEventId"]["schema"]["pattern"], "")


@pytest.mark.parametrize(
    "last", ["x", "-1", "1.5", "99999999999", "9999999999", "{other}:1", "{job}:", "{job}", "{job}:x", ":1"]
)
async def test_an_event_id_that_is_none_is_named(api: Api, last: str) -> None:
    job_id = await job(api)
    last = last.format(job=job_id, other=uuid4())
    answer = await api.get(f"/jobs/{job_id}/events", headers={"Last-Event-ID": last})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "Last-Event-ID"


@pytest.mark.parametrize("last", ["x", "1", ":1", f"{uuid4()}:", f"{uuid4()}:99999999999"])
async def test_an_event_id_that_is_none_is_named_in_a_guilds_stream_too(api: Api, last: str) -> None:
    answer = await api.get(f"/guilds/{await api.guild()}/events", headers={"Last-Event-ID": last})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "Last-Event-ID"


async def test_a_quiet_stream_shows_that_it_lives(
    api: Api, socketed: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.05)
    async with socketed.stream("GET", f"/api/v1/jobs/{await job(api)}/events") as answer:
        lines = answer.aiter_lines()
        assert answer.headers["content-type"].startswith("text/event-stream")
        async with asyncio.timeout(PATIENCE):
            while await anext(lines) != ": heartbeat":
                pass


async def test_open_streams_hold_no_connection_to_the_database(api: Api, socketed: httpx.AsyncClient) -> None:
    job_id = await job(api)
    following = [asyncio.create_task(followed(socketed, job_id)) for _ in range(60)]
    await api.all_wait(60)
    await api.work()
    assert {told[-1].event for told in await asyncio.gather(*following)} == {SETTLED}


async def test_a_lost_listening_connection_is_made_again(api: Api, socketed: httpx.AsyncClient) -> None:
    job_id = await job(api)
    following = asyncio.create_task(followed(socketed, job_id))
    await api.all_wait(1)
    await api.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
    )
    await api.work()
    async with asyncio.timeout(PATIENCE):
        assert (await following)[-1].event == SETTLED


async def test_streams_end_when_the_server_stops(api: Api, socketed: httpx.AsyncClient) -> None:
    following = asyncio.create_task(followed(socketed, await job(api)))
    await api.all_wait(1)
    parts_in(api.app).hub.close()
    async with asyncio.timeout(PATIENCE):
        assert (await following)[0].event == "job.queued"


async def test_a_retried_job_goes_on_telling(api: Api, socketed: httpx.AsyncClient) -> None:
    job_id = await job(api)
    await api.post(f"/jobs/{job_id}/cancel")
    await api.execute("UPDATE jobs SET state = 'failed'")
    await api.post(f"/jobs/{job_id}/retry")
    following = asyncio.create_task(followed(socketed, job_id))
    await api.all_wait(1)
    assert not following.done()
    await api.work()
    assert [event.event for event in await following].count(SETTLED) == 2


async def guild_events(
    client: httpx.AsyncClient, guild_id: str, count: int, after: str | None = None
) -> list[ServerSentEvent]:
    """The first so many, then the client leaves."""
    headers = {} if after is None else {"Last-Event-ID": after}
    told: list[ServerSentEvent] = []
    async with aconnect_sse(client, "GET", f"/api/v1/guilds/{guild_id}/events", headers=headers) as source:
        async for event in source.aiter_sse():
            if event.event != "message":
                told.append(event)
            if len(told) == count:
                break
    return told


async def test_a_guild_is_followed_from_now_on_and_across_its_jobs(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    guild_id = await api.guild()
    await api.post(f"/guilds/{guild_id}/sync")
    await api.work()
    following = asyncio.create_task(guild_events(socketed, guild_id, 6))
    await api.all_wait(1)
    jobs = [(await api.post(f"/guilds/{guild_id}/sync")).json()["id"] for _ in range(2)]
    await api.work()
    told = await asyncio.wait_for(following, PATIENCE)
    assert {event.json()["job_id"] for event in told} == set(jobs)
    assert [event.id for event in told] == [
        f"{event.json()['job_id']}:{event.json()['sequence']}" for event in told
    ]
    for event in told:
        conformity().require(event.json(), {"$ref": "#/components/schemas/JobEvent"})
        assert event.json()["kind"] == "guild.sync"


async def test_a_guilds_stream_goes_on_behind_the_last_event_that_was_seen(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    guild_id = await api.guild()
    following = asyncio.create_task(guild_events(socketed, guild_id, 1))
    await api.all_wait(1)
    for _ in range(3):
        await api.post(f"/guilds/{guild_id}/sync")
    first = (await asyncio.wait_for(following, PATIENCE))[0]
    await api.work()
    rest = await asyncio.wait_for(guild_events(socketed, guild_id, 8, first.id), PATIENCE)
    seen = [first.id, *(event.id for event in rest)]
    assert len(set(seen)) == len(seen)
    by_job: dict[str, list[int]] = {}
    for event in (first, *rest):
        by_job.setdefault(event.json()["job_id"], []).append(event.json()["sequence"])
    assert list(by_job.values()) == [list(range(1, len(each) + 1)) for each in by_job.values()]


async def test_an_event_is_shown_only_once_nothing_can_come_before_it(api: Api) -> None:
    """A transaction that began earlier and commits later must not slip its event in behind what was read."""
    guild_id = await api.guild()
    async with api.database.read() as unit:
        start = await unit.jobs.guild_position(SYSTEM, guild_id, None)
    async with api.database.unit() as slow:
        first = await slow.guild_syncs.request(SYSTEM, guild_id)
        async with api.database.unit() as quick:
            second = await quick.guild_syncs.request(SYSTEM, guild_id)
        async with api.database.read() as unit:
            held = await unit.jobs.guild_events_after(SYSTEM, guild_id, start)
        assert held.events == ()
    async with api.database.read() as unit:
        shown = await unit.jobs.guild_events_after(SYSTEM, guild_id, held.position)
    assert all(isinstance(event, JobEvent) for event in shown.events)
    assert [event.job_id for event in shown.events if isinstance(event, JobEvent)] == [first.id, second.id]
