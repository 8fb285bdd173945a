"""What somebody has to look after while nobody asks: jobs that wait for an absent bot, jobs that expired, old rows."""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from core.config import Settings
from core.supervision import keep_going
from core.uow import Database

EVERY_SECONDS = 3.0
_KEYS_KEPT = timedelta(days=1)
_PICTURES_UNUSED = timedelta(days=30)
_PLANS_OPEN = timedelta(days=30)
_CLEAN_EVERY = 1200  # rounds: about an hour
_CLEAN_FIRST = 20  # rounds: about a minute, so that a start has the database for itself
log = logging.getLogger(__name__)


class Housekeeping:
    """Runs in the API process by default, so that a job can say that it waits for the bot while the bot is away.
    Several at once do no harm: every round is one conditional statement a task."""

    def __init__(
        self,
        database: Database,
        *,
        job_retention: timedelta,
        delivery_retention: timedelta,
        audit_retention: timedelta,
        left_guild_retention: timedelta,
    ) -> None:
        self._database = database
        self._retention = job_retention
        self._delivery_retention = delivery_retention
        self._audit_retention = audit_retention
        self._left_guild_retention = left_guild_retention

    async def run(self) -> None:
        """Until cancelled."""
        await keep_going("Housekeeping", self._go_round)

    async def _go_round(self) -> None:
        rounds = 0
        while True:
            try:
                await self.look_after()
                if rounds % _CLEAN_EVERY == _CLEAN_FIRST:
                    await self.clean()
            except (SQLAlchemyError, OSError) as error:
                log.warning("Housekeeping could not reach PostgreSQL: %s", error)
            rounds += 1
            await asyncio.sleep(EVERY_SECONDS)

    async def look_after(self) -> None:
        async with self._database.read() as unit:
            parks, expires = await unit.jobs.is_care_due()
        if not parks and not expires:
            return
        async with self._database.unit() as unit:
            if parks:
                await unit.jobs.park_for_bot()
            if expires:
                await unit.jobs.expire_due()

    async def clean(self) -> None:
        async with self._database.unit() as unit:
            await unit.jobs.delete_old(self._retention)
            await unit.guild_events.delete_old(self._retention)
            await unit.undos.delete_old(self._retention)
            await unit.runs.delete_old(self._retention)
            await unit.deliveries.clean(self._delivery_retention)
            await unit.idempotency.forget_before(self._database.clock() - _KEYS_KEPT)
            await unit.processes.bury()
            await unit.sessions.clean()
            await unit.logins.clean()
            await unit.audit.clean(self._database.clock() - self._audit_retention)
        await self._forget_left_guilds()
        await self._clean_snapshots()
        await self._clean_pictures()

    async def _forget_left_guilds(self) -> None:
        """One transaction each: a guild with much to delete holds up no other."""
        keep = self._left_guild_retention
        async with self._database.read() as unit:
            overdue = await unit.left_guilds.overdue(keep)
        for guild_id in overdue:
            async with self._database.unit() as unit:
                if await unit.left_guilds.forget(guild_id, keep):
                    log.info("Guild %s was left long ago, and is forgotten.", guild_id)

    async def _clean_snapshots(self) -> None:
        async with self._database.unit() as unit:
            keep = await unit.plans.snapshots_since(self._database.clock() - _PLANS_OPEN)
            await unit.snapshots.clean(keep=keep)

    async def _clean_pictures(self) -> None:
        """Looking through all that could name them is only worth it where some are unused at all."""
        before = self._database.clock() - _PICTURES_UNUSED
        async with self._database.unit() as unit:
            unused = await unit.images.unused_since(before)
            if unused:
                named = await unit.snapshots.pictures() | await unit.template_versions.pictures()
                named |= await unit.plans.pictures()
                await unit.images.retire(unused, named=named, before=before)


def housekeeping_of(settings: Settings, database: Database) -> Housekeeping:
    return Housekeeping(
        database,
        job_retention=timedelta(days=settings.job_retention_days),
        delivery_retention=timedelta(days=settings.delivery_retention_days),
        audit_retention=timedelta(days=settings.audit_retention_days),
        left_guild_retention=timedelta(days=settings.left_guild_retention_days),
    )
