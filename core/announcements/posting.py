"""Announcements as they are posted: asked for here, done by the bot, and kept as they were done."""

import uuid
from collections.abc import Iterable

from core.actor import Actor
from core.announcements import events
from core.announcements.jobs import (
    ANNOUNCEMENT_DELETE,
    ANNOUNCEMENT_EDIT,
    ANNOUNCEMENT_POST,
    AnnouncementDelete,
    AnnouncementEdit,
    AnnouncementPost,
)
from core.announcements.lookup import not_approved, visible
from core.announcements.models import AnnouncementModel
from core.announcements.outcomes import Outcome, outcomes_of
from core.announcements.repository import AnnouncementRepository, PostRepository, WritingRepository
from core.announcements.rows import state_of, to_post, to_writing
from core.announcements.schemas import Post
from core.announcements.states import may_be_posted
from core.clock import Clock
from core.discord.types import Snowflake
from core.errors import Conflict, NotFound
from core.guilds.options_service import GuildOptionsService
from core.guilds.service import GuildService
from core.jobs.guild_events import GuildEventService
from core.jobs.ledger import Ledger
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.paging import Page, Paging
from core.rights import Right


class AnnouncementPostService:
    def __init__(
        self,
        announcements: AnnouncementRepository,
        posts: PostRepository,
        writings: WritingRepository,
        *,
        guilds: GuildService,
        options: GuildOptionsService,
        jobs: JobService,
        ledger: Ledger,
        told: GuildEventService,
        clock: Clock,
    ) -> None:
        self._announcements = announcements
        self._posts = posts
        self._writings = writings
        self._guilds = guilds
        self._options = options
        self._jobs = jobs
        self._ledger = ledger
        self._told = told
        self._clock = clock

    async def list(self, actor: Actor, announcement_id: uuid.UUID, paging: Paging) -> Page[Post]:
        """Newest first, those that were deleted as well."""
        await visible(self._announcements, actor, announcement_id)
        rows = await self._posts.page(announcement_id, paging)
        items = tuple(to_post(row) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def last(self, actor: Actor, announcement_id: uuid.UUID) -> Post | None:
        """The newest whose message is not known to be deleted."""
        await visible(self._announcements, actor, announcement_id)
        model = await self._posts.last(announcement_id)
        return None if model is None else to_post(model)

    async def request(
        self, actor: Actor, announcement_id: uuid.UUID, *, within: Snowflake | None = None
    ) -> Job:
        """Raises `Conflict` where it is not approved, and, where it is to go into its last message, while that is
        being posted; `NotFound` also for one of another guild than `within`."""
        model = await self._postable(actor, announcement_id)
        if within not in (None, model.guild_id):
            raise NotFound(f"There is no announcement {announcement_id} in guild {within}.")
        await self._require_approved(model)
        if model.repeats == "edit_last" and not await self._is_free(model):
            raise Conflict(
                f"“{model.name}” is being posted, and goes into its last message: wait until that is there.",
                code="being_posted",
            )
        payload = AnnouncementPost(announcement_id=model.id)
        return await self._jobs.ask(actor, ANNOUNCEMENT_POST, payload, guild_id=model.guild_id)

    async def request_edit(self, actor: Actor, announcement_id: uuid.UUID, post_id: uuid.UUID) -> Job:
        """Raises `Conflict` where it is not approved, and where the message is deleted."""
        model = await self._postable(actor, announcement_id)
        await self._require_post(model, post_id)
        await self._require_approved(model)
        payload = AnnouncementEdit(announcement_id=model.id, post_id=post_id)
        return await self._jobs.ask(actor, ANNOUNCEMENT_EDIT, payload, guild_id=model.guild_id)

    async def request_delete(self, actor: Actor, announcement_id: uuid.UUID, post_id: uuid.UUID) -> Job:
        """Raises `Conflict` where the message is deleted already."""
        model = await self._postable(actor, announcement_id)
        await self._require_post(model, post_id)
        payload = AnnouncementDelete(announcement_id=model.id, post_id=post_id)
        return await self._jobs.ask(actor, ANNOUNCEMENT_DELETE, payload, guild_id=model.guild_id)

    async def post_of(self, post_id: uuid.UUID) -> Post | None:
        """For our own work."""
        model = await self._posts.find(post_id)
        return None if model is None else to_post(model)

    async def note(self, job: Job) -> tuple[Outcome, ...]:
        """Keeps what the job is recorded to have done, as often as it is told."""
        writing = await self._writings.of(job.id)
        steps = await self._ledger.steps(job.id)
        outcomes = tuple(outcomes_of(job.id, steps, None if writing is None else to_writing(writing)))
        for outcome in outcomes:
            await self._keep(job, outcome)
        return outcomes

    async def note_gone(self, post_id: uuid.UUID) -> None:
        """Somebody has deleted its message."""
        await self._posts.note_gone(post_id, self._clock())

    async def job_ended(self, job: Job) -> None:
        """In the transaction that settles it, however it ended: what was done of it was done."""
        if job.kind not in _KINDS or job.guild_id is None:
            return
        outcomes = await self.note(job)
        found = {outcome.post_id: await self.post_of(outcome.post_id) for outcome in outcomes}
        for type_, post in _news(job, outcomes, found):
            said = events.of_post(
                announcement_id=post.announcement_id,
                post_id=post.id,
                job_id=job.id,
                channel_id=post.channel_id,
                message_id=post.message_id,
            )
            await self._told.tell(job.guild_id, type_, said)

    async def _keep(self, job: Job, outcome: Outcome) -> None:
        match outcome.verb:
            case "send":
                await self._posts.put(_new_post(job, outcome))
            case "edit":
                await self._posts.note_edited(outcome.post_id, outcome.revision, outcome.at)
            case "crosspost":
                await self._posts.note_crossposted(outcome.post_id, outcome.at)
            case "delete":
                await self._posts.note_gone(outcome.post_id, outcome.at)

    async def _is_free(self, model: AnnouncementModel) -> bool:
        """Whether nobody else posts it, also at this moment."""
        held = await self._announcements.hold(model.id)
        return held and not await self._announcements.is_being_posted(model)

    async def _postable(self, actor: Actor, announcement_id: uuid.UUID) -> AnnouncementModel:
        model = await visible(self._announcements, actor, announcement_id, right=Right.ANNOUNCEMENTS_WRITE)
        await self._guilds.require_present(actor, model.guild_id)
        return model

    async def _require_approved(self, model: AnnouncementModel) -> None:
        all_wait = (await self._options.of(model.guild_id)).announcement_approval
        state = state_of(model, all_wait=all_wait)
        if not may_be_posted(state):
            raise not_approved(model, state)

    async def _require_post(self, model: AnnouncementModel, post_id: uuid.UUID) -> None:
        post = await self._posts.find(post_id)
        if post is None or post.announcement_id != model.id:
            raise NotFound(f"Announcement {model.id} has no post {post_id}.")
        if post.deleted_at is not None:
            raise Conflict(f"The message of post {post_id} is deleted.", code="post_deleted")


_KINDS = frozenset({ANNOUNCEMENT_POST.kind, ANNOUNCEMENT_EDIT.kind, ANNOUNCEMENT_DELETE.kind})
_NEWS = {"send": events.POSTED, "edit": events.EDITED, "delete": events.DELETED}


def _news(
    job: Job, outcomes: Iterable[Outcome], posts: dict[uuid.UUID, Post | None]
) -> Iterable[tuple[str, Post]]:
    """What is new since the job began this time: one that was asked for once more tells of its earlier rounds as
    well."""
    for outcome in outcomes:
        post = posts[outcome.post_id]
        is_late = job.started_at is None or outcome.at >= job.started_at
        if post is not None and is_late and outcome.verb in _NEWS:
            yield _NEWS[outcome.verb], post


def _new_post(job: Job, outcome: Outcome) -> Post:
    assert outcome.announcement_id is not None, "what was sent was written"
    return Post(
        id=outcome.post_id,
        announcement_id=outcome.announcement_id,
        guild_id=job.guild_id or "",
        job_id=job.id,
        channel_id=outcome.channel_id,
        message_id=outcome.message_id,
        revision=outcome.revision,
        sent_at=outcome.at,
        edited_at=None,
        crossposted_at=None,
        deleted_at=None,
    )
