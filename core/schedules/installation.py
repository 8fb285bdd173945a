"""The schedules that every installation has of itself: what is done again and again whoever uses it.

They are of no guild and nobody's but ours. Each has one id everywhere, so that however many processes start at once, it
is made once; what an owner has changed of it since stays.
"""

import uuid
from datetime import datetime, timedelta
from typing import Final

from core.actor import SYSTEM
from core.audit.service import Act, AuditService
from core.clock import Clock
from core.housekeeping.jobs import (
    CleanAudit,
    CleanCredentials,
    CleanDeliveries,
    CleanImages,
    CleanJobs,
    CleanSnapshots,
    ForgetLeftGuilds,
    HousekeepingPayload,
    RedeliverGivenUp,
)
from core.schedules.edits import fields_of
from core.schedules.repository import ScheduleRepository
from core.schedules.schemas import ScheduleDraft
from core.schedules.timing import Timing, first_after
from core.schedules.triggers import CronTrigger

_NAMESPACE: Final = uuid.UUID("328fc552-f5b5-4eeb-9c6d-56fd12eddef8")
_FIRST_AFTER: Final = timedelta(hours=1)
"""A start has the database to itself, and a new installation has nothing to clean."""

_WORK: Final[tuple[tuple[str, str, HousekeepingPayload], ...]] = (
    ("Ended jobs and their events", "7 * * * *", CleanJobs()),
    ("Ended sessions and tokens", "19 * * * *", CleanCredentials()),
    ("Ended deliveries", "31 * * * *", CleanDeliveries()),
    ("Deliveries that were given up", "13,37 * * * *", RedeliverGivenUp()),
    ("Guilds that were left", "43 * * * *", ForgetLeftGuilds()),
    ("Old snapshots", "52 * * * *", CleanSnapshots()),
    ("Unused pictures", "24 3 * * *", CleanImages()),
    ("The audit log", "38 3 * * *", CleanAudit()),
)
"""Not at the same minute: each has much to delete at times."""


def id_of(payload: HousekeepingPayload) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, str(payload.__struct_config__.tag))


def _draft(name: str, expression: str, payload: HousekeepingPayload, now: datetime) -> ScheduleDraft:
    trigger, starts_at = CronTrigger(expression=expression), now + _FIRST_AFTER
    timing = Timing(trigger=trigger, time_zone="UTC", starts_at=starts_at)
    return ScheduleDraft(name=name, payload=payload, timing=timing)


class InstallationScheduleService:
    def __init__(self, schedules: ScheduleRepository, *, audit: AuditService, clock: Clock) -> None:
        self._schedules = schedules
        self._audit = audit
        self._clock = clock

    async def put(self) -> int:
        """At each start: makes those that are not there yet; answers how many."""
        now = self._clock()
        wanted = {id_of(payload): _draft(name, said, payload, now) for name, said, payload in _WORK}
        made = await self._schedules.put_new([_row(id_, draft, now) for id_, draft in wanted.items()])
        if made:
            await self._audit.record_all(
                [
                    Act(SYSTEM, "schedule.create", ("schedule", id_), after=draft)
                    for id_, draft in wanted.items()
                    if id_ in made
                ]
            )
            await self._schedules.tell()
        return len(made)


def _row(id_: uuid.UUID, draft: ScheduleDraft, now: datetime) -> dict[str, object]:
    first = first_after(draft.timing, id_, now)
    assert first is not None, "each comes again for ever"
    return {
        "id": id_,
        "guild_id": None,
        "actor": SYSTEM,
        "next_at": first.at,
        "due_at": first.due_at,
        "created_at": now,
        "updated_at": now,
        **fields_of(draft),
    }
