"""A bot that is told to stop ends the step it is at, gives its jobs back, and is gone soon."""

import asyncio
import signal
import time
from collections import Counter
from typing import Any

import asyncpg
import pytest

from core.processes import OwnProcess
from tests.e2e.guilds import Post, new_post, send
from tests.e2e.road import Road, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUILDS, JOBS_EACH, MEMBERS = 5, 4, 3
SLOTS = str(GUILDS * JOBS_EACH)
GRACE_SECONDS = 10.0
"""What whoever stops a process commonly gives it before killing it."""
GIVE_ROLE = "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"


async def test_a_bot_told_to_stop_amid_twenty_jobs_burns_no_attempt_and_repeats_no_step(
    road: Road, guild_id: str
) -> None:
    bot = await road.start_bot(GUILDWRIGHT_JOB_SLOTS=SLOTS)
    try:
        posts = [await new_post(road, members=MEMBERS * JOBS_EACH) for _ in range(GUILDS)]
        slow = {"kind": "slow", "method": "PUT", "route": GIVE_ROLE, "delay": 1.0, "count": 1000}
        await road.sim("POST", "/faults", slow)
        jobs = [await give_role(road, post, number) for post in posts for number in range(JOBS_EACH)]
        await until(lambda: all_run(road, jobs))
        assert await stopped(bot) == 0
        left = await rows(road, jobs)
        assert are_handed_back(left)
        assert await open_steps(road, jobs) == 0, "what was begun was ended and recorded"
        done = await effects_on(road, posts)
        assert sum(row["progress_done"] for row in left) == done.total()
    finally:
        await bot.kill()
        await road.sim("DELETE", "/faults")
    back = await road.start_bot(GUILDWRIGHT_JOB_SLOTS=SLOTS)
    try:
        for job_id in jobs:
            job = await road.ended(job_id)
            assert (job["state"], job["attempts"]) == ("succeeded", 1), job["error"]
        assert set((await effects_on(road, posts)).values()) == {1}
        assert len(await effects_on(road, posts)) == GUILDS * JOBS_EACH * MEMBERS
    finally:
        await back.kill()


async def test_a_bot_told_to_stop_does_not_sit_out_what_discord_makes_it_wait_for(
    road: Road, guild_id: str
) -> None:
    """Four messages in one line: one unanswered, the others behind it; and one between disnake's own tries."""
    bot = await road.start_bot()
    try:
        post, other = await new_post(road), await new_post(road)
        line = {"kind": "slow", "method": "POST", "route": f"/channels/{post.channel_id}/messages"}
        await road.sim("POST", "/faults", line | {"delay": 60, "count": 1})
        tries = {"kind": "5xx", "status": 502, "method": "PUT", "route": GIVE_ROLE, "count": 100}
        await road.sim("POST", "/faults", tries)
        jobs = [await send(road, post, f"in line {number}") for number in range(4)]
        jobs.append(await give_role(road, other, 0, members=1))
        await until(lambda: all_run(road, jobs))
        await until(lambda: all_met(road, 2))
        begun = time.monotonic()
        assert await stopped(bot) == 0
        assert time.monotonic() - begun < GRACE_SECONDS
        left = await rows(road, jobs)
        assert are_handed_back(left)
    finally:
        await bot.kill()
        await road.sim("DELETE", "/faults")
    back = await road.start_bot()
    try:
        for job_id in jobs:
            assert (await road.ended(job_id))["state"] == "succeeded"
        said = (await road.sim("GET", f"/guilds/{post.guild_id}"))["messages"][post.channel_id]
        assert Counter(message["content"] for message in said) == {f"in line {n}": 1 for n in range(4)}
    finally:
        await back.kill()


async def stopped(bot: OwnProcess) -> int:
    """Its status; -9 if it had to be killed."""
    bot.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(3 * GRACE_SECONDS):
            return await bot.wait()
    except TimeoutError:
        return await bot.kill()


async def give_role(road: Road, post: Post, number: int, *, members: int = MEMBERS) -> str:
    """To the job's own share of the members."""
    chosen = post.member_ids[number * members : (number + 1) * members]
    return await road.ask(post.guild_id, "role.grant", role_id=post.role_id, member_ids=chosen)


async def all_run(road: Road, jobs: list[str]) -> bool:
    return {row["state"] for row in await rows(road, jobs)} == {"running"}


async def all_met(road: Road, calls: int) -> bool:
    """Whether so many calls have met a fault or are held up by one."""
    faults = await road.sim("GET", "/faults")
    spent = 2 - len(faults)
    return spent + sum(fault["hits"] > 0 for fault in faults) >= calls


def are_handed_back(left: list[Any]) -> bool:
    """For any worker to take at once, as if nobody had begun; the API may have noticed that no bot is there."""
    shown = {
        (row["state"], row["waiting_for"], row["resume_at"], row["holder"], row["attempts"]) for row in left
    }
    return shown <= {("queued", None, None, None, 0), ("waiting", "bot", None, None, 0)}


async def effects_on(road: Road, posts: list[Post]) -> Counter[str]:
    guilds = "|".join(post.guild_id for post in posts)
    return Counter(await road.effects("PUT", f"/guilds/({guilds})/members/.*/roles/.*"))


async def rows(road: Road, jobs: list[str]) -> list[Any]:
    return await _ask(road, "SELECT * FROM jobs WHERE id = ANY($1::uuid[])", jobs)


async def open_steps(road: Road, jobs: list[str]) -> int:
    found = await _ask(
        road,
        "SELECT count(*) FROM job_steps WHERE job_id = ANY($1::uuid[]) AND state = 'intended'",
        jobs,
    )
    return int(found[0]["count"])


async def _ask(road: Road, statement: str, jobs: list[str]) -> list[Any]:
    connection = await asyncpg.connect(road.dsn)
    try:
        return await connection.fetch(statement, jobs)
    finally:
        await connection.close()
