"""What a job says: written once, when it begins, because an answer that was lost is looked for by its words."""

import uuid
from collections.abc import Sequence

import msgspec

from core.announcements.jobs import ANNOUNCEMENT_EDIT, AnnouncementEdit
from core.announcements.lookup import Timetable, not_approved
from core.announcements.models import AnnouncementModel
from core.announcements.rendering import names_in, rendered
from core.announcements.repository import AnnouncementRepository, PostRepository, WritingRepository
from core.announcements.rows import state_of, to_writing
from core.announcements.schemas import Writing
from core.announcements.states import may_be_posted
from core.announcements.variables import Values
from core.clock import Clock
from core.discord.errors import GatewayAbsent
from core.discord.types import Channel, Snapshot, Snowflake
from core.guilds.options_service import GuildOptionsService
from core.jobs.errors import JobFailed
from core.jobs.ledger import Ledger
from core.jobs.schemas import Job, JobStep

_MAY_BE_DONE = frozenset({"intended", "outcome_unknown", "done"})
_SAYS = frozenset({"send", "edit"})


class AnnouncementWritingService:
    """For our own work in the guild."""

    def __init__(
        self,
        announcements: AnnouncementRepository,
        posts: PostRepository,
        writings: WritingRepository,
        *,
        options: GuildOptionsService,
        timetable: Timetable,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._announcements = announcements
        self._posts = posts
        self._writings = writings
        self._options = options
        self._timetable = timetable
        self._ledger = ledger
        self._clock = clock

    async def write(self, job: Job, guild: Snapshot, members: int | None) -> Writing:
        """As the announcement stands now, unless some of what was written before may have been said already. Raises
        `JobFailed` where the announcement, its channel or the post is gone, and where it is not approved by now;
        `GatewayAbsent` where it goes into the last message and another job is posting that."""
        written = await self._writings.of(job.id)
        if written is not None and _may_be_said(await self._ledger.steps(job.id)):
            return to_writing(written)
        model = await self._model(job)
        if job.kind == ANNOUNCEMENT_EDIT.kind:
            edits = msgspec.convert(job.payload, AnnouncementEdit).post_id
            channel = _channel(guild, await self._channel_of(model, edits))
        else:
            channel = _channel(guild, model.channel_id)
            edits = await self._last(job, model, channel)
        says_next = {"next", "next.relative"} & set(names_in(model.message))
        values = Values(
            guild_name=guild.settings.name,
            members=members,
            channel_id=channel.id,
            channel_name=channel.name,
            now=self._clock(),
            next=await self._timetable.next_of(model.id, job.id) if says_next else None,
        )
        writing = Writing(
            announcement_id=model.id,
            channel_id=channel.id,
            revision=model.revision,
            message=rendered(model.message, values),
            crosspost=model.crosspost and job.kind != ANNOUNCEMENT_EDIT.kind,
            edits=edits,
        )
        await self._writings.put(job.id, writing)
        return writing

    async def _model(self, job: Job) -> AnnouncementModel:
        announcement_id = msgspec.convert(job.payload["announcement_id"], uuid.UUID)
        model = await self._announcements.find(announcement_id)
        if model is None:
            raise JobFailed("The announcement was deleted meanwhile.", code="unknown_announcement")
        state = state_of(model, all_wait=(await self._options.of(model.guild_id)).announcement_approval)
        if not may_be_posted(state):
            refused = not_approved(model, state)
            raise JobFailed(refused.message, code=refused.error_code)
        return model

    async def _last(self, job: Job, model: AnnouncementModel, channel: Channel) -> uuid.UUID | None:
        """The message that this goes into. Schedules may have asked for two at the same moment."""
        if model.repeats != "edit_last":
            return None
        if await self._announcements.is_being_posted(model, before=job.id):
            raise GatewayAbsent("Another job is posting the same announcement at this moment.")
        last = await self._posts.last(model.id, channel_id=channel.id)
        return None if last is None else last.id

    async def _channel_of(self, model: AnnouncementModel, post_id: uuid.UUID) -> Snowflake:
        post = await self._posts.find(post_id)
        if post is None or post.announcement_id != model.id:
            raise JobFailed(f"There is no post {post_id} any more.", code="unknown_post")
        return post.channel_id


def _channel(guild: Snapshot, channel_id: Snowflake) -> Channel:
    found = next((each for each in guild.channels if each.id == channel_id), None)
    if found is None:
        raise JobFailed(f"There is no channel {channel_id} in this guild any more.", code="unknown_channel")
    return found


def _may_be_said(steps: Sequence[JobStep]) -> bool:
    return any(step.state in _MAY_BE_DONE and step.id.partition(":")[0] in _SAYS for step in steps)
