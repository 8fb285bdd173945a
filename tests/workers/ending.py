"""What is done for a time as a worker writes it, step by step, and what can be seen of its end."""

import uuid
from collections.abc import Sequence

from sqlalchemy import text

from core.actions.payloads import Action, RoleGrant
from core.actions.undo import UNDO, GrantDone, UndoPayload
from core.actor import Actor
from core.discord.types import Snowflake
from core.errors import NotFound
from core.guilds.states import Decision
from core.jobs.schemas import Claim, Job, JobFilter
from core.jobs.states import JobState, StepState
from core.paging import Paging
from core.schedules.schemas import Reversal, Schedule
from tests.workers.scheduled import Clockwork

ROLE, ADA, KEN = "1200000000000000001", "1200000000000000002", "1200000000000000003"
DAY = 86_400
LEASE = 60.0
Steps = Sequence[tuple[str, StepState, str | None]]
"""Key, state and outcome."""


def grant(*member_ids: Snowflake, seconds: int | None = DAY) -> RoleGrant:
    return RoleGrant(role_id=ROLE, member_ids=member_ids, expires_in=seconds)


async def ask(clocks: Clockwork, action: Action, *, actor: Actor | None = None) -> Job:
    async with clocks.database.unit() as unit:
        return await unit.actions.request(actor or clocks.actor, clocks.guild_id, action)


async def claimed(clocks: Clockwork) -> Claim:
    async with clocks.database.unit() as unit:
        while True:
            claim = await unit.ledger.claim("bot", "these tests", LEASE)
            assert claim is not None
            if not claim.job.kind.startswith("guild.announce"):
                return claim
            await unit.ledger.settle(claim, "succeeded")


async def take(clocks: Clockwork, claim: Claim, steps: Steps) -> None:
    for key, state, outcome in steps:
        async with clocks.database.unit() as unit:
            await unit.ledger.intend(claim, LEASE, key, key, once=True)
            if state != "intended":
                await unit.ledger.record(claim, LEASE, key, state, outcome=outcome)


async def do(
    clocks: Clockwork,
    action: Action,
    steps: Steps,
    *,
    state: JobState = "succeeded",
    actor: Actor | None = None,
) -> Job:
    """As a worker does it."""
    await ask(clocks, action, actor=actor)
    claim = await claimed(clocks)
    await take(clocks, claim, steps)
    async with clocks.database.unit() as unit:
        return await unit.ledger.settle(claim, state)


def given(*member_ids: Snowflake, new: bool = True) -> Steps:
    return [(f"grant:{each}", "done", each if new else None) for each in member_ids]


async def end_of(clocks: Clockwork, job: Job) -> Schedule | None:
    try:
        async with clocks.database.read() as unit:
            return await unit.schedules.get(clocks.actor, job.id)
    except NotFound:
        return None


async def must_end(clocks: Clockwork, job: Job) -> Schedule:
    found = await end_of(clocks, job)
    assert found is not None
    return found


async def holding(clocks: Clockwork, *member_ids: Snowflake) -> dict[Snowflake, Reversal]:
    """What holds of the role for a time."""
    payload = UndoPayload(job_id=uuid.UUID(int=0), act=GrantDone(role_id=ROLE, member_ids=member_ids))
    async with clocks.database.read() as unit:
        found = await unit.undos.pending(clocks.guild_id, payload)
    return {each.target.rpartition(":")[2]: each for each in found}


async def undo_jobs(clocks: Clockwork) -> list[Job]:
    """Oldest first."""
    async with clocks.database.read() as unit:
        page = await unit.jobs.list(clocks.actor, JobFilter(kind=UNDO.kind), Paging())
    return list(page.items[::-1])


async def decide(clocks: Clockwork, decision: Decision) -> None:
    async with clocks.database.unit() as unit:
        await unit.guild_reviews.decide(clocks.actor, clocks.guild_id, decision)


async def somebody_waits(clocks: Clockwork) -> bool:
    async with clocks.engines.connection() as connection:
        waiting = "datname = current_database() AND wait_event_type = 'Lock'"
        found = await connection.execute(
            text(f"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE {waiting})")
        )
        return bool(found.scalar())
