"""How the bot is and what it lacks, as one embed."""

from collections.abc import Iterator, Sequence

import disnake
import msgspec

from bot.ui.text import clipped, counted, fitting, joined
from core.discord.markdown import plain
from core.discord.permissions import Permission, names_of
from core.discord.types import BotPowers, Role, Snapshot, role_rank
from core.jobs.schemas import Job

FIELD = 1024
NAMED_ROLES = 10
FINE, LACKING = 0x3BA55C, 0xE2A03F


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """`jobs` is None for somebody who may not see any; `lacks` are sentences, `notes` those that need no answer."""

    version: str
    guild_name: str
    guild_state: str
    revision: int
    latency_ms: float | None
    processes: Sequence[str]
    jobs: Sequence[Job] | None
    lacks: Sequence[str]
    notes: Sequence[str]
    invite: str


def status_embed(status: StatusView) -> disnake.Embed:
    """Within Discord's limits whatever the guild is like."""
    embed = disnake.Embed(title=f"Guildwright {status.version}", color=LACKING if status.lacks else FINE)
    embed.add_field("Guild", _guild(status), inline=False)
    embed.add_field("Gateway", _latency(status.latency_ms))
    embed.add_field("Processes", joined(status.processes, ", ") or "none")
    if status.jobs is not None:
        embed.add_field("Jobs", fitting([_job(job) for job in status.jobs], FIELD) or "none", inline=False)
    embed.add_field("Missing", fitting([*status.lacks], FIELD) or "Nothing.", inline=False)
    if status.notes:
        embed.add_field("Worth knowing", fitting([*status.notes], FIELD), inline=False)
    embed.add_field("Invite", status.invite, inline=False)
    return embed


def lacking(snapshot: Snapshot, powers: BotPowers, needed: int) -> Iterator[str]:
    """What the bot cannot do in this guild, and what helps."""
    missing = () if powers.permissions & Permission.ADMINISTRATOR else names_of(needed & ~powers.permissions)
    if missing:
        yield f"Permissions of the bot: {joined(map(_permission, missing), ', ')}."
    own = next(role for role in snapshot.roles if role.id == powers.top_role_id)
    above = _above(snapshot, own)
    if above:
        highest = plain(above[0].name)
        remedy = (
            f"Give it a role of its own, above “{highest}”."
            if own == snapshot.everyone
            else f"Drag “{plain(own.name)}” above “{highest}” in Server Settings, Roles."
        )
        yield f"A higher role: the bot cannot touch {_named(above)}. {remedy}"


def _above(snapshot: Snapshot, own: Role) -> list[Role]:
    """Roles that belong to people and stand above the bot's own, highest first."""
    above = (role for role in snapshot.roles if role_rank(role) > role_rank(own) and not role.managed)
    return sorted(above, key=role_rank, reverse=True)


def _named(roles: Sequence[Role]) -> str:
    names = joined((f"“{plain(clipped(role.name, 40))}”" for role in roles[:NAMED_ROLES]), ", ")
    rest = len(roles) - NAMED_ROLES
    return f"{names} and {counted(rest, 'other')}" if rest > 0 else names


def _permission(name: str) -> str:
    return name.replace("_", " ").title()


def _guild(status: StatusView) -> str:
    return f"{plain(status.guild_name)}: {status.guild_state}, revision {status.revision}"


def _latency(milliseconds: float | None) -> str:
    return "not measured yet" if milliseconds is None else f"{milliseconds:.0f} ms"


def _job(job: Job) -> str:
    total = job.progress.total
    progress = f"{job.progress.done} of {total}" if total else ""
    return joined([f"`{job.kind}`", job.state, progress, f"`{job.id}`"])
