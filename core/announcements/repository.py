import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from core.announcements.models import AnnouncementModel, AnnouncementPostModel, AnnouncementWritingModel
from core.announcements.schemas import Post, Writing
from core.db import Repository
from core.discord.types import Snowflake
from core.jobs.models import JobModel
from core.jobs.states import OPEN
from core.paging import Paging

POST_KIND = "announcement.post"
LISTENING = "EXISTS (SELECT FROM jobs WHERE id = :job_id AND kind LIKE 'announcement.%')"
"""Whether the job is of an announcement. As text, because it stands inside the statement that adds the job's event."""


class AnnouncementRepository(Repository[AnnouncementModel]):
    model_type = AnnouncementModel

    async def page(self, guild_id: Snowflake, paging: Paging) -> Sequence[AnnouncementModel]:
        """Newest first, one row more than the page."""
        query = (
            select(AnnouncementModel)
            .where(AnnouncementModel.guild_id == guild_id)
            .order_by(AnnouncementModel.id.desc())
            .limit(paging.limit + 1)
        )
        if paging.cursor is not None:
            query = query.where(AnnouncementModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def find(self, announcement_id: uuid.UUID, *, lock: bool = False) -> AnnouncementModel | None:
        query = select(AnnouncementModel).where(AnnouncementModel.id == announcement_id)
        if lock:
            query = query.with_for_update(key_share=True)
        return await self.session.scalar(query.execution_options(populate_existing=True))

    async def named(self, guild_id: Snowflake, name: str) -> AnnouncementModel | None:
        """However it is capitalised."""
        return await self.session.scalar(
            select(AnnouncementModel).where(
                AnnouncementModel.guild_id == guild_id, func.lower(AnnouncementModel.name) == func.lower(name)
            )
        )

    async def alike(self, guild_id: Snowflake, text: str, limit: int) -> Sequence[AnnouncementModel]:
        """Those whose name has the text in it, by name."""
        found = await self.session.scalars(
            select(AnnouncementModel)
            .where(
                AnnouncementModel.guild_id == guild_id,
                func.strpos(func.lower(AnnouncementModel.name), func.lower(text)) > 0,
            )
            .order_by(func.lower(AnnouncementModel.name))
            .limit(limit)
        )
        return found.all()

    async def count_in(self, guild_id: Snowflake) -> int:
        query = select(func.count()).where(AnnouncementModel.guild_id == guild_id)
        return await self.session.scalar(query) or 0

    async def hold(self, announcement_id: uuid.UUID) -> bool:
        """Until the transaction ends nobody else asks for it to be posted; False where somebody does. Nobody waits for
        that: who asks for many would wait for each other."""
        lock = func.pg_try_advisory_xact_lock(
            func.hashtext("announcements"), func.hashtext(str(announcement_id))
        )
        return bool(await self.session.scalar(select(lock)))

    async def is_being_posted(self, model: AnnouncementModel, *, before: uuid.UUID | None = None) -> bool:
        """Whether a job that posts it, and was asked for `before` that one, has not ended."""
        posting = [
            JobModel.guild_id == model.guild_id,
            JobModel.kind == POST_KIND,
            JobModel.state.in_(OPEN),
            JobModel.payload["announcement_id"].astext == str(model.id),
        ]
        if before is not None:
            posting.append(JobModel.id < before)
        return bool(await self.session.scalar(select(exists().where(*posting))))


class PostRepository(Repository[AnnouncementPostModel]):
    model_type = AnnouncementPostModel

    async def page(self, announcement_id: uuid.UUID, paging: Paging) -> Sequence[AnnouncementPostModel]:
        """Newest first, one row more than the page."""
        query = (
            select(AnnouncementPostModel)
            .where(AnnouncementPostModel.announcement_id == announcement_id)
            .order_by(AnnouncementPostModel.id.desc())
            .limit(paging.limit + 1)
        )
        if paging.cursor is not None:
            query = query.where(AnnouncementPostModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def find(self, post_id: uuid.UUID) -> AnnouncementPostModel | None:
        query = select(AnnouncementPostModel).where(AnnouncementPostModel.id == post_id)
        return await self.session.scalar(query.execution_options(populate_existing=True))

    async def last(
        self, announcement_id: uuid.UUID, *, channel_id: Snowflake | None = None
    ) -> AnnouncementPostModel | None:
        """The newest that is not known to be deleted, anywhere or in that channel."""
        query = (
            select(AnnouncementPostModel)
            .where(
                AnnouncementPostModel.announcement_id == announcement_id,
                AnnouncementPostModel.deleted_at.is_(None),
            )
            .order_by(AnnouncementPostModel.id.desc())
            .limit(1)
        )
        if channel_id is not None:
            query = query.where(AnnouncementPostModel.channel_id == channel_id)
        return await self.session.scalar(query)

    async def put(self, post: Post) -> None:
        """Once, however often it is told; nothing where the announcement is gone."""
        table = AnnouncementPostModel.__table__
        row = {name: getattr(post, name) for name in post.__struct_fields__} | {"created_at": post.sent_at}
        announcement = (
            select(*(literal(value, table.c[name].type).label(name) for name, value in row.items()))
            .where(AnnouncementModel.id == post.announcement_id)
            .with_for_update(read=True, key_share=True, of=AnnouncementModel)
        )
        await self.session.execute(
            insert(AnnouncementPostModel)
            .from_select(list(row), announcement)
            .on_conflict_do_nothing(index_elements=["id"])
        )

    async def note_edited(self, post_id: uuid.UUID, revision: int, at: datetime) -> None:
        """Unless it was edited later than that."""
        latest = func.coalesce(AnnouncementPostModel.edited_at, AnnouncementPostModel.sent_at)
        await self._mark(post_id, latest < at, revision=revision, edited_at=at)

    async def note_crossposted(self, post_id: uuid.UUID, at: datetime) -> None:
        await self._mark(post_id, AnnouncementPostModel.crossposted_at.is_(None), crossposted_at=at)

    async def note_gone(self, post_id: uuid.UUID, at: datetime) -> None:
        """When that was first seen stays."""
        await self._mark(post_id, AnnouncementPostModel.deleted_at.is_(None), deleted_at=at)

    async def _mark(self, post_id: uuid.UUID, still: ColumnElement[bool], **values: Any) -> None:
        await self.session.execute(
            update(AnnouncementPostModel)
            .where(AnnouncementPostModel.id == post_id, still)
            .values(values)
            .execution_options(synchronize_session=False)
        )


class WritingRepository(Repository[AnnouncementWritingModel]):
    model_type = AnnouncementWritingModel

    async def of(self, job_id: uuid.UUID) -> AnnouncementWritingModel | None:
        query = select(AnnouncementWritingModel).where(AnnouncementWritingModel.job_id == job_id)
        return await self.session.scalar(query.execution_options(populate_existing=True))

    async def put(self, job_id: uuid.UUID, writing: Writing) -> None:
        row = {name: getattr(writing, name) for name in writing.__struct_fields__}
        await self.session.execute(
            insert(AnnouncementWritingModel)
            .values(job_id=job_id, **row)
            .on_conflict_do_update(index_elements=["job_id"], set_=row)
        )
