"""What somebody wants scheduled, from the options that they filled in."""

from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

import disnake
from msgspec import Struct

from bot.announcing import announcement_meant
from bot.chosen import find
from core.actions.payloads import ChannelLock, MessageSend
from core.actor import Actor
from core.announcements.jobs import AnnouncementPost
from core.discord.types import Snowflake
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from core.paging import Paging
from core.schedules.payloads import ApplyScheduled, CaptureScheduled, DriftCheckScheduled, SchedulePayload
from core.schedules.schemas import Schedule, ScheduleDraft
from core.schedules.timing import Timing
from core.schedules.wording import seconds_of, trigger_of
from core.schedules.zones import zone_of
from core.uow import UnitOfWork

What: TypeAlias = Literal[
    "message", "capture", "drift check", "apply template", "announcement", "lock channel"
]
Place: TypeAlias = disnake.TextChannel | disnake.NewsChannel | disnake.VoiceChannel | disnake.Thread
MOST_SCHEDULES = 2_000
"""Those that people made are fewer; what takes something back comes on top."""

_TAKES: dict[str, frozenset[str]] = {
    "message": frozenset({"channel", "text"}),
    "capture": frozenset({"label"}),
    "drift check": frozenset(),
    "apply template": frozenset({"template"}),
    "announcement": frozenset({"announcement"}),
    "lock channel": frozenset({"channel", "for"}),
}
_NEEDED = frozenset({"channel", "text", "template", "announcement"})


class Wish(Struct, frozen=True, kw_only=True):
    """The options as they were typed."""

    what: What
    name: str
    cron: str | None
    every: str | None
    at: str | None
    zone: str | None
    channel_id: Snowflake | None
    text: str | None
    template: str | None
    label: str | None
    announcement: str | None
    lasts: str | None


async def draft_of(
    unit: UnitOfWork, actor: Actor, guild_id: Snowflake, wish: Wish, now: datetime
) -> ScheduleDraft:
    """Raises `Invalid`, at the option's own name, for what cannot be read, is missing or belongs to something else."""
    payload = await _payload(unit, actor, guild_id, wish)
    name = wish.zone or await unit.schedules.last_zone(actor, guild_id) or "UTC"
    zone = zone_of(name, pointer="/zone")
    trigger = trigger_of(cron=wish.cron, every=wish.every, at=wish.at, zone=zone, now=now)
    return ScheduleDraft(
        name=wish.name.strip(), payload=payload, timing=Timing(trigger=trigger, time_zone=name)
    )


async def _payload(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, wish: Wish) -> SchedulePayload:
    said = {
        "channel": wish.channel_id,
        "text": wish.text,
        "template": wish.template,
        "label": wish.label,
        "announcement": wish.announcement,
        "for": wish.lasts,
    }
    taken = _TAKES[wish.what]
    for name, value in said.items():
        if value is not None and name not in taken:
            raise _refused(name, "not_taken", f"{wish.what} takes no {name}.")
        if value is None and name in taken & _NEEDED:
            raise _refused(name, "missing", f"{wish.what} needs a {name}.")
    match wish.what:
        case "message":
            return MessageSend(channel_id=wish.channel_id or "", content=wish.text or "")
        case "capture":
            return CaptureScheduled(label=wish.label)
        case "drift check":
            return DriftCheckScheduled()
        case "apply template":
            return ApplyScheduled(template_id=(await find(unit, actor, wish.template or "")).id)
        case "lock channel":
            expires_in = None if wish.lasts is None else seconds_of(wish.lasts, "for")
            return ChannelLock(channel_id=wish.channel_id or "", expires_in=expires_in)
        case "announcement":
            found = await announcement_meant(unit, actor, guild_id, wish.announcement or "")
            return AnnouncementPost(announcement_id=found.id)


async def announced_by(unit: UnitOfWork, actor: Actor, schedule: Schedule) -> str | None:
    """The name of the announcement that it posts, where it posts one that is still there."""
    if not isinstance(schedule.payload, AnnouncementPost):
        return None
    try:
        return (await unit.announcements.get(actor, schedule.payload.announcement_id)).name
    except (Forbidden, NotFound):
        return None


async def schedules_of(unit: UnitOfWork, actor: Actor, guild_id: Snowflake) -> list[Schedule]:
    """Newest first."""
    found: list[Schedule] = []
    paging = Paging(limit=200)
    while len(found) < MOST_SCHEDULES:
        page = await unit.schedules.list(actor, guild_id, paging)
        found.extend(page.items)
        if page.next_cursor is None:
            break
        paging = Paging(limit=200, cursor=UUID(page.next_cursor))
    return found


async def schedule_meant(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, text: str) -> Schedule:
    """By the id that a completion stands for, or by a name that was typed out. Of this guild alone."""
    every = await schedules_of(unit, actor, guild_id)
    wanted = text.strip().casefold()
    by_id = [each for each in every if str(each.id) == wanted]
    named = by_id or [each for each in every if each.name.casefold() == wanted]
    if not named:
        raise NotFound(f"Nothing called “{text}” is scheduled here.")
    if len(named) > 1:
        raise Conflict(
            f"{len(named)} schedules are called “{text}”: choose one from the list while you type."
        )
    return named[0]


def place_id(channel: Any) -> Snowflake | None:
    return None if channel is None else str(channel.id)


def _refused(name: str, code: str, message: str) -> Invalid:
    return Invalid(message, problems=(Problem(pointer=f"/{name}", code=code, message=message),))
