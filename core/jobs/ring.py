"""The doorbell, seen from the product: rung after a commit, and allowed to fail (law 1)."""

import uuid
from collections.abc import Callable
from typing import Protocol, TypeAlias

import msgspec

from core.jobs.states import Lane

CHANNEL = "guildwright_jobs"
"""Where PostgreSQL notifies of every new event, at its commit. The payload is words: the event's type, the job's id
where it is of a job, and the guild's id where it has one; `RESUMED` stands alone."""

RESUMED = "system.resumed"

PASSING = frozenset(
    {
        "job.running",
        "job.progress",
        "guild.drift",
        "guild.pending",
        "guild.rejected",
        "guild.suspended",
        "guild.banned",
        "guild.left",
        "schedule.paused",
        "schedule.resumed",
    }
)
"""Types of events after which no job is claimable, or due, that was not before."""


class Rung(msgspec.Struct, frozen=True):
    """A job that became claimable; `dispatch` makes the message's id new each time."""

    lane: Lane
    job_id: uuid.UUID
    dispatch: int


class Ring(Protocol):
    """Tells the lanes' workers that there is something to claim, of one commit all at once. Never raises: a lost ring
    is found again."""

    async def __call__(self, *rungs: Rung) -> None: ...


RingLater: TypeAlias = Callable[[Rung], None]


async def no_ring(*rungs: Rung) -> None:
    """For processes without Redis: workers find the job by themselves."""
