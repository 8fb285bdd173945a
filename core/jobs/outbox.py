"""Who is told of a guild's job events: the ledger's end of it."""

from typing import Protocol

from core.jobs.schemas import JobEvent


class Outbox(Protocol):
    """Gets every event of a guild's jobs in the transaction that adds it: what it keeps is committed or rolled back
    with the event."""

    async def put(self, event: JobEvent, *, kind: str, guild_id: str) -> None:
        """`kind` is the job's. Must not fail for reasons of its own: the event would not happen."""
        ...
