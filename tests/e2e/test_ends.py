"""A ban for a time, over a death of the bot and an emptied Redis."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from tests.e2e.road import Road, until
from workers.wire import connect, disconnect

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPEC = {"name": "Harbour", "owner": "olga", "channels": [{"name": "log"}], "members": [{"username": "ken"}]}
LASTS = timedelta(seconds=2)


async def test_a_ban_is_lifted_on_time_although_the_bot_died_and_redis_was_emptied(road: Road) -> None:
    """Its end is moved to be soon, because nothing may be asked for that lasts less than a minute."""
    made = await road.sim("POST", "/guilds", SPEC)
    guild_id, ken = made["id"], made["members"]["ken"]
    ban = f"/guilds/{guild_id}/bans/{ken}"
    bot = await road.start_bot()
    try:
        await until(lambda: road.knows(guild_id))
        job = await road.ended(await road.ask(guild_id, "member.ban", member_ids=[ken], expires_in=3600))
        assert job["state"] == "succeeded", job["error"]
        assert job["result"]["undo_id"] == job["id"]
    finally:
        await bot.kill()
    ends_at = datetime.now(UTC) + LASTS
    await move(road, job["id"], ends_at)
    await flush(road)
    bot = await road.start_bot()
    try:
        await until(lambda: lifted(road, ban))
        assert datetime.now(UTC) >= ends_at
        assert await road.effects("PUT", ban) == [ban]
        assert await road.effects("DELETE", ban) == [ban]
    finally:
        await bot.kill()
        await road.sim("DELETE", f"/guilds/{guild_id}")


async def test_a_ban_whose_end_comes_while_the_bot_is_away_is_lifted_when_it_is_back(road: Road) -> None:
    made = await road.sim("POST", "/guilds", SPEC)
    guild_id, ken = made["id"], made["members"]["ken"]
    ban = f"/guilds/{guild_id}/bans/{ken}"
    bot = await road.start_bot()
    try:
        await until(lambda: road.knows(guild_id))
        job = await road.ended(await road.ask(guild_id, "member.ban", member_ids=[ken], expires_in=3600))
        assert job["state"] == "succeeded", job["error"]
    finally:
        await bot.kill()
    await move(road, job["id"], datetime.now(UTC))
    await until(lambda: is_asked_for(road, guild_id))
    await flush(road)
    bot = await road.start_bot()
    try:
        await until(lambda: lifted(road, ban))
        assert await road.effects("DELETE", ban) == [ban]
    finally:
        await bot.kill()
        await road.sim("DELETE", f"/guilds/{guild_id}")


async def lifted(road: Road, ban: str) -> bool:
    return bool(await road.effects("DELETE", ban))


async def is_asked_for(road: Road, guild_id: str) -> bool:
    answer = await road.http.get("/jobs", params={"guild_id": guild_id, "kind": "action.undo"})
    assert answer.is_success, answer.text
    return bool(answer.json()["items"])


async def flush(road: Road) -> None:
    connection = connect(road.redis_url)
    try:
        await connection.flushall()
    finally:
        await disconnect(connection)


async def move(road: Road, schedule_id: str, ends_at: datetime) -> None:
    connection = await asyncpg.connect(road.dsn)
    try:
        await connection.execute(
            "UPDATE schedules SET next_at = $2, due_at = $2 WHERE id = $1", schedule_id, ends_at
        )
        await connection.execute(
            "UPDATE reversals SET ends_at = $2 WHERE schedule_id = $1", schedule_id, ends_at
        )
        await connection.execute("SELECT pg_notify('guildwright_schedules', '')")
    finally:
        await connection.close()
