"""One announcement: looking at it, changing it, and deciding on it."""

from typing import Any

from litestar import Controller, Request, Response, delete, get, patch, post

from api.answers import Answer
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.etags import etag_of, seen_in
from api.guards import needs
from api.media import MERGE_PATCH
from api.operations import operation
from api.params import AnnouncementId
from api.schemas.announcement_views import DECISIONS, announcement_of, changes_of, preview_of
from api.schemas.announcements import Announcement, AnnouncementPreview, DecideAnnouncement, EditAnnouncement
from core.announcements import schemas as core
from core.errors import Conflict, Forbidden, NotFound, Stale
from core.rights import Right


class AnnouncementController(Controller):
    path = "/announcements/{announcement_id:uuid}"
    tags = ("announcements",)

    @get(
        "/",
        guards=[needs(Right.ANNOUNCEMENTS_READ)],
        **operation("getAnnouncement", refuses=(NotFound, Forbidden), tagged=True),
    )
    async def announcement(
        self, *, actor: Asker, unit: Unit, announcement_id: AnnouncementId
    ) -> Response[Announcement]:
        """One announcement."""
        return _tagged(await unit.announcements.get(actor, announcement_id))

    @patch(
        "/",
        guards=[needs(Right.ANNOUNCEMENTS_WRITE)],
        **operation(
            "editAnnouncement",
            body=EditAnnouncement,
            takes=MERGE_PATCH,
            refuses=(NotFound, Forbidden, Conflict, Stale),
            conditional=True,
            tagged=True,
        ),
    )
    async def edit(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, announcement_id: AnnouncementId
    ) -> Response[Announcement]:
        """Change what is said: absent stays, null clears (RFC 7396). Your own, or anybody's as an administrator.

        What is said otherwise, or elsewhere, is another revision, and nobody has approved of that yet. To do without
        approval (`needs_approval`) is for those who may approve, and not for who wrote what waits for it.
        """
        changes = changes_of(await body_of(request, EditAnnouncement, media=MERGE_PATCH))
        seen = seen_in(request.headers.get("if-match"))
        return _tagged(await unit.announcements.edit(actor, announcement_id, changes, seen=seen))

    @delete(
        "/",
        guards=[needs(Right.ANNOUNCEMENTS_WRITE)],
        **operation("deleteAnnouncement", refuses=(NotFound, Forbidden, Conflict, Stale), conditional=True),
    )
    async def delete(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, announcement_id: AnnouncementId
    ) -> None:
        """Delete an announcement, unless active schedules post it. What was posted stays in its channels."""
        seen = seen_in(request.headers.get("if-match"))
        await unit.announcements.delete(actor, announcement_id, seen=seen)

    @get(
        "/preview",
        guards=[needs(Right.ANNOUNCEMENTS_READ)],
        **operation("previewAnnouncement", refuses=(NotFound, Forbidden)),
    )
    async def preview(
        self, *, actor: Asker, unit: Unit, announcement_id: AnnouncementId
    ) -> AnnouncementPreview:
        """How it would look now, and what may surprise."""
        return preview_of(await unit.announcement_previews.preview_of(actor, announcement_id))

    @post(
        "/approval",
        guards=[needs(Right.ANNOUNCEMENTS_APPROVE)],
        **operation(
            "decideAnnouncement",
            body=DecideAnnouncement,
            statuses=(200,),
            refuses=(NotFound, Forbidden, Conflict, Stale),
            once=True,
        ),
    )
    async def decide(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        once: Once,
        announcement_id: AnnouncementId,
    ) -> Response[Announcement]:
        """Approve of the revision that you have looked at, or reject it. Whoever wrote it, or changed it last, cannot
        approve of it themselves."""
        wanted = await body_of(request, DecideAnnouncement)

        async def decide() -> Answer[Announcement]:
            decided = await unit.announcement_approvals.decide(
                actor, announcement_id, DECISIONS[wanted.decision], revision=wanted.revision
            )
            return Answer(200, announcement_of(decided))

        return await once(decide)


def _tagged(found: core.Announcement) -> Response[Announcement]:
    return Response(announcement_of(found), headers={"ETag": etag_of(found.updated_at)})
