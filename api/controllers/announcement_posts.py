"""What an announcement became: posting it, and what was posted."""

from litestar import Controller, Response, delete, get, post

from api.answers import Answer, accepted
from api.deps import Asker, Once, Unit
from api.guards import needs
from api.locations import job_at
from api.operations import operation
from api.params import AnnouncementId, Cursor, Limit, PostId, paging_of
from api.schemas.announcement_views import post_of
from api.schemas.announcements import AnnouncementPostPage
from api.schemas.jobs import Job, job_of
from core.errors import Conflict, Forbidden, NotFound
from core.rights import Right


class AnnouncementPostController(Controller):
    path = "/announcements/{announcement_id:uuid}/posts"
    tags = ("announcements",)

    @get(
        "/",
        guards=[needs(Right.ANNOUNCEMENTS_READ)],
        **operation("listAnnouncementPosts", refuses=(NotFound, Forbidden)),
    )
    async def posts(
        self,
        *,
        actor: Asker,
        unit: Unit,
        announcement_id: AnnouncementId,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> AnnouncementPostPage:
        """The messages that it became, newest first."""
        page = await unit.announcement_posts.list(actor, announcement_id, paging_of(limit, cursor))
        return AnnouncementPostPage(items=tuple(map(post_of, page.items)), next_cursor=page.next_cursor)

    @post(
        "/",
        guards=[needs(Right.ANNOUNCEMENTS_WRITE)],
        **operation(
            "postAnnouncement",
            statuses=(202, 200),
            refuses=(NotFound, Forbidden, Conflict),
            once=True,
            waits=True,
        ),
    )
    async def send(
        self, *, actor: Asker, unit: Unit, once: Once, announcement_id: AnnouncementId
    ) -> Response[Job]:
        """Post it now, as it stands when the job begins. In Discord you need there what you would need to say it
        yourself."""

        async def ask() -> Answer[Job]:
            job = await unit.announcement_posts.request(actor, announcement_id)
            return accepted(job_of(job), job_at(job.id))

        return await once(ask)

    @post(
        "/{post_id:uuid}/edit",
        guards=[needs(Right.ANNOUNCEMENTS_WRITE)],
        **operation(
            "editAnnouncementPost",
            statuses=(202, 200),
            refuses=(NotFound, Forbidden, Conflict),
            once=True,
            waits=True,
        ),
    )
    async def edit(
        self, *, actor: Asker, unit: Unit, once: Once, announcement_id: AnnouncementId, post_id: PostId
    ) -> Response[Job]:
        """Have a message that was posted say what the announcement says now."""

        async def ask() -> Answer[Job]:
            job = await unit.announcement_posts.request_edit(actor, announcement_id, post_id)
            return accepted(job_of(job), job_at(job.id))

        return await once(ask)

    @delete(
        "/{post_id:uuid}",
        guards=[needs(Right.ANNOUNCEMENTS_WRITE)],
        **operation(
            "deleteAnnouncementPost",
            statuses=(202, 200),
            refuses=(NotFound, Forbidden, Conflict),
            waits=True,
        ),
    )
    async def delete(
        self, *, actor: Asker, unit: Unit, announcement_id: AnnouncementId, post_id: PostId
    ) -> Response[Job]:
        """Delete a message that was posted."""
        job = await unit.announcement_posts.request_delete(actor, announcement_id, post_id)
        return Response(job_of(job), status_code=202, headers={"Location": job_at(job.id)})
