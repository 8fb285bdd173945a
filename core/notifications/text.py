"""How it is said."""

import uuid
from collections.abc import Sequence

from core.discord.markdown import plain
from core.jobs.schemas import Job

CONTENT_LIMIT = 2000
_NAME, _ERROR = 60, 120
_MORE = "\n… and {} more."
_SAID = {"succeeded": "is done", "partial": "was done in part", "failed": "failed", "dead": "was given up"}


def job_line(job: Job, guild_name: str | None) -> str:
    """No two jobs have the same: their ids stand in it."""
    where = "" if guild_name is None else f" in **{plain(_clipped(guild_name, _NAME))}**"
    why = "." if job.error is None else f": {plain(_clipped(job.error.message, _ERROR))}"
    sign = "✅" if job.state == "succeeded" else "⚠️"
    return f"{sign} `{job.kind}`{where} (`{job.id}`) {_SAID.get(job.state, job.state)}{why}"


def paused_line(schedule_id: uuid.UUID, name: str, guild_name: str | None, reason: str | None) -> str:
    where = "" if guild_name is None else f" in **{plain(_clipped(guild_name, _NAME))}**"
    why = "." if reason is None else f": {plain(_clipped(reason, _ERROR))}"
    return f"⏸️ The schedule “{plain(_clipped(name, _NAME))}”{where} (`{schedule_id}`) was paused{why}"


def waiting_line(announcement_id: uuid.UUID, name: str, guild_name: str | None, by: str) -> str:
    where = "" if guild_name is None else f" in **{plain(_clipped(guild_name, _NAME))}**"
    what = f"“{plain(_clipped(name, _NAME))}”{where} (`{announcement_id}`)"
    return f"📝 The announcement {what} by {plain(_clipped(by, _NAME))} waits to be approved."


def message_of(lines: Sequence[str]) -> str:
    """As many as fit, oldest first."""
    whole = "\n".join(lines)
    if len(whole) <= CONTENT_LIMIT:
        return whole
    room, shown = CONTENT_LIMIT - len(_MORE) - len(str(len(lines))), list[str]()
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        shown.append(line)
    return "\n".join(shown) + _MORE.format(len(lines) - len(shown))


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
