"""Somebody else than who wrote an announcement agrees to it, or does not."""

import uuid

from core.actor import Actor
from core.announcements.lookup import visible
from core.announcements.repository import AnnouncementRepository
from core.announcements.rows import author_of, state_of, to_announcement
from core.announcements.schemas import Announcement, Approval
from core.announcements.states import Decision, is_own
from core.audit.service import AuditService
from core.clock import Clock
from core.errors import Conflict, Forbidden, Stale
from core.guilds.options_service import GuildOptionsService
from core.guilds.service import GuildService
from core.rights import Right


class AnnouncementApprovalService:
    def __init__(
        self,
        announcements: AnnouncementRepository,
        *,
        guilds: GuildService,
        options: GuildOptionsService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._announcements = announcements
        self._guilds = guilds
        self._options = options
        self._audit = audit
        self._clock = clock

    async def decide(
        self, actor: Actor, announcement_id: uuid.UUID, decision: Decision, *, revision: int
    ) -> Announcement:
        """Of the revision that the actor has looked at; what was decided can be decided otherwise. One's own one may
        reject. Raises `Stale` where the revision is another by now, `Forbidden` for who would approve of their own
        words, `Conflict` where it needs nobody's approval."""
        model = await visible(
            self._announcements, actor, announcement_id, right=Right.ANNOUNCEMENTS_APPROVE, lock=True
        )
        await self._guilds.require_present(actor, model.guild_id)
        if revision != model.revision:
            raise Stale(
                f"This announcement is at revision {model.revision} by now: look at that first.",
                code="revision_stale",
            )
        all_wait = (await self._options.of(model.guild_id)).announcement_approval
        before = state_of(model, all_wait=all_wait)
        if before == "not_needed":
            raise Conflict("This announcement needs nobody's approval.", code="not_awaiting_approval")
        if decision == "approved" and is_own(actor, model.actor, model.changed_by):
            raise Forbidden(
                "Who wrote or changed this cannot approve of it: somebody else has to.",
                code="own_announcement",
            )
        if decision == before:
            return to_announcement(model, all_wait=all_wait)
        now = self._clock()
        model.approval = Approval(
            decision=decision, revision=revision, by=author_of(actor, model.guild_id), at=now
        )
        model.updated_at = now
        await self._audit.record(
            actor,
            "announcement.approve" if decision == "approved" else "announcement.reject",
            ("announcement", model.id),
            guild_id=model.guild_id,
            before={"state": before},
            after={"state": decision, "revision": revision},
        )
        return to_announcement(model, all_wait=all_wait)
