"""Calling off and asking again, in every state that a job can be in; and finding jobs by what they are."""

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from core.jobs.schemas import Claim
from core.jobs.states import OPEN, RETRYABLE, TERMINAL, JobState, WaitingFor
from tests.api.world import Api

LATER = "'2999-01-01T00:00:00Z'"


async def sync(api: Api, guild_id: str | None = None, **fields: Any) -> dict[str, Any]:
    body = {"payload": {"kind": "guild.sync"}, **fields}
    return (await api.post(f"/guilds/{guild_id or await api.guild()}/jobs", json=body)).json()


async def in_state(api: Api, state: str, **columns: str) -> str:
    job_id = (await sync(api))["id"]
    changes = ", ".join(f"{name} = {value}" for name, value in columns.items())
    await api.execute(f"UPDATE jobs SET state = '{state}'{changes and ', ' + changes} WHERE id = '{job_id}'")
    return job_id


async def seen(api: Api, job_id: str) -> dict[str, Any]:
    return (await api.get(f"/jobs/{job_id}")).json()


async def told(api: Api, job_id: str) -> list[str]:
    """The types of its events."""
    statement = "SELECT string_agg(type, ' ' ORDER BY sequence) FROM job_events WHERE job_id = :id"
    return (await api.scalar(statement, id=job_id)).split()


async def claimed(api: Api) -> Claim:
    async with api.database.unit() as unit:
        claim = await unit.ledger.claim("bot", "one", 45)
    assert claim is not None
    return claim


def test_every_state_is_one_of_those_below() -> None:
    assert frozenset(get_args(JobState)) == OPEN | TERMINAL
    assert frozenset({"queued", "running", "waiting"}) == OPEN


@pytest.mark.parametrize("reason", [None, *get_args(WaitingFor)])
async def test_what_is_not_running_is_called_off_at_once(api: Api, reason: str | None) -> None:
    await api.keep_bot()
    waiting = {} if reason is None else {"waiting_for": f"'{reason}'", "resume_at": LATER}
    job_id = await in_state(api, "queued" if reason is None else "waiting", **waiting)
    answer = await api.post(f"/jobs/{job_id}/cancel", headers={"Prefer": "wait=20"})
    assert (answer.status_code, answer.json()) == (200, await seen(api, job_id))
    job = answer.json()
    assert (job["state"], job["waiting_for"], job["resume_at"]) == ("cancelled", None, None)
    assert (job["cancel_requested"], job["result"], job["attempts"]) == (True, None, 0)
    assert job["finished_at"] is not None
    assert await told(api, job_id) == ["job.queued", "job.settled"]
    assert await api.work() == 0


async def test_what_is_running_is_asked_to_stop_and_may_be_asked_again(api: Api) -> None:
    await api.keep_bot()
    job_id = (await sync(api))["id"]
    claim = await claimed(api)
    for _ in range(2):
        answer = await api.post(f"/jobs/{job_id}/cancel")
        job = answer.json()
        assert (answer.status_code, job["state"], job["cancel_requested"]) == (202, "running", True)
        assert job["finished_at"] is None
    async with api.database.unit() as unit:
        await unit.ledger.hand_back(claim)
    job = await seen(api, job_id)
    assert (job["state"], job["attempts"], await api.work()) == ("cancelled", 0, 0)
    assert await told(api, job_id) == [
        "job.queued",
        "job.running",
        "job.progress",
        "job.progress",
        "job.settled",
    ]


@pytest.mark.parametrize("state", sorted(TERMINAL))
async def test_what_has_ended_cannot_be_called_off(api: Api, state: str) -> None:
    job_id = await in_state(api, state)
    before = await api.rows()
    answer = await api.post(f"/jobs/{job_id}/cancel", headers={"Idempotency-Key": "once"})
    assert (answer.status_code, answer.json()["code"]) == (409, "job_ended")
    assert answer.json()["detail"] == f"Job {job_id} has already ended: {state}."
    assert await api.rows() == before


@pytest.mark.parametrize("state", sorted(RETRYABLE))
async def test_what_ended_badly_can_be_asked_for_again(api: Api, state: str) -> None:
    await api.keep_bot()
    spent = {"attempts": "5", "finished_at": "now()", "expires_at": "now()", "cancel_requested": "true"}
    job_id = await in_state(api, state, error='\'{"code": "x", "message": "X."}\'', **spent)
    answer = await api.post(f"/jobs/{job_id}/retry")
    job = answer.json()
    assert (answer.status_code, job["state"], job["attempts"]) == (202, "queued", 0)
    assert (job["error"], job["finished_at"], job["expires_at"], job["cancel_requested"]) == (
        None,
        None,
        None,
        False,
    )
    assert [str(rung.job_id) for rung in api.rings.rung] == [job_id, job_id]
    assert len({rung.dispatch for rung in api.rings.rung}) == 2
    assert await api.work() == 1
    assert (await seen(api, job_id))["state"] == "succeeded"


@pytest.mark.parametrize("state", sorted((OPEN | TERMINAL) - RETRYABLE))
async def test_nothing_else_can(api: Api, state: str) -> None:
    await api.keep_bot()
    job_id = await in_state(api, state)
    api.rings.rung.clear()
    before = await api.rows()
    answer = await api.post(f"/jobs/{job_id}/retry", headers={"Idempotency-Key": "once"})
    assert (answer.status_code, answer.json()["code"]) == (409, "job_not_retryable")
    assert state in answer.json()["detail"]
    assert (await api.rows(), api.rings.rung) == (before, [])


async def pages(api: Api, query: str) -> list[str]:
    """The ids of all pages of two, in their order."""
    found, cursor, count = [], "", 0
    while cursor is not None:
        page = (await api.get(f"/jobs?limit=2&{query}{cursor and '&cursor=' + cursor}")).json()
        assert len(page["items"]) <= 2
        found += [item["id"] for item in page["items"]]
        cursor, count = page["next_cursor"], count + 1
    assert count == max(1, (len(found) + 1) // 2)
    return found


async def test_each_filter_is_read_to_its_end_page_by_page(api: Api) -> None:
    await api.keep_bot()
    guilds = [await api.guild() for _ in range(2)]
    me = (await api.get("/me")).json()["id"]
    jobs: list[dict[str, Any]] = []
    for number in range(10):
        path = "sync" if number % 5 else "captures"
        jobs.append((await api.post(f"/guilds/{guilds[number % 2]}/{path}")).json())
    await api.execute(*(f"UPDATE jobs SET state = 'failed' WHERE id = '{job['id']}'" for job in jobs[::3]))
    middle = datetime.fromisoformat(jobs[4]["created_at"])
    for query, kept in (
        ("", range(10)),
        ("state=failed", range(0, 10, 3)),
        ("state=queued", [n for n in range(10) if n % 3]),
        ("state=succeeded", []),
        ("kind=guild.capture", [0, 5]),
        ("kind=guild.sync", [n for n in range(10) if n % 5]),
        ("kind=guild", []),
        (f"guild_id={guilds[1]}", range(1, 10, 2)),
        ("guild_id=1", []),
        (f"actor={me}", range(10)),
        ("actor=00000000-0000-7000-8000-000000000000", []),
        (f"since={middle.isoformat().replace('+00:00', 'Z')}", range(4, 10)),
        (f"since={(middle + timedelta(microseconds=1)).isoformat().replace('+', '%2B')}", range(5, 10)),
        (f"state=failed&guild_id={guilds[1]}&kind=guild.sync&actor={me}", [3, 9]),
    ):
        wanted = [jobs[number]["id"] for number in kept]
        assert await pages(api, query) == wanted[::-1], query


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.5", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("cursor=1", "cursor"),
        ("state=", "state"),
        ("state=QUEUED", "state"),
        ("state=queued,failed", "state"),
        (f"kind={'x' * 101}", "kind"),
        ("guild_id=", "guild_id"),
        ("guild_id=-1", "guild_id"),
        ("guild_id=1%0A", "guild_id"),
        ("actor=1", "actor"),
        ("since=", "since"),
        ("since=2026-13-01T00:00:00Z", "since"),
        ("since=9999-12-31T23:59:59-14:00", "since"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_filter_that_is_none_is_named(module_api: Api, query: str, parameter: str) -> None:
    answer = await module_api.get(f"/jobs?{query}")
    assert answer.status_code == 422, answer.text
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]
