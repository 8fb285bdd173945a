"""Who is told of the events of a guild and its jobs: the ledger's end of it."""

import uuid
from collections.abc import Sequence
from typing import Protocol

from core.jobs.schemas import GuildEvent, Job, JobEvent


class Outbox(Protocol):
    """Gets the events of a guild and its jobs that somebody wants, in the transaction that adds them: what it keeps is
    committed or rolled back with the event."""

    @property
    def wanting(self) -> str:
        """SQL that gives the ids of those who want an event of `:type` in `:guild_id`, asked with the event's own
        statement."""
        ...

    async def put(self, event: JobEvent, *, kind: str, guild_id: str, callbacks: Sequence[uuid.UUID]) -> None:
        """For the ids that `wanting` gave; `kind` is the job's. Must not fail for reasons of its own: the event would
        not happen."""
        ...

    async def put_guild(self, event: GuildEvent, *, callbacks: Sequence[uuid.UUID]) -> None:
        """The same for an event that is of no job."""
        ...


class Audience(Protocol):
    """Gets the jobs that have ended, in the transaction that settles them, while anybody may want to know."""

    @property
    def listening(self) -> str:
        """SQL that says whether anybody may, asked with the event's own statement and its `:guild_id`."""
        ...

    async def job_ended(self, job: Job) -> None:
        """Must not fail for reasons of its own: the job would not be settled."""
        ...
