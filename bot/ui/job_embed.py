"""A job as one embed, edited in place while it goes on."""

from datetime import datetime

import disnake
import msgspec

from bot.ui.text import DESCRIPTION, TITLE, clipped, joined
from core.discord.markdown import plain
from core.jobs.states import JobState, WaitingFor

BAR = 16
LOOKS: dict[JobState, tuple[str, int]] = {
    "queued": ("Queued", 0x80848E),
    "running": ("Running", 0x5865F2),
    "waiting": ("Waiting", 0xE2A03F),
    "succeeded": ("Done", 0x3BA55C),
    "partial": ("Done in part", 0xE2A03F),
    "failed": ("Failed", 0xD83C3E),
    "cancelled": ("Cancelled", 0x80848E),
    "dead": ("Given up", 0xD83C3E),
}
WAITS: dict[WaitingFor, str] = {
    "rate_limit": "for Discord's rate limit",
    "retry": "for another try",
    "bot": "for the bot's connection",
    "run_at": "for its time",
    "approval": "for approval",
    "guild_lock": "for another job in this guild",
}


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """What people want to know of a job. `now` is the step under way; `outcome` the result or the error. At
    `expected_at` it will probably be done. `jump_url` is Discord's address of the message that it is about."""

    title: str
    state: JobState
    id: str
    done: int = 0
    total: int = 0
    now: str | None = None
    outcome: str | None = None
    waiting_for: WaitingFor | None = None
    resume_at: datetime | None = None
    expected_at: datetime | None = None
    jump_url: str | None = None


def job_embed(job: JobView) -> disnake.Embed:
    """Within Discord's limits whatever the job says."""
    word, color = LOOKS[job.state]
    said = [
        _state(job, word),
        _progress(job),
        plain(job.now or ""),
        plain(job.outcome or ""),
        job.jump_url or "",
    ]
    text = joined(said, "\n")
    embed = disnake.Embed(
        title=clipped(job.title, TITLE) or None, description=clipped(text, DESCRIPTION), color=color
    )
    embed.set_footer(text=clipped(f"Job {job.id}", TITLE))
    return embed


def _state(job: JobView, word: str) -> str:
    if job.state != "waiting":
        return f"**{word}**"
    reason = WAITS[job.waiting_for] if job.waiting_for else ""
    # Discord shows this in the reader's own time zone, and counts down by itself.
    due = f"until {disnake.utils.format_dt(job.resume_at, 'R')}" if job.resume_at else ""
    return joined([f"**{word}**", reason, due], " ")


def _progress(job: JobView) -> str:
    if not job.total:
        return ""
    done = min(max(job.done, 0), job.total)
    filled = BAR * done // job.total
    # As above: "in 3 minutes", counted down by itself.
    when = f"done {disnake.utils.format_dt(job.expected_at, 'R')}" if job.expected_at else ""
    return joined([f"`{'█' * filled}{'░' * (BAR - filled)}` {done} of {job.total}", when], ", ")
