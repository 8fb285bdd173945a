"""What is written down when the storm is over: in the database, and by the simulated Discord."""

import re
from collections import defaultdict
from typing import Any

import asyncpg
import msgspec

from core.config import asyncpg_dsn
from tests.chaos.world import World

_REASON = re.compile(r"^guildwright job (\S+) (\S+), asked by ")
_OPEN = """
    SELECT (SELECT count(*) FROM jobs WHERE state IN ('queued', 'waiting', 'running'))
        + (SELECT count(*) FROM schedules WHERE state = 'active' AND guild_id IS NOT NULL)
        + (SELECT count(*) FROM schedule_runs WHERE state IN ('waiting', 'asked'))
"""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A job with its steps, as the database has it."""

    id: str
    kind: str
    state: str
    guild_id: str
    payload: dict[str, Any]
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    attempts: int
    claims: int
    steps: list[dict[str, Any]]

    @property
    def code(self) -> str | None:
        return None if self.error is None else self.error["code"]


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """`writes` are accepted calls, `changes` what the audit log says was changed; both by (job, step)."""

    rows: dict[str, Row]
    audited: list[str]
    effects: list[dict[str, Any]]
    writes: dict[tuple[str, str], int]
    changes: dict[tuple[str, str], int]
    dumps: dict[str, Any]
    ends: dict[str, str]
    """The state of each schedule that takes back what a job did, by the job."""
    direct: list[str]
    """The ids of what the owner of the application was sent in direct messages."""

    def messages(self, channel_id: str) -> list[dict[str, Any]]:
        return next(
            (each["messages"][channel_id] for each in self.dumps.values() if channel_id in each["messages"]),
            [],
        )

    def written(self, method: str, path: str) -> int:
        return sum(each["method"] == method and each["path"] == path for each in self.effects)


async def open_jobs(world: World) -> int:
    """Also what is still to be taken back; the schedules of no guild are always there."""
    connection = await asyncpg.connect(asyncpg_dsn(world.servers.urls.database_url))
    try:
        return int(await connection.fetchval(_OPEN))
    finally:
        await connection.close()


async def rows_of(world: World) -> dict[str, Row]:
    connection = await asyncpg.connect(asyncpg_dsn(world.servers.urls.database_url))
    try:
        steps: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for step in await connection.fetch("SELECT * FROM job_steps ORDER BY job_id, position"):
            steps[str(step["job_id"])].append(dict(step))
        return {
            str(job["id"]): Row(
                id=str(job["id"]),
                kind=job["kind"],
                state=job["state"],
                guild_id=str(job["guild_id"]),
                payload=msgspec.json.decode(job["payload"]),
                result=None if job["result"] is None else msgspec.json.decode(job["result"]),
                error=None if job["error"] is None else msgspec.json.decode(job["error"]),
                attempts=job["attempts"],
                claims=job["claims"],
                steps=steps[str(job["id"])],
            )
            for job in await connection.fetch("SELECT * FROM jobs ORDER BY id")
        }
    finally:
        await connection.close()


async def ends_of(world: World) -> dict[str, str]:
    connection = await asyncpg.connect(asyncpg_dsn(world.servers.urls.database_url))
    try:
        found = await connection.fetch("SELECT id, state FROM schedules WHERE guild_id IS NOT NULL")
        return {str(schedule["id"]): schedule["state"] for schedule in found}
    finally:
        await connection.close()


async def audited_jobs(world: World) -> list[str]:
    """The jobs for which there is an entry that somebody asked for them, once for each entry."""
    connection = await asyncpg.connect(asyncpg_dsn(world.servers.urls.database_url))
    try:
        found = await connection.fetch("SELECT target_id FROM audit_entries WHERE action = 'job.ask'")
        return [str(entry["target_id"]) for entry in found]
    finally:
        await connection.close()


async def read_records(world: World) -> Records:
    guild_ids = [each.guild_id for each in (*world.guilds, *world.trips)]
    effects = await world.effects()
    logs = [entry for guild_id in guild_ids for entry in await world.discord.audit_log(guild_id)]
    return Records(
        rows=await rows_of(world),
        audited=await audited_jobs(world),
        effects=effects,
        writes=_by_step(effects),
        changes=_by_step(logs),
        dumps={guild_id: await world.sim.dump(guild_id) for guild_id in guild_ids},
        ends=await ends_of(world),
        direct=[message["id"] for message in await world.sim("GET", "/users/owner/messages")],
    )


def step_of(entry: dict[str, Any]) -> tuple[str, str] | None:
    """The job and the step that an effect or an audit entry was made for, by its reason."""
    found = _REASON.match(entry.get("reason") or "")
    return None if found is None else (found[1], found[2])


def _by_step(entries: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        if (step := step_of(entry)) is not None:
            counts[step] += 1
    return counts
