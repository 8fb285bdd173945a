"""Who watches over HTTP loses nothing when the API dies."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
from httpx_sse import aconnect_sse

from core.processes import OwnProcess
from tests.e2e.road import Road, Trip, until
from tests.fixtures.patience import LONG_PATIENCE, PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEEN_BEFORE = 15


class Watcher:
    """What one stream after the other told, each taken up behind the last event that was seen."""

    def __init__(self, road: Road, path: str) -> None:
        self._road = road
        self._path = path
        self.ids: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.is_open = asyncio.Event()

    async def watch(self, *, until_seen: int | None = None) -> None:
        """One connection, to its end: the API's, the stream's, or that of who has seen enough."""
        headers = {"Last-Event-ID": self.ids[-1]} if self.ids else {}
        async with aconnect_sse(self._road.http, "GET", self._path, headers=headers) as source:
            source.response.raise_for_status()
            async for sent in source.aiter_sse():
                self.is_open.set()
                if sent.data:
                    self.ids.append(sent.id)
                    self.events.append(json.loads(sent.data))
                if until_seen is not None and len(self.ids) >= until_seen:
                    return


async def test_a_stream_goes_on_without_gap_or_repeat_at_an_api_that_took_the_place_of_a_killed_one(
    road: Road, trip: Trip, bot: OwnProcess
) -> None:
    guilds = Watcher(road, f"/guilds/{trip.guild_id}/events")
    slow = {"kind": "slow", "method": "POST", "route": "/guilds/{guild_id}/.*", "delay": 0.05, "count": 1000}
    await road.sim("POST", "/faults", slow)
    # A guild's stream tells what happens from now on: begun before the job, it sees all of it.
    watching = asyncio.create_task(guilds.watch())
    await asyncio.wait_for(guilds.is_open.wait(), PATIENCE)
    job = await road.client.apply(trip.plan)
    one = Watcher(road, f"/jobs/{job.id}/events")
    also = asyncio.create_task(one.watch())
    await until(lambda: seen(one, SEEN_BEFORE))
    await until(lambda: seen(guilds, SEEN_BEFORE))
    await road.api.kill()
    for stream in (watching, also):
        with suppress(httpx.HTTPError):
            await asyncio.wait_for(stream, PATIENCE)
    seen_before = (len(one.ids), len(guilds.ids))
    await asyncio.sleep(0.5)  # the bot goes on meanwhile
    await road.start_api()
    await asyncio.wait_for(one.watch(), LONG_PATIENCE)
    await asyncio.wait_for(guilds.watch(until_seen=len(one.ids)), LONG_PATIENCE)

    assert one.events[-1]["type"] == "job.settled"
    assert one.events[-1]["state"] == "succeeded"
    for watcher in (one, guilds):
        assert watcher.ids == [f"{job.id}:{number}" for number in range(1, len(watcher.ids) + 1)]
    assert len(one.ids) > seen_before[0]
    assert len(guilds.ids) > seen_before[1]


async def seen(watcher: Watcher, events: int) -> bool:
    return len(watcher.ids) >= events
