"""Taking back what was done for a time: one step for each member or channel."""

from collections.abc import Sequence
from datetime import datetime

from core.actions.undo import (
    UNDO,
    BanDone,
    GrantDone,
    LockDone,
    OverwriteDone,
    Undone,
    UndoOutcome,
    UndoPayload,
)
from core.discord.errors import CallRefused, GatewayAbsent
from core.discord.types import Snowflake
from core.jobs.errors import DoneInPart
from core.jobs.journal import LookUp, Reason
from core.jobs.schemas import JobStep
from core.schedules.effects import subjects_of, target_of
from core.schedules.layers import Move
from core.schedules.schemas import Reversal
from workers.registry import JobContext, runs
from workers.restoring import Locked, Overwritten
from workers.undoing import Bans, Grants, Left, Undoing

_OVER = frozenset({None, "prolonged", "already"})
"""Codes of what holds no more, though nobody has changed it since."""


@runs(UNDO)
async def undo(job: JobContext, payload: UndoPayload) -> Undone:
    """Raises `DoneInPart` where something could not be taken back."""
    await _wait_for_turn(job, payload)
    async with job.database.read() as unit:
        found = await unit.undos.pending(job.guild_id, payload)
        layers = await unit.undos.layers(job.guild_id, payload.act)
        steps = await unit.ledger.steps(job.job.id)
    undoing = _undoing_of(job, payload, layers)
    outcomes = await _earlier(job, undoing, steps)
    pending = {each.target: each for each in found}
    wanted: list[tuple[Snowflake, Reversal]] = []
    for subject in subjects_of(payload.act):
        reversal = pending.get(target_of(payload, subject))
        if subject in outcomes:
            continue
        if reversal is None or reversal.schedule_id != payload.job_id:
            outcomes[subject] = _left(subject, _not_ours(reversal))
        else:
            wanted.append((subject, reversal))
    await job.journal.announce(len(wanted) + sum(each.state == "undone" for each in outcomes.values()))
    if wanted and (reason := await undoing.prepare(wanted)) is not None:
        outcomes |= {subject: _left(subject, reason) for subject, _ in wanted}
        wanted = []
    for subject, reversal in wanted:
        outcomes[subject] = await _undo(job, undoing, payload, subject, reversal)
    for reversal in found if layers else ():
        outcome = outcomes[subjects_of(payload.act)[0]]
        if outcome.state != "failed" and outcome.code in _OVER:
            await _move(job, await undoing.moves(reversal))
    return _result(tuple(outcomes[subject] for subject in subjects_of(payload.act)))


def _undoing_of(job: JobContext, payload: UndoPayload, layers: tuple[Reversal, ...]) -> Undoing:
    match payload.act:
        case GrantDone(role_id=role_id):
            return Grants(job, role_id)
        case BanDone():
            return Bans(job)
        case LockDone():
            return Locked(job, payload, layers)
        case OverwriteDone() as act:
            return Overwritten(job, act, payload, layers)


async def _wait_for_turn(job: JobContext, payload: UndoPayload) -> None:
    """Of several ends of one overwrite each stands on what the one before it has left."""
    async with job.database.read() as unit:
        ids = [str(each.schedule_id) for each in await unit.undos.layers(job.guild_id, payload.act)]
        if len(ids) > 1 and await unit.ledger.has_open_before(job.job, "job_id", ids):
            raise GatewayAbsent("Another end of the same overwrite comes first.")


async def _move(job: JobContext, moves: Sequence[Move]) -> None:
    """Before this job is settled: done twice it is done once."""
    if moves:
        async with job.database.unit() as unit:
            await unit.undos.rest_on(job.guild_id, moves)


async def _earlier(
    job: JobContext, undoing: Undoing, steps: tuple[JobStep, ...]
) -> dict[Snowflake, UndoOutcome]:
    """What earlier claims brought to an end: what they took back reads now as if somebody had changed it."""
    found: dict[Snowflake, UndoOutcome] = {}
    for step in steps:
        subject = step.id.rpartition(":")[2]
        if step.state == "failed":
            found[subject] = _failed(subject, step.outcome, step.error)
        elif step.state == "done" or await job.journal.recall(step, _finder(undoing, subject)) is not None:
            found[subject] = UndoOutcome(target_id=subject, state="undone")
    return found


async def _undo(
    job: JobContext, undoing: Undoing, payload: UndoPayload, subject: Snowflake, reversal: Reversal
) -> UndoOutcome:
    if (reason := await undoing.why_not(subject, reversal)) is not None:
        return _left(subject, reason)
    async with job.database.read() as unit:
        if not await unit.undos.is_pending(payload, subject):
            return _left(subject, _not_ours(None))

    async def act(reason: Reason) -> str:
        await undoing.do(subject, reversal, reason)
        return subject

    step_id, title = f"{undoing.verb}:{subject}", f"{undoing.verb} {subject}"
    try:
        await job.journal.perform(step_id, title, act, look_up=_finder(undoing, subject))
    except CallRefused as error:
        return _failed(subject, error.error_code, error.message)
    return UndoOutcome(target_id=subject, state="undone")


def _finder(undoing: Undoing, subject: Snowflake) -> LookUp:
    async def look_up(reason: Reason, since: datetime) -> str | None:
        return subject if await undoing.is_done(subject) else None

    return look_up


def _not_ours(reversal: Reversal | None) -> Left:
    if reversal is not None:
        message = f"It was done again, and holds until {reversal.ends_at.isoformat()}."
        return Left(code="prolonged", message=message)
    return Left(code="changed", message="It was so before, or was done for good or taken back since.")


def _left(subject: Snowflake, reason: Left) -> UndoOutcome:
    return UndoOutcome(target_id=subject, state="left", code=reason.code, message=reason.message)


def _failed(subject: Snowflake, code: str | None, message: str | None) -> UndoOutcome:
    return UndoOutcome(target_id=subject, state="failed", code=code, message=message)


def _result(outcomes: tuple[UndoOutcome, ...]) -> Undone:
    failed = [each for each in outcomes if each.state == "failed"]
    if not failed:
        return Undone(outcomes=outcomes)
    message = f"{len(failed)} of {len(outcomes)} could not be taken back; the first: {failed[0].message}"
    raise DoneInPart(message, result=Undone(outcomes=outcomes))
