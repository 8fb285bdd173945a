"""Rows to values: models never leave core."""

import uuid
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from core.jobs.models import JobEventModel, JobModel, JobStepModel
from core.jobs.schemas import EventPosition, GuildEvent, Job, JobEvent, JobProgress, JobStep
from core.jobs.states import TERMINAL

ONLY = 1
"""The sequence of an event that is of no job, where one is asked for."""


class PlacedEvent(NamedTuple):
    """A row of a guild's stream; `id` is a job's, or where there is no `sequence` the event's own."""

    id: uuid.UUID
    sequence: int | None
    guild_id: str
    type: str
    at: datetime
    data: dict[str, Any]
    transaction: int
    position: int

    @property
    def place(self) -> EventPosition:
        return EventPosition(transaction=self.transaction, position=self.position)

    @property
    def event(self) -> JobEvent | GuildEvent:
        if self.sequence is None:
            return GuildEvent(id=self.id, guild_id=self.guild_id, type=self.type, at=self.at, data=self.data)
        return JobEvent(job_id=self.id, sequence=self.sequence, type=self.type, at=self.at, data=self.data)


def to_job(model: JobModel) -> Job:
    return msgspec.convert(
        {
            **{name: getattr(model, name) for name in _SAME},
            "progress": JobProgress(
                model.progress_done,
                model.progress_total,
                model.progress_now,
                None if model.state in TERMINAL else model.progress_expected_at,
            ),
        },
        Job,
    )


def to_step(model: JobStepModel) -> JobStep:
    return msgspec.convert(
        {"id": model.key, **{name: getattr(model, name) for name in _STEP}},
        JobStep,
    )


def to_event(model: JobEventModel) -> JobEvent:
    return JobEvent(
        job_id=model.job_id, sequence=model.sequence, type=model.type, at=model.at, data=model.data
    )


def event_data(model: JobModel) -> dict[str, Any]:
    """What an event says about the job: enough to draw it without asking again."""
    job = to_job(model)
    data = {
        "kind": job.kind,
        "state": job.state,
        "waiting_for": job.waiting_for,
        "resume_at": job.resume_at,
        "attempts": job.attempts,
        "progress": job.progress,
        "cancel_requested": job.cancel_requested,
    }
    if job.is_settled:
        data |= {"result": job.result, "error": job.error}
    return msgspec.to_builtins(data)


_SAME = tuple(name for name in Job.__struct_fields__ if name != "progress")
_STEP = tuple(name for name in JobStep.__struct_fields__ if name != "id")
