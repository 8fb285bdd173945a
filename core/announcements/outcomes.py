"""What a job is recorded to have done with messages of an announcement, by its steps. Pure.

Steps are called `send`, `edit:{post}`, `crosspost:{post}` and `delete:{post}`; the post that a job sends has its id.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias, cast, get_args

import msgspec

from core.announcements.schemas import Writing
from core.discord.types import Snowflake
from core.jobs.schemas import JobStep

Verb: TypeAlias = Literal["send", "edit", "crosspost", "delete"]
SEND: Final = "send"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """`announcement_id`, `channel_id` and `revision` are those of what was written, where something was."""

    verb: Verb
    post_id: uuid.UUID
    message_id: Snowflake
    at: datetime
    announcement_id: uuid.UUID | None = None
    channel_id: Snowflake = ""
    revision: int = 0


def step_of(verb: Verb, post_id: uuid.UUID) -> str:
    """The id of a step that does something with a message that is there."""
    return f"{verb}:{post_id}"


def outcomes_of(job_id: uuid.UUID, steps: Sequence[JobStep], writing: Writing | None) -> Iterator[Outcome]:
    """In the order in which they were done."""
    for step in steps:
        verb, _, post_id = step.id.partition(":")
        if step.state != "done" or step.finished_at is None or verb not in get_args(Verb):
            continue
        if writing is None and verb in {"send", "edit"}:
            continue
        yield Outcome(
            verb=cast("Verb", verb),
            post_id=uuid.UUID(post_id) if post_id else job_id,
            message_id=step.outcome or "",
            at=step.finished_at,
            announcement_id=None if writing is None else writing.announcement_id,
            channel_id="" if writing is None else writing.channel_id,
            revision=0 if writing is None else writing.revision,
        )
