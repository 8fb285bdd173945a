"""A job in a reply, for as long as Discord lets the reply be edited."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import aiohttp
import disnake
import msgspec
from disnake.utils import utcnow

from bot.asker import Asked
from bot.ui.job_embed import JobView, job_embed
from core.jobs.schemas import Job
from core.jobs.states import TERMINAL

EDIT_EVERY = 1.0
# Kept back of an interaction's fifteen minutes, for the words that end the reply.
LAST_WORDS = timedelta(seconds=20)
PARTING = "It goes on; this reply cannot follow it any longer."
GONE = frozenset({401, 403, 404})
UNREACHED = (disnake.HTTPException, aiohttp.ClientError, OSError)


async def follow(
    asked: Asked, look: Callable[[], Awaitable[JobView | None]], *, every: float = EDIT_EVERY
) -> None:
    """Edits the reply whenever `look` finds the job different, at most once `every` seconds, until the job has
    ended, the reply is gone or its fifteen minutes are over. Never raises because of Discord.

    `look` answers None while it cannot tell.
    """
    shown: JobView | None = None
    while utcnow() < asked.expires_at - LAST_WORDS:
        now = await look()
        if now is not None and now != shown:
            try:
                await _show(asked, now)
                shown = now
            except UNREACHED as error:
                if _is_gone(error):
                    return
        if shown is not None and shown.state in TERMINAL:
            return
        await asyncio.sleep(every)
    await _part(asked, await look() or shown)


def view_of(job: Job, *, title: str, outcome: str | None = None, jump_url: str | None = None) -> JobView:
    """A failed job's outcome is its error."""
    return JobView(
        title=title,
        state=job.state,
        id=str(job.id),
        done=job.progress.done,
        total=job.progress.total or 0,
        now=None if job.is_settled else job.progress.now,
        outcome=job.error.message if job.error else outcome,
        jump_url=jump_url,
        waiting_for=job.waiting_for,
        resume_at=job.resume_at,
        expected_at=job.progress.expected_at,
    )


async def _show(asked: Asked, job: JobView) -> None:
    await asked.edit_original_response(content=None, embeds=[job_embed(job)], components=[])


async def _part(asked: Asked, job: JobView | None) -> None:
    if job is None:
        return
    last = job if job.state in TERMINAL else msgspec.structs.replace(job, now=PARTING)
    with contextlib.suppress(*UNREACHED):
        await _show(asked, last)


def _is_gone(error: Exception) -> bool:
    return isinstance(error, disnake.HTTPException) and error.status in GONE
