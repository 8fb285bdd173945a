"""Which announcement somebody means, by what they typed or chose from a list."""

from contextlib import suppress
from uuid import UUID

from core.actor import Actor
from core.announcements.schemas import Announcement
from core.announcements.service import MOST_IN_GUILD
from core.discord.types import Snowflake
from core.errors import Conflict, NotFound
from core.paging import Paging
from core.uow import UnitOfWork


async def announcements_of(unit: UnitOfWork, actor: Actor, guild_id: Snowflake) -> tuple[Announcement, ...]:
    """Newest first; a guild has no more of them than one page holds."""
    return (await unit.announcements.list(actor, guild_id, Paging(limit=MOST_IN_GUILD))).items


async def announcement_meant(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, text: str) -> Announcement:
    """By the id that a completion stands for, or by a name that was typed out. Of this guild alone."""
    try:
        wanted = UUID(text.strip())
    except ValueError:
        return await unit.announcements.named(actor, guild_id, text)
    return await announcement_in(unit, actor, guild_id, wanted)


async def announcement_in(
    unit: UnitOfWork, actor: Actor, guild_id: Snowflake, announcement_id: UUID
) -> Announcement:
    """Raises `NotFound` also for one of another guild."""
    found = await unit.announcements.get(actor, announcement_id)
    if found.guild_id != guild_id:
        raise NotFound(f"There is no announcement {announcement_id} here.")
    return found


async def require_free(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, name: str) -> None:
    """Before somebody fills in a form for it; the service asks again."""
    with suppress(NotFound):
        found = await unit.announcements.named(actor, guild_id, name)
        message = f"There is an announcement “{found.name}” already: /announce edit changes it."
        raise Conflict(message, code="name_taken")


async def awaiting_one(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, text: str | None) -> Announcement:
    """The announcement that is to be approved, or not; where nothing was typed, the only one that waits."""
    if text is not None:
        found = await announcement_meant(unit, actor, guild_id, text)
        if found.approval_state == "not_needed":
            raise Conflict(f"“{found.name}” needs nobody's approval.", code="not_awaiting_approval")
        return found
    every = await announcements_of(unit, actor, guild_id)
    waiting = [each for each in every if each.approval_state == "waiting"]
    if not waiting:
        raise NotFound("No announcement waits for approval here.")
    if len(waiting) > 1:
        raise Conflict(
            f"{len(waiting)} announcements wait for approval: choose one from the list while you type."
        )
    return waiting[0]
