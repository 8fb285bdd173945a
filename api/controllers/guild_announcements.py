"""A guild's announcements: writing them, and how they would look."""

from typing import Any

from litestar import Controller, Request, Response, get, post

from api.answers import Answer, created
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.guards import needs
from api.locations import announcement_at
from api.operations import operation
from api.params import Cursor, GuildId, Limit, paging_of
from api.schemas.announcement_views import announcement_of, draft_of, preview_of, unnamed_draft_of
from api.schemas.announcements import (
    Announcement,
    AnnouncementPage,
    AnnouncementPreview,
    CreateAnnouncement,
    PreviewAnnouncement,
)
from core.errors import Conflict, Forbidden, NotFound
from core.rights import Right


class GuildAnnouncementController(Controller):
    path = "/guilds/{guild_id:str}/announcements"
    tags = ("announcements",)

    @get(
        "/",
        guards=[needs(Right.ANNOUNCEMENTS_READ)],
        **operation("listAnnouncements", refuses=(NotFound, Forbidden)),
    )
    async def announcements(
        self, *, actor: Asker, unit: Unit, guild_id: GuildId, limit: Limit = 50, cursor: Cursor = None
    ) -> AnnouncementPage:
        """A guild's announcements, newest first."""
        page = await unit.announcements.list(actor, guild_id, paging_of(limit, cursor))
        return AnnouncementPage(items=tuple(map(announcement_of, page.items)), next_cursor=page.next_cursor)

    @post(
        "/",
        guards=[needs(Right.ANNOUNCEMENTS_WRITE)],
        **operation(
            "createAnnouncement", body=CreateAnnouncement, refuses=(NotFound, Forbidden, Conflict), once=True
        ),
    )
    async def create(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, guild_id: GuildId
    ) -> Response[Announcement]:
        """Write an announcement. Nothing is posted yet: that is asked for, by hand or by a schedule
        (`announcement.post`). It is kept only if it is within Discord's limits whatever its variables stand for."""
        draft = draft_of(await body_of(request, CreateAnnouncement))

        async def make() -> Answer[Announcement]:
            made = await unit.announcements.create(actor, guild_id, draft)
            return created(announcement_of(made), announcement_at(made.id))

        return await once(make)

    @post(
        "/preview",
        guards=[needs(Right.ANNOUNCEMENTS_READ)],
        **operation(
            "previewNewAnnouncement",
            body=PreviewAnnouncement,
            statuses=(200,),
            refuses=(NotFound, Forbidden),
            once=True,
        ),
    )
    async def preview(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, guild_id: GuildId
    ) -> Response[AnnouncementPreview]:
        """How it would look now, and what may surprise; no announcement is made."""
        draft = unnamed_draft_of(await body_of(request, PreviewAnnouncement))

        async def look() -> Answer[AnnouncementPreview]:
            return Answer(200, preview_of(await unit.announcement_previews.preview(actor, guild_id, draft)))

        return await once(look)
