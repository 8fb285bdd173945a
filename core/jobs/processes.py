"""Which of our processes are alive: each writes a heartbeat, and a young heartbeat is life."""

import os
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from core.db import Repository
from core.jobs.models import ProcessModel
from core.jobs.statements import is_alive

ProcessKind = Literal["api", "bot", "workers"]
HEARTBEAT_SECONDS = 5.0


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """One connection to Discord's gateway; `latency_ms` is None until it was measured and while there is none."""

    id: int
    connected: bool
    latency_ms: float | None
    guilds: int


class BotDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What a bot says of itself. One that runs but is not `connected` counts as away: jobs wait for it."""

    connected: bool = True
    application_id: str | None = None
    shards: tuple[Shard, ...] = ()


class Process(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    pid: int
    started_at: datetime
    heartbeat_at: datetime
    details: dict[str, Any] | None = None


class ProcessRepository(Repository[ProcessModel]):
    model_type = ProcessModel

    async def beat(self, id_: str, kind: ProcessKind, details: dict[str, Any]) -> None:
        now = func.clock_timestamp()
        await self.session.execute(
            insert(ProcessModel)
            .values(id=id_, kind=kind, pid=os.getpid(), started_at=now, heartbeat_at=now, details=details)
            .on_conflict_do_update(index_elements=["id"], set_={"heartbeat_at": now, "details": details})
        )

    async def leave(self, id_: str) -> None:
        await self.session.execute(delete(ProcessModel).where(ProcessModel.id == id_))

    async def bury(self) -> int:
        """Deletes the rows of processes that ended without a word, a day ago or longer."""
        long_dead = ProcessModel.heartbeat_at < func.clock_timestamp() - timedelta(days=1)
        return await self._count(delete(ProcessModel).where(long_dead))

    async def alive(self) -> tuple[Process, ...]:
        """By the database's clock, as leases are. Long-dead rows are left out, not deleted."""
        rows = await self.session.scalars(
            select(ProcessModel).where(is_alive()).order_by(ProcessModel.started_at)
        )
        return tuple(
            Process(
                id=row.id,
                kind=row.kind,
                pid=row.pid,
                started_at=row.started_at,
                heartbeat_at=row.heartbeat_at,
                details=row.details,
            )
            for row in rows
        )


class ProcessService:
    def __init__(self, processes: ProcessRepository) -> None:
        self._processes = processes

    async def beat(self, id_: str, kind: ProcessKind, details: dict[str, Any]) -> None:
        """Every `HEARTBEAT_SECONDS`; `details` is what status shows of this process."""
        await self._processes.beat(id_, kind, details)

    async def leave(self, id_: str) -> None:
        """At an orderly end, so that nobody waits for the heartbeat to grow old."""
        await self._processes.leave(id_)

    async def alive(self) -> tuple[Process, ...]:
        return await self._processes.alive()

    async def bury(self) -> int:
        """Forgets those that ended without a word, a day ago or longer; answers how many."""
        return await self._processes.bury()

    async def is_bot_alive(self) -> bool:
        """Whether one is connected to Discord, and can do jobs."""
        return any(map(_is_connected_bot, await self._processes.alive()))


def _is_connected_bot(process: Process) -> bool:
    return process.kind == "bot" and msgspec.convert(process.details or {}, BotDetails).connected
