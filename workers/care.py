"""What somebody has to look after while nobody asks, and quickly: jobs that wait for an absent bot, jobs that expired.

It is a loop and no schedule, because people wait for what it tells: within seconds a job says that the bot is away,
also while nothing may be begun. A schedule comes every ten seconds at most, and each run of it is a job.
"""

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from core.supervision import keep_going
from core.uow import Database

EVERY_SECONDS = 3.0
log = logging.getLogger(__name__)


class JobCare:
    """Runs in the API process by default, so that a job can say that it waits for the bot while the bot is away.
    Several at once do no harm: every round is one conditional statement a task."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Until cancelled."""
        await keep_going("Looking after jobs", self._go_round)

    async def _go_round(self) -> None:
        while True:
            try:
                await self.look_after()
            except (SQLAlchemyError, OSError) as error:
                log.warning("Nobody looks after jobs: PostgreSQL is away (%s).", error)
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
