"""Asking the bot to read a guild again."""

from datetime import datetime

from core.actor import SYSTEM, Actor
from core.guilds.jobs import SYNC, SyncPayload
from core.guilds.service import GuildService
from core.jobs.schemas import Job
from core.jobs.service import JobService


class SyncService:
    def __init__(self, guilds: GuildService, jobs: JobService) -> None:
        self._guilds = guilds
        self._jobs = jobs

    async def request(
        self,
        actor: Actor,
        guild_id: str,
        *,
        run_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> Job:
        """Asks the bot to read the guild again."""
        await self._guilds.require_present(actor, guild_id)
        return await self._jobs.ask(
            actor, SYNC, SyncPayload(), guild_id=guild_id, run_at=run_at, expires_at=expires_at
        )

    async def look(self, guild_id: str) -> Job | None:
        """The bot is to read the guild again and to compare it with its active version: for when what it is measured
        by, or how, has changed, or nobody has listened for a while. Always a job of its own: one that is open may have
        looked already."""
        if await self._guilds.state_of(guild_id) == "approved":
            return await self._jobs.ask(SYSTEM, SYNC, SyncPayload(), guild_id=guild_id)
        return None
