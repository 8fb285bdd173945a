"""What is kept of guilds that the bot has left, and for how long."""

from datetime import timedelta

from core.actor import SYSTEM
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.types import Snowflake
from core.guilds.service import GuildService
from core.jobs.guild_events import GuildEventService
from core.jobs.service import JobService
from core.templates.service import TemplateService


class LeftGuildService:
    """Of a guild that was left too long ago the audit log keeps its entries; the rest goes as a whole. What its people
    shared with each other stays with who owns it."""

    def __init__(
        self,
        *,
        guilds: GuildService,
        templates: TemplateService,
        jobs: JobService,
        events: GuildEventService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._guilds = guilds
        self._templates = templates
        self._jobs = jobs
        self._events = events
        self._audit = audit
        self._clock = clock

    async def overdue(self, keep: timedelta) -> tuple[Snowflake, ...]:
        """Guilds that were left longer ago than `keep`, each to be forgotten in a transaction of its own."""
        return await self._guilds.left_before(self._clock() - keep)

    async def forget(self, guild_id: Snowflake, keep: timedelta) -> bool:
        """Deletes all that hangs on the guild. False where it has come back in time."""
        guild = await self._guilds.forgettable(guild_id, self._clock() - keep)
        if guild is None:
            return False
        private = await self._templates.unshare(guild_id)
        jobs = await self._jobs.delete_in(guild_id)
        await self._events.delete_in(guild_id)
        await self._guilds.forget(guild_id)
        await self._audit.record(
            SYSTEM,
            "guild.forget",
            ("guild", guild_id),
            guild_id=guild_id,
            before={
                "name": guild.name,
                "state": guild.review.decision,
                "left_at": guild.left_at,
                "jobs": jobs,
                "templates_made_private": private,
            },
        )
        return True
