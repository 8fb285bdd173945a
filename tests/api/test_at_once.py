"""Many equal requests at the same moment, on a real socket: one of them does the work."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.api.world import Api
from tests.fixtures.patience import PATIENCE
from tests.fixtures.size import sized

KEY = {"Idempotency-Key": "once"}
MANY = sized(small=100, soak=1000)
"""More than both pools have connections."""


def send_of(content: str) -> dict[str, Any]:
    return {"payload": {"kind": "message.send", "channel_id": "1", "content": content}}


async def asked(
    client: httpx.AsyncClient, guild: str, bodies: Sequence[dict[str, Any]], **headers: str
) -> list[httpx.Response]:
    """One request for each body, all under the same key."""
    path, sent = f"/api/v1/guilds/{guild}/jobs", KEY | headers
    return await asyncio.gather(*(client.post(path, json=body, headers=sent) for body in bodies))


def told(answer: httpx.Response) -> tuple[int, str, bytes]:
    return answer.status_code, answer.headers["location"], answer.content


@asynccontextmanager
async def no_job_can_be_written(api: Api) -> AsyncGenerator[None]:
    """Whoever tries waits until the block ends."""
    async with api.database.engines.writing.begin() as connection:
        await connection.execute(text("LOCK TABLE jobs IN SHARE MODE"))
        yield


@pytest.mark.parametrize("number", [50, MANY])
async def test_equal_requests_make_one_job_and_get_equal_answers(
    api: Api, socketed: httpx.AsyncClient, number: int
) -> None:
    answers = await asked(socketed, await api.guild(), [send_of("hi")] * number)
    assert {told(answer) for answer in answers} == {told(answers[0])}
    assert answers[0].status_code == 202
    rows = await api.rows()
    assert (rows["jobs"], rows["idempotency_keys"], len(api.rings.rung)) == (1, 1, 1)


async def test_those_that_prefer_to_wait_all_get_the_settled_job(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    guild = await api.guild()
    body = {"payload": {"kind": "guild.sync"}}
    waiting = asyncio.create_task(asked(socketed, guild, [body] * 50, Prefer="wait=25"))
    await api.all_wait(50)
    assert await api.work() == 1
    answers = await waiting
    assert {told(answer) for answer in answers} == {told(answers[0])}
    assert (answers[0].status_code, answers[0].json()["state"]) == (200, "succeeded")
    assert {answer.headers["preference-applied"] for answer in answers} == {"wait=25"}
    assert (await api.rows())["jobs"] == 1


async def test_of_different_requests_under_one_key_the_first_is_done_and_the_others_are_refused(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    guild = await api.guild()
    answers = await asked(socketed, guild, [send_of(f"text {number % 2}") for number in range(50)])
    good = [answer for answer in answers if answer.status_code == 202]
    refused = [answer for answer in answers if answer.status_code == 422]
    assert (len(good), len(refused)) == (25, 25)
    assert len({told(answer) for answer in good}) == 1
    assert {answer.json()["code"] for answer in refused} == {"idempotency_key_reused"}
    assert (await api.rows())["jobs"] == 1


async def test_when_the_first_is_refused_all_are_and_nothing_is_kept(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    guild = await api.guild()
    await api.execute("UPDATE guilds SET state = 'suspended'")
    before = await api.rows()
    answers = await asked(socketed, guild, [send_of("hi")] * 50)
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(409, "guild_state")}
    assert await api.rows() == before
    await api.execute("UPDATE guilds SET state = 'approved'")
    assert {answer.status_code for answer in await asked(socketed, guild, [send_of("hi")] * 2)} == {202}


async def test_those_that_wait_for_the_first_keep_nobody_else_waiting(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    """However long the first takes: they hold no connection to the database."""
    guild = await api.guild()
    async with no_job_can_be_written(api):
        waiting = asyncio.create_task(asked(socketed, guild, [send_of("hi")] * MANY))
        await asyncio.sleep(2)
        for number in range(3):
            elsewhere = socketed.post("/api/v1/templates", json={"name": f"t{number}"})
            assert (await asyncio.wait_for(elsewhere, PATIENCE)).status_code == 201
        assert not waiting.done()
    answers = await waiting
    assert {told(answer) for answer in answers} == {told(answers[0])}
    assert (await api.rows())["jobs"] == 1


async def test_each_account_path_and_key_has_a_first_of_its_own(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    guilds = [await api.guild() for _ in range(2)]
    requests = [
        socketed.post(f"/api/v1/guilds/{guilds[n % 2]}/sync", headers={"Idempotency-Key": f"key-{n % 3}"})
        for n in range(60)
    ]
    answers = await asyncio.gather(*requests)
    assert {answer.status_code for answer in answers} == {202}
    assert len({told(answer) for answer in answers}) == (await api.rows())["jobs"] == 6
