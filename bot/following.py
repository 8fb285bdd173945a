"""Replies that follow a job in the background, while the interaction's own coroutine has ended."""

import asyncio
import logging

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from bot.asker import Asked
from bot.ui.answers import answering
from bot.ui.approval import AWAITED
from bot.ui.job_embed import JobView
from bot.ui.progress import follow, view_of
from core.actor import Actor
from core.announcements.jobs import ANNOUNCEMENT_DELETE, ANNOUNCEMENT_EDIT, ANNOUNCEMENT_POST
from core.guilds.jobs import CAPTURE
from core.jobs.schemas import Job
from core.templates.jobs import ApplyResult
from core.uow import Database

log = logging.getLogger(__name__)
_ANNOUNCED = {
    ANNOUNCEMENT_POST.kind: "It is posted.",
    ANNOUNCEMENT_EDIT.kind: "The message says so now.",
    ANNOUNCEMENT_DELETE.kind: "The message is deleted.",
}


class Following:
    """The replies of one cog."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tasks: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """With the bot's end nobody can edit replies; jobs go on."""
        for task in self._tasks:
            task.cancel()

    def begin(self, asked: Asked, actor: Actor, job: Job, *, title: str) -> None:
        """Returns at once."""

        async def look() -> JobView | None:
            try:
                async with self._database.read() as unit:
                    now = await unit.jobs.get(actor, job.id)
            except (SQLAlchemyError, OSError) as error:
                log.warning("Job %s cannot be followed for a moment: %s", job.id, error)
                return None
            return view_of(
                now, title=title, outcome=_outcome(now), jump_url=(now.result or {}).get("jump_url")
            )

        async def show() -> None:
            async with answering(asked):
                await follow(asked, look)

        task = asyncio.create_task(show(), name=f"follows job {job.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _outcome(job: Job) -> str | None:
    if job.waiting_for == "approval":
        return AWAITED
    if job.result is None:
        return None
    if job.kind == CAPTURE.kind:
        return f"Kept as snapshot {job.result['snapshot_id']}."
    if job.kind in _ANNOUNCED:
        return _ANNOUNCED[job.kind]
    result = msgspec.convert(job.result, ApplyResult)
    equal = (
        "The server is as the template wants it." if result.is_equal else "Some of it is not as wanted yet."
    )
    before = f" Before it was as in snapshot {result.snapshot_id}." if result.snapshot_id else ""
    return f"{equal}{before}"
