"""A guild in which things are done for a time, with a clock that is put forward and a scheduler that looks."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from core.actions.payloads import Action
from core.actions.undo import Undone, UndoOutcome
from core.discord.types import Overwrite
from core.jobs.schemas import Job, JobFilter
from core.paging import Paging
from core.schedules.schemas import Schedule, ScheduleRun
from tests.bot.conftest import Discord, seen
from tests.bot.road import Road, bot_on, database_at, dsn_of, in_step, owner_of
from workers.scheduler import Scheduler

SPEC: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "roles": [{"name": "Crew", "key": "crew"}],
    "channels": [{"name": "log"}],
    "members": [{"username": "ada"}, {"username": "ken"}, {"username": "linus"}],
}
DAY = 86_400
ROLE = "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"
BAN = "/guilds/{guild_id}/bans/{user_id}"


@dataclass
class Harbour:
    """`later` is how far the product's clock is ahead of the world's; `place` a channel that stands for #log."""

    road: Road
    later: timedelta = timedelta()
    place: str | None = None

    @property
    def guild_id(self) -> str:
        return self.road.guild_id

    @property
    def crew(self) -> str:
        return str(self.road.guild["roles"]["crew"])

    @property
    def log(self) -> str:
        return self.place or str(self.road.guild["channels"]["log"])

    async def move_on(self) -> None:
        """To another channel, in which nothing was done yet."""
        await self.road.by_hand("POST", f"/guilds/{self.guild_id}/channels", {"name": "log"})
        channels = (await self.road.discord.dump(self.guild_id))["channels"]
        self.place = max((str(each["id"]) for each in channels), key=int)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later

    def person(self, name: str) -> str:
        return str(self.road.guild["members"][name])

    async def ask(self, action: Action) -> Job:
        """The settled job."""
        async with self.road.database.unit() as unit:
            job = await unit.actions.request(self.road.owner, self.guild_id, action)
        return await self.settled(job.id)

    async def done(self, action: Action) -> Job:
        job = await self.ask(action)
        assert job.state == "succeeded", job.error
        return job

    async def settled(self, job_id: Any) -> Job:
        async def look() -> Job:
            async with self.road.database.read() as unit:
                return await unit.jobs.get(self.road.owner, job_id)

        return await seen(look, lambda job: job.is_settled)

    async def schedule(self, job: Job) -> Schedule:
        async with self.road.database.read() as unit:
            return await unit.schedules.get(self.road.owner, job.id)

    async def runs(self, job: Job) -> tuple[ScheduleRun, ...]:
        """Oldest first."""
        async with self.road.database.read() as unit:
            page = await unit.schedules.runs(self.road.owner, job.id, Paging())
        return page.items[::-1]

    async def pass_time(self, seconds: float) -> None:
        """What is due is asked for; not what comes of it."""
        self.later += timedelta(seconds=seconds)
        await Scheduler(self.road.database, dsn=dsn_of(self.road.database)).run_until_idle()

    async def settled_all(self) -> None:
        """Whatever was asked for is done."""

        async def open_jobs() -> int:
            async with self.road.database.read() as unit:
                page = await unit.jobs.list(self.road.owner, JobFilter(), Paging(limit=100))
            return sum(not job.is_settled for job in page.items)

        await seen(open_jobs, lambda left: left == 0)

    async def outcomes(self, job: Job) -> list[tuple[str, str | None]]:
        """What the last run of the schedule that takes the job back has told: state and code of each subject."""
        run = (await self.runs(job))[-1]
        assert run.job_id is not None
        undo = await self.settled(run.job_id)
        assert undo.result is not None, undo.error
        found: tuple[UndoOutcome, ...] = msgspec.convert(undo.result, Undone).outcomes
        return [(each.state, each.code) for each in found]

    async def by_hand(self, method: str, path: str, body: object = None) -> None:
        """What the guild's owner does in Discord."""
        edit = {"guild_id": self.guild_id, "user": "olga", "method": method, "path": path, "body": body}
        url = f"{self.road.discord.base}/_sim/edits"
        async with self.road.discord.http.post(url, json=edit) as answer:
            assert answer.ok, await answer.text()

    async def by_hand_role(self, method: str, name: str) -> None:
        await self.by_hand(method, f"/guilds/{self.guild_id}/members/{self.person(name)}/roles/{self.crew}")

    async def by_hand_ban(self, method: str, name: str) -> None:
        await self.by_hand(method, f"/guilds/{self.guild_id}/bans/{self.person(name)}")

    async def has_role(self, name: str) -> bool:
        dump = await self.road.discord.dump(self.guild_id)
        member = next(each for each in dump["members"] if each["user"]["id"] == self.person(name))
        return self.crew in member["roles"]

    async def is_banned(self, name: str) -> bool:
        guild = self.road.discord.simulator.world.guilds[int(self.guild_id)]
        return int(self.person(name)) in guild.bans

    async def overwrite(self) -> tuple[int, int]:
        """Of @everyone in #log: allowed and denied."""
        found = await self.road.bot.gateway.look_at_overwrite(
            self.guild_id, self.log, Overwrite(kind="role", id=self.guild_id)
        )
        return found.allow, found.deny


@asynccontextmanager
async def harbour_on(discord: Discord, database_url: str, redis_url: str) -> AsyncGenerator[Harbour]:
    guild = await discord.make(SPEC)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            harbour = Harbour(Road(discord, guild, database, owner, bot))
            database.clock = harbour.now
            yield harbour
