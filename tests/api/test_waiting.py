"""`Prefer: wait`."""

import asyncio
import time

import pytest

from api.waiting import seconds_wanted
from tests.api.world import Api


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, None),
        ("respond-async", None),
        ("wait=5", 5),
        ("respond-async, wait=5", 5),
        ('wait="5"; foo', 5),
        ("WAIT = 7", 7),
        ("wait=999999", 30),
        ("wait=0", 0),
        ("wait=-1", None),
        ("wait=soon", None),
        ("await=5", None),
    ],
)
def test_a_preference_is_read_generously(prefer: str | None, seconds: int | None) -> None:
    assert seconds_wanted(prefer) == seconds


async def test_a_post_answers_with_the_settled_job_as_soon_as_it_has_settled(api: Api) -> None:
    guild = await api.guild()
    began = time.monotonic()
    waiting = asyncio.create_task(api.post(f"/guilds/{guild}/sync", headers={"Prefer": "wait=20"}))
    await api.all_wait(1)
    assert await api.work() == 1
    answer = await waiting
    assert time.monotonic() - began < 5
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=20"
    assert (answer.json()["state"], answer.json()["result"]["kind"]) == ("succeeded", "guild.sync")
    assert answer.headers["location"] == f"/api/v1/jobs/{answer.json()['id']}"


async def test_a_get_answers_with_the_job_as_it_is_when_the_time_is_over(api: Api) -> None:
    guild = await api.guild()
    job = (await api.post(f"/guilds/{guild}/sync")).json()
    began = time.monotonic()
    answer = await api.get(f"/jobs/{job['id']}", headers={"Prefer": "wait=1"})
    assert 0.9 < time.monotonic() - began < 3
    assert (answer.status_code, answer.json()["state"] in {"queued", "waiting"}) == (200, True)
    assert answer.headers["preference-applied"] == "wait=1"


async def test_a_post_that_has_waited_in_vain_is_still_accepted(api: Api) -> None:
    guild = await api.guild()
    answer = await api.post(f"/guilds/{guild}/sync", headers={"Prefer": "wait=1", "Idempotency-Key": "k"})
    assert answer.status_code == 202
    await api.work()
    again = await api.post(f"/guilds/{guild}/sync", headers={"Prefer": "wait=1", "Idempotency-Key": "k"})
    assert (again.status_code, again.json()["id"]) == (200, answer.json()["id"])


async def test_who_waits_holds_no_connection(api: Api) -> None:
    """More wait at once than both pools have connections."""
    guild = await api.guild()
    job = (await api.post(f"/guilds/{guild}/sync")).json()
    headers = {"Prefer": "wait=20"}
    waiting = [asyncio.create_task(api.get(f"/jobs/{job['id']}", headers=headers)) for _ in range(60)]
    await api.all_wait(60)
    assert (await api.get("/me")).status_code == 200
    await api.work()
    assert {answer.json()["state"] for answer in await asyncio.gather(*waiting)} == {"succeeded"}
