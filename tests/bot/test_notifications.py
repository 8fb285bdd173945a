"""People and channels are told of jobs that have ended, in one message, as soon as it was chosen."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.actions.payloads import MessageDelete, MessageSend
from core.actor import SYSTEM, Actor
from core.guilds.options import GuildOptionsChanges
from core.jobs.schemas import Job, JobFilter
from core.notifications.choices import NotificationChanges
from core.notifications.jobs import NOTIFY
from core.paging import Paging
from tests.bot.conftest import Discord, seen
from tests.bot.road import Road, bot_on, database_at, in_step, owner_of
from tests.builders.core import snowflake


class Post:
    """A guild in which jobs end, and `owner`, who asked for them, as they are written to."""

    def __init__(self, road: Road, asker: Actor) -> None:
        self.road = road
        self.asker = asker

    async def choose(self, **changes: Any) -> None:
        async with self.road.database.unit() as unit:
            await unit.notifications.edit(self.asker, NotificationChanges(**changes))

    async def say_in(self, channel_id: str) -> None:
        async with self.road.database.unit() as unit:
            changes = GuildOptionsChanges(notify_channel_id=channel_id)
            await unit.guild_options.edit(self.asker, self.road.guild_id, changes)

    async def asks(self, action: Any) -> Job:
        async with self.road.database.unit() as unit:
            return await unit.actions.request(self.asker, self.road.guild_id, action)

    async def fails(self) -> Job:
        return await self.asks(MessageDelete(channel_id=snowflake(), message_id=snowflake()))

    async def ended(self, job: Job) -> None:
        async def look() -> Job:
            async with self.road.database.read() as unit:
                return await unit.jobs.get(SYSTEM, job.id)

        await seen(look, lambda found: found.is_settled)

    async def direct(self) -> list[dict[str, Any]]:
        url = f"{self.road.discord.base}/_sim/users/owner/messages"
        async with self.road.discord.http.get(url) as answer:
            return await answer.json()

    async def in_channel(self, name: str) -> list[dict[str, Any]]:
        channel_id = str(self.road.guild["channels"][name])
        return (await self.road.discord.dump(self.road.guild_id))["messages"].get(channel_id, [])

    async def carried(self, *, count: int = 1) -> list[Job]:
        async def look() -> list[Job]:
            async with self.road.database.read() as unit:
                return list((await unit.jobs.list(SYSTEM, JobFilter(kind=NOTIFY.kind), Paging())).items)

        return await seen(look, lambda jobs: len(jobs) == count and all(job.is_settled for job in jobs))


@pytest.fixture
async def post(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Post]:
    guild = await discord.make({"name": "Harbour", "channels": [{"name": "log"}]})
    person = discord.simulator.world.application.owner_id
    async with database_at(database_url) as database:
        await owner_of(database)
        async with database.engines.writing.begin() as connection:
            await connection.exec_driver_sql("UPDATE accounts SET discord_user_id = $1", (person,))
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Post(Road(discord, guild, database, owner, bot), owner)


async def test_who_asked_is_told_in_one_message_of_what_ended_together(post: Post) -> None:
    await post.choose(job_results="all")
    log = str(post.road.guild["channels"]["log"])
    job = await post.asks(MessageSend(channel_id=log, content="ahoy"))
    (message,) = await seen(post.direct, bool)
    assert message["content"] == f"✅ `message.send` in **Harbour** (`{job.id}`) is done."
    (carrier,) = await post.carried()
    assert carrier.result == {
        "kind": "notification.send",
        "notices": 1,
        "message_id": message["id"],
    }


async def test_a_channel_of_the_guild_is_told_of_what_failed_there_without_a_restart(post: Post) -> None:
    await post.ended(await post.fails())
    await post.say_in(str(post.road.guild["channels"]["log"]))
    job = await post.fails()
    (message,) = await seen(lambda: post.in_channel("log"), bool)
    assert str(job.id) in message["content"]
    assert "failed" in message["content"]
    assert (await post.carried())[0].state == "succeeded"


async def test_a_channel_of_another_guild_is_not_written_to(post: Post) -> None:
    other = await post.road.discord.make({"name": "Lagoon", "channels": [{"name": "log"}]})
    await in_step(post.road.database, post.asker, other["id"])
    await post.say_in(str(other["channels"]["log"]))
    await post.fails()
    (carrier,) = await post.carried()
    assert carrier.error is not None
    assert (carrier.state, carrier.error.code) == ("failed", "unknown_channel")
    assert (await post.road.discord.dump(other["id"]))["messages"] == {}


async def test_who_takes_no_messages_is_not_asked_again_and_nobody_is_told_of_that(post: Post) -> None:
    url = f"{post.road.discord.base}/_sim/users/owner"
    async with post.road.discord.http.patch(url, json={"direct_messages": False}) as answer:
        assert answer.ok
    await post.choose(job_results="all", guild_failures=True)
    await post.fails()
    (carrier,) = await post.carried()
    assert carrier.error is not None
    assert (carrier.state, carrier.error.code, carrier.attempts) == ("failed", "direct_closed", 1)


async def test_a_lost_answer_is_no_second_message(post: Post) -> None:
    await post.choose(job_results="all")
    route = "/channels/{channel_id}/messages"
    await post.road.discord.fault("lost_answer", method="POST", route=route)
    await post.fails()
    assert (await post.carried())[0].state == "succeeded"
    assert len(await post.direct()) == 1
