"""Deciding whether anything may be done in a guild at all, in one transaction with the jobs that follow from it."""

import uuid

import msgspec

from core.actions.jobs import GUILD_LEAVE
from core.actions.payloads import GuildLeave
from core.actor import Actor
from core.discord.types import Snowflake
from core.errors import Conflict
from core.guilds.schemas import Guild
from core.guilds.service import GuildService
from core.guilds.snapshots import SnapshotService
from core.guilds.states import Decision
from core.guilds.syncs import SyncService
from core.jobs.service import JobService


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """The guild as it is now; what was asked of the bot there, and what was called off."""

    guild: Guild
    asked: tuple[uuid.UUID, ...] = ()
    cancelled: tuple[uuid.UUID, ...] = ()


class GuildReviewService:
    def __init__(
        self, guilds: GuildService, syncs: SyncService, snapshots: SnapshotService, jobs: JobService
    ) -> None:
        self._guilds = guilds
        self._syncs = syncs
        self._snapshots = snapshots
        self._jobs = jobs

    async def decide(
        self,
        actor: Actor,
        guild_id: Snowflake,
        decision: Decision,
        *,
        reason: str | None = None,
        leave: bool = False,
    ) -> Reviewed:
        """For owners of the installation. An approved guild is read and its first snapshot kept; any other decision
        calls off what is open there, and with `leave` the bot goes. Raises `NotFound`, `Forbidden`, and `Conflict`
        where the guild cannot become this from what it is."""
        if leave and decision == "approved":
            raise Conflict(f"Guild {guild_id} cannot be approved and left at once.", code="guild_state")
        guild = await self._guilds.review(actor, guild_id, decision, reason)
        if decision != "approved":
            cancelled = await self._jobs.cancel_in(actor.unscoped(), guild_id)
            goes = leave and guild.state != "left"
            asked = (await self._ask_to_leave(actor, guild_id),) if goes else ()
            return Reviewed(guild=guild, asked=asked, cancelled=cancelled)
        if guild.state == "left":
            return Reviewed(guild=guild)
        # Where there are snapshots already the guild may have changed since, and have a version to be held against.
        asked = await self._snapshots.request_first([guild_id]) or (await self._syncs.look(guild_id),)
        return Reviewed(guild=guild, asked=tuple(job.id for job in asked if job is not None))

    async def _ask_to_leave(self, actor: Actor, guild_id: Snowflake) -> uuid.UUID:
        """Behind what is called off and has not ended yet."""
        job = await self._jobs.ask(
            actor.unscoped(), GUILD_LEAVE, GuildLeave(), guild_id=guild_id, on_conflict="queue"
        )
        return job.id
