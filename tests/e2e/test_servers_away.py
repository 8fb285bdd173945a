"""A Redis or a PostgreSQL that is away for a while costs time, and nothing else."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio

from core.migrate import upgrade
from core.ports import unused_port
from core.processes import OwnProcess
from tests.e2e.guilds import Post, new_post, picked_up, send, waited
from tests.e2e.own_servers import OwnServers, own_servers
from tests.e2e.road import ACCEPTED, Road, travelling, until
from tests.fixtures.size import sized

pytestmark = pytest.mark.asyncio(loop_scope="module")

AWAY_SECONDS = sized(small=4, soak=10)
DATABASE_AWAY_SECONDS = sized(small=3, soak=30)
PEOPLE = 3
ANSWER_SECONDS = 5.0
LOOK_SECONDS = 2.0
"""How often a worker looks by itself: what is picked up sooner, the bell was heard for."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mine() -> AsyncIterator[OwnServers]:
    async with own_servers() as servers:
        await upgrade(servers.urls.database_url)
        yield servers


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def road(mine: OwnServers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Road]:
    folder, urls = tmp_path_factory.mktemp("road"), mine.urls
    async with travelling(folder, urls.database_url, urls.redis_url, unused_port()) as road:
        yield road


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(road: Road) -> OwnProcess:
    """One that outlives everything that happens here."""
    await road.new_guild()
    return await road.start_bot()


class Load:
    """People who each ask for a message, wait until it is sent, and ask for the next, each with words of its own. So
    the load is what the machine can bear, and jobs never wait for one another."""

    def __init__(self, road: Road, post: Post) -> None:
        self._road = road
        self._post = post
        self.jobs: dict[str, str] = {}
        self.done = 0
        self.ends = False
        self.slowest_answer = 0.0
        self.refused: list[str] = []

    async def person(self, name: int) -> None:
        """Until told to end, and then to the end of what was asked last."""
        for number in itertools.count():
            if self.ends:
                return
            job_id = await self._ask(f"under load {name}:{number}")
            if job_id is not None and await self._is_done(job_id):
                self.done += 1
            await asyncio.sleep(0.05)

    async def _ask(self, words: str) -> str | None:
        message = {"kind": "message.send", "channel_id": self._post.channel_id, "content": words}
        begun = time.monotonic()
        answer = await self._road.http.post(f"/guilds/{self._post.guild_id}/jobs", json={"payload": message})
        self.slowest_answer = max(self.slowest_answer, time.monotonic() - begun)
        if answer.status_code != ACCEPTED:
            self.refused.append(words)
            return None
        self.jobs[answer.json()["id"]] = words
        return answer.json()["id"]

    async def _is_done(self, job_id: str) -> bool:
        answer = await self._road.http.get(f"/jobs/{job_id}", headers={"Prefer": "wait=10"})
        return answer.is_success and answer.json()["state"] == "succeeded"

    async def arrived_once(self) -> None:
        """Every message that was accepted, and no other but what failed when it may have been committed already."""
        for job_id in self.jobs:
            job = await self._road.ended(job_id)
            assert job["state"] == "succeeded", (job["state"], job["error"])
        guild = await self._road.sim("GET", f"/guilds/{self._post.guild_id}")
        said = Counter(message["content"] for message in guild["messages"][self._post.channel_id])
        sent = Counter(words for words in said.elements() if words.startswith("under load"))
        assert set(sent.values()) == {1}
        assert set(self.jobs.values()) <= set(sent) <= {*self.jobs.values(), *self.refused}


@asynccontextmanager
async def under_load(road: Road, post: Post) -> AsyncGenerator[Load]:
    load = Load(road, post)
    people = [asyncio.create_task(load.person(name)) for name in range(PEOPLE)]
    try:
        yield load
    finally:
        load.ends = True
        await asyncio.gather(*people)


@pytest.mark.parametrize("how", ["killed", "frozen"])
async def test_work_goes_on_while_redis_is_away_and_at_once_when_it_is_back(
    road: Road, mine: OwnServers, bot: OwnProcess, how: str
) -> None:
    post = await new_post(road)
    async with under_load(road, post) as load:
        await more_done(load, 2 * PEOPLE)
        mine.kill("redis") if how == "killed" else mine.freeze("redis")
        away_until, done = time.monotonic() + AWAY_SECONDS, load.done
        await more_done(load, PEOPLE + 1)
        await asyncio.sleep(max(0.0, away_until - time.monotonic()))
        assert load.done > done
        if how == "killed":
            await mine.start()
        else:
            mine.thaw("redis")
        job = await road.ended(await send(road, post, "the first after it"))
        assert job["state"] == "succeeded"
        assert waited(job) < LOOK_SECONDS + 0.5
    assert not load.refused
    assert load.slowest_answer < ANSWER_SECONDS, "no request hung on Redis"
    await load.arrived_once()
    await until(lambda: _is_rung(road, post))
    assert (bot.returncode, road.api.returncode) == (None, None)


async def more_done(load: Load, jobs: int) -> None:
    """Waits for so many more."""
    wanted = load.done + jobs

    async def is_so() -> bool:
        return load.done >= wanted

    await until(is_so)


async def _is_rung(road: Road, post: Post) -> bool:
    """Whether jobs are picked up through the bell again: by looks alone they would wait for a second on average."""
    return (await picked_up(road, post, 5)).median < LOOK_SECONDS / 4


async def test_work_goes_on_after_postgresql_was_away(road: Road, mine: OwnServers, bot: OwnProcess) -> None:
    post = await new_post(road)
    async with under_load(road, post) as load:
        await more_done(load, 2 * PEOPLE)
        mine.kill("postgres")
        await asyncio.sleep(DATABASE_AWAY_SECONDS)
        assert not await _is_ready(road)
        await mine.start()
        await until(lambda: _is_ready(road))
        await more_done(load, 2 * PEOPLE)
    assert load.refused, "it was away"
    await load.arrived_once()
    await until(lambda: _is_rung(road, post))
    assert (bot.returncode, road.api.returncode) == (None, None)


async def _is_ready(road: Road) -> bool:
    """The API, the database, and a bot whose heartbeat is heard."""
    try:
        parts = (await road.client.readiness()).parts
    except httpx.HTTPError:
        return False
    return set(parts.values()) == {"up"}
