"""Taking back what was done for a time: one step for each member or channel."""

from datetime import datetime

from core.actions.undo import UNDO, Undone, UndoOutcome, UndoPayload
from core.discord.errors import CallRefused
from core.discord.types import Snowflake
from core.jobs.errors import DoneInPart
from core.jobs.journal import LookUp, Reason
from core.jobs.schemas import JobStep
from core.schedules.effects import subjects_of, target_of
from core.schedules.schemas import Reversal
from workers.registry import JobContext, runs
from workers.undoing import Left, Undoing, undoing_of


@runs(UNDO)
async def undo(job: JobContext, payload: UndoPayload) -> Undone:
    """Raises `DoneInPart` where something could not be taken back."""
    async with job.database.read() as unit:
        found = await unit.undos.pending(job.guild_id, payload)
        steps = await unit.ledger.steps(job.job.id)
    undoing = undoing_of(job, payload.act)
    outcomes = await _earlier(job, undoing, steps)
    pending = {each.target: each for each in found}
    wanted: list[tuple[Snowflake, Reversal]] = []
    for subject in subjects_of(payload.act):
        reversal = pending.get(target_of(payload.act, subject))
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
    return _result(tuple(outcomes[subject] for subject in subjects_of(payload.act)))


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
