"""Announcements as people write them, look at them and change them."""

import uuid
from datetime import datetime

from msgspec.structs import replace

from core.actor import Actor
from core.announcements import events
from core.announcements.checks import require_sound
from core.announcements.lookup import Timetable, own, visible
from core.announcements.models import AnnouncementModel
from core.announcements.repository import AnnouncementRepository
from core.announcements.rows import author_of, changed, draft_of, says_otherwise, state_of, to_announcement
from core.announcements.schemas import Announcement, AnnouncementChanges, AnnouncementDraft
from core.announcements.states import is_own
from core.audit.service import AuditService
from core.clock import Clock
from core.db import new_id
from core.discord.types import Snowflake
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Stale
from core.guilds.options_service import GuildOptionsService
from core.guilds.service import GuildService
from core.jobs.guild_events import GuildEventService
from core.notifications.service import NotificationService
from core.paging import Page, Paging
from core.rights import Right

MOST_IN_GUILD = 200
_MOST_ALIKE = 25


class AnnouncementService:
    def __init__(
        self,
        announcements: AnnouncementRepository,
        *,
        guilds: GuildService,
        options: GuildOptionsService,
        timetable: Timetable,
        told: GuildEventService,
        notifications: NotificationService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._announcements = announcements
        self._guilds = guilds
        self._options = options
        self._timetable = timetable
        self._told = told
        self._notifications = notifications
        self._audit = audit
        self._clock = clock

    async def create(self, actor: Actor, guild_id: Snowflake, draft: AnnouncementDraft) -> Announcement:
        """Raises `Invalid` with every bad field, `Conflict` for a name that is taken, and in a guild that is full."""
        actor.require(guild_id, Right.ANNOUNCEMENTS_WRITE)
        await self._guilds.require_present(actor, guild_id)
        draft = replace(draft, name=draft.name.strip())
        require_sound(draft)
        await self._require_channel(guild_id, draft)
        await self._require_free(guild_id, draft.name)
        if await self._announcements.count_in(guild_id) >= MOST_IN_GUILD:
            raise Conflict(
                f"Guild {guild_id} has {MOST_IN_GUILD} announcements: delete one first.", code="too_many"
            )
        now, author = self._clock(), author_of(actor, guild_id)
        model = AnnouncementModel(
            id=new_id(),
            guild_id=guild_id,
            revision=1,
            approval=None,
            actor=author,
            changed_by=author,
            created_at=now,
            updated_at=now,
            **_fields(draft),
        )
        await self._announcements.add(model)
        await self._record(actor, model, "announcement.create", after=draft)
        return await self._shown(model, tell=True)

    async def get(self, actor: Actor, announcement_id: uuid.UUID) -> Announcement:
        """Raises `NotFound` also for one of a guild that the actor may not know of."""
        return await self._shown(await visible(self._announcements, actor, announcement_id))

    async def list(self, actor: Actor, guild_id: Snowflake, paging: Paging) -> Page[Announcement]:
        """Newest first."""
        actor.require(guild_id, Right.ANNOUNCEMENTS_READ)
        await self._guilds.known(actor, guild_id)
        rows = await self._announcements.page(guild_id, paging)
        all_wait = await self._all_wait(guild_id)
        items = tuple(to_announcement(row, all_wait=all_wait) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def named(self, actor: Actor, guild_id: Snowflake, name: str) -> Announcement:
        """However it is capitalised. Raises `NotFound`."""
        actor.require(guild_id, Right.ANNOUNCEMENTS_READ)
        await self._guilds.known(actor, guild_id)
        model = await self._announcements.named(guild_id, name.strip())
        if model is None:
            raise NotFound(f"There is no announcement “{name[:100]}” here.")
        return await self._shown(model)

    async def names(self, actor: Actor, guild_id: Snowflake, text: str) -> tuple[str, ...]:
        """Those that have the text in them, by name; as many as a choice shows."""
        actor.require(guild_id, Right.ANNOUNCEMENTS_READ)
        found = await self._announcements.alike(guild_id, text.strip(), _MOST_ALIKE)
        return tuple(each.name for each in found)

    async def editable(self, actor: Actor, announcement_id: uuid.UUID) -> Announcement:
        """For whoever is about to say what is to change. Raises `Forbidden` for who may not change it."""
        return await self._shown(await own(self._announcements, actor, announcement_id, lock=False))

    async def edit(
        self,
        actor: Actor,
        announcement_id: uuid.UUID,
        changes: AnnouncementChanges,
        *,
        seen: datetime | None = None,
    ) -> Announcement:
        """What is said otherwise, or elsewhere, is approved by nobody any more. Raises `Stale` where it was changed
        after `seen`, `Forbidden` for who would spare their own words the approval, and as `create`."""
        model = await own(self._announcements, actor, announcement_id)
        await self._guilds.require_present(actor, model.guild_id)
        _require_fresh(model, seen)
        before = draft_of(model)
        after = changed(before, changes)
        after = replace(after, name=after.name.strip())
        if after == before:
            return await self._shown(model)
        require_sound(after)
        is_revised = says_otherwise(before, after)
        if after.channel_id != before.channel_id:
            await self._require_channel(model.guild_id, after)
        if after.name.lower() != before.name.lower():
            await self._require_free(model.guild_id, after.name)
        if before.needs_approval and not after.needs_approval:
            self._require_spareable(actor, model, is_revised=is_revised)
        state = state_of(model, all_wait=await self._all_wait(model.guild_id))
        for name, value in _fields(after).items():
            setattr(model, name, value)
        if is_revised:
            model.revision += 1
            model.changed_by = author_of(actor, model.guild_id)
        model.updated_at = self._clock()
        await self._record(
            actor,
            model,
            "announcement.edit",
            before=_differing(before, after),
            after=_differing(after, before),
        )
        return await self._shown(model, tell=is_revised or state == "not_needed")

    async def delete(self, actor: Actor, announcement_id: uuid.UUID, *, seen: datetime | None = None) -> None:
        """What was posted stays in its channels. Raises `Conflict` naming the active schedules that post it."""
        model = await own(self._announcements, actor, announcement_id)
        _require_fresh(model, seen)
        if users := await self._timetable.users_of(announcement_id):
            listed = ", ".join(f"“{name}”" for name in users)
            raise Conflict(
                f"Schedules post this announcement: {listed}. Pause or delete them first.", code="in_use"
            )
        before = draft_of(model)
        await self._announcements.delete(announcement_id)
        await self._record(actor, model, "announcement.delete", before=before)

    def _require_spareable(self, actor: Actor, model: AnnouncementModel, *, is_revised: bool) -> None:
        """To do without approval is to approve of what is said now."""
        actor.require(model.guild_id, Right.ANNOUNCEMENTS_APPROVE)
        approved = not is_revised and state_of(model, all_wait=True) == "approved"
        if not approved and (is_revised or is_own(actor, model.actor, model.changed_by)):
            raise Forbidden(
                "Whose words wait to be approved cannot do without that: somebody else has to.",
                code="own_announcement",
            )

    async def _require_channel(self, guild_id: Snowflake, draft: AnnouncementDraft) -> None:
        view = await self._guilds.seen(guild_id)
        if all(channel.id != draft.channel_id for channel in view.structure.channels):
            message = f"There is no channel {draft.channel_id} in this guild."
            raise Invalid(
                message,
                problems=(Problem(pointer="/channel_id", code="unknown_channel", message=message),),
            )

    async def _require_free(self, guild_id: Snowflake, name: str) -> None:
        if await self._announcements.named(guild_id, name) is not None:
            raise Conflict(f"There is an announcement “{name}” already.", code="name_taken")

    async def _shown(self, model: AnnouncementModel, *, tell: bool = False) -> Announcement:
        """With `tell` those who are to approve of it hear that it waits; at the end, because nobody who has told of
        something locks anything else."""
        shown = to_announcement(model, all_wait=await self._all_wait(model.guild_id))
        if tell and shown.approval_state == "waiting":
            said = events.waiting(
                announcement_id=shown.id, name=shown.name, revision=shown.revision, by=shown.changed_by
            )
            await self._told.tell(shown.guild_id, events.WAITING, said)
            await self._notifications.announcement_waiting(
                shown.changed_by, shown.guild_id, announcement_id=shown.id, name=shown.name
            )
        return shown

    async def _all_wait(self, guild_id: Snowflake) -> bool:
        return (await self._options.of(guild_id)).announcement_approval

    async def _record(
        self,
        actor: Actor,
        model: AnnouncementModel,
        action: str,
        *,
        before: object = None,
        after: object = None,
    ) -> None:
        await self._audit.record(
            actor,
            action,
            ("announcement", model.id),
            guild_id=model.guild_id,
            before=before,
            after=after,
        )


def _fields(draft: AnnouncementDraft) -> dict[str, object]:
    return {name: getattr(draft, name) for name in draft.__struct_fields__}


def _differing(one: AnnouncementDraft, other: AnnouncementDraft) -> dict[str, object]:
    return {name: value for name, value in _fields(one).items() if value != getattr(other, name)}


def _require_fresh(model: AnnouncementModel, seen: datetime | None) -> None:
    if seen is not None and model.updated_at != seen:
        raise Stale(
            "This announcement was changed after you read it: read it again.", code="precondition_failed"
        )
