"""Who sees an announcement, and whose it is to change."""

import uuid
from datetime import datetime
from typing import Protocol

from core.actor import Actor, is_same_person
from core.announcements.models import AnnouncementModel
from core.announcements.repository import AnnouncementRepository
from core.errors import Conflict, NotFound
from core.rights import Right

_OF_OTHERS = f"{Right.ANNOUNCEMENTS_WRITE}:others"


class Timetable(Protocol):
    """What schedules are known to do with an announcement; they are made on top of this."""

    async def next_of(self, announcement_id: uuid.UUID, job_id: uuid.UUID | None = None) -> datetime | None:
        """When it is posted next: by the schedule that asked for that job, if one did, else by the soonest."""
        ...

    async def users_of(self, announcement_id: uuid.UUID) -> tuple[str, ...]:
        """The names of the active schedules that post it."""
        ...


async def visible(
    announcements: AnnouncementRepository,
    actor: Actor,
    announcement_id: uuid.UUID,
    *,
    right: Right = Right.ANNOUNCEMENTS_READ,
    lock: bool = False,
) -> AnnouncementModel:
    """Raises `NotFound` also for one of a guild in which the actor may not read them."""
    actor.require_scope(right)
    model = await announcements.find(announcement_id, lock=lock)
    if model is None or not actor.unscoped().may(model.guild_id, Right.ANNOUNCEMENTS_READ):
        raise NotFound(f"There is no announcement {announcement_id}.")
    actor.require(model.guild_id, right)
    return model


async def own(
    announcements: AnnouncementRepository, actor: Actor, announcement_id: uuid.UUID, *, lock: bool = True
) -> AnnouncementModel:
    """One's own, or anybody's for who may change those of others; locked, to be changed."""
    model = await visible(announcements, actor, announcement_id, right=Right.ANNOUNCEMENTS_WRITE, lock=lock)
    if not is_same_person(model.actor, actor):
        actor.unscoped().require(model.guild_id, _OF_OTHERS)
    return model


def not_approved(model: AnnouncementModel, state: str) -> Conflict:
    said = "was rejected" if state == "rejected" else "waits to be approved by somebody else"
    return Conflict(
        f"Revision {model.revision} of the announcement “{model.name}” {said}.", code="not_approved"
    )
