"""What was asked for a time: its ends come soon, in the middle of everything, and each thing is taken back once."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from core.config import asyncpg_dsn
from tests.chaos.records import Records, Row
from tests.chaos.world import World

_PAUSE_SECONDS = 1.0
_HASTEN: Final = """
    WITH hastened AS (
        UPDATE schedules
        SET next_at = $1, due_at = $1, timing = jsonb_set(timing, '{trigger,run_at}', to_jsonb($2::text))
        WHERE state = 'active' AND payload ->> 'kind' = 'action.undo'
            AND due_at > $1::timestamptz + interval '1 minute'
        RETURNING id
    ), moved AS (
        UPDATE reversals SET ends_at = $1 WHERE schedule_id IN (SELECT id FROM hastened)
    )
    SELECT pg_notify('guildwright_schedules', '') FROM hastened LIMIT 1
"""
_AWAY: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
)
_DOING: Final = {
    "role.grant": ("grant", "revoke"),
    "member.ban": ("ban", "unban"),
    "channel.lock": ("lock", "unlock"),
    "channel.overwrite": ("overwrite", "restore"),
}
"""How the steps of a kind are called, and those of its end."""


@asynccontextmanager
async def ends_come_soon(world: World) -> AsyncGenerator[None]:
    """Nothing may be asked for that lasts less than a minute, and nobody waits for that here."""
    task = asyncio.create_task(_hasten(world))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def wrong_ends(records: Records) -> Iterator[str]:
    """Whatever a job changed for a time, ends of that job have changed once, and no other."""
    ends = {row.id: row.payload["job_id"] for row in records.rows.values() if row.kind == "action.undo"}
    undone = Counter[tuple[str, str]]()
    for (job_id, step), count in records.changes.items():
        if job_id in ends:
            undone[ends[job_id], step] += count
    timed = filter(is_timed, records.rows.values())
    done = {changed for row in timed for changed in _changed_by(row, records)}
    for job_id, step in sorted(done | set(undone)):
        expected = (job_id, step) in done
        if undone[job_id, step] != expected:
            yield f"job {job_id} was to be taken back by {step} {int(expected)} times: {undone[job_id, step]}"
    for schedule_id, state in records.ends.items():
        if state != "ended":
            yield f"the end of job {schedule_id} is {state}"


def is_timed(row: Row) -> bool:
    return row.kind in _DOING and row.payload.get("expires_in") is not None


def _changed_by(row: Row, records: Records) -> Iterator[tuple[str, str]]:
    """The step of its end for each of its own that the audit log knows."""
    doing, undoing = _DOING[row.kind]
    for step in row.steps:
        verb, _, member_id = str(step["key"]).partition(":")
        if verb == doing and records.changes.get((row.id, step["key"])):
            yield row.id, f"{undoing}:{member_id or row.payload['channel_id']}"


async def _hasten(world: World) -> None:
    dsn = asyncpg_dsn(world.servers.urls.database_url)
    while True:
        with contextlib.suppress(*_AWAY):
            await _hasten_once(dsn)
        await asyncio.sleep(_PAUSE_SECONDS)


async def _hasten_once(dsn: str) -> None:
    connection: Any = await asyncpg.connect(dsn)
    try:
        now = datetime.now(UTC)
        await connection.execute(_HASTEN, now, now.isoformat())
    finally:
        await connection.close()
