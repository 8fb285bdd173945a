"""Messages to owners of the installation whose buttons still decide of a guild."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from core.actor import SYSTEM
from core.db import Repository
from core.discord.types import Snowflake
from core.guilds.jobs import (
    ANNOUNCE_DECISION,
    ANNOUNCE_JOIN,
    AnnounceDecisionPayload,
    AnnounceJoinPayload,
)
from core.guilds.models import JoinNoticeModel
from core.jobs.schemas import Job
from core.jobs.service import JobService


class JoinNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A message in the direct messages of `user_id`, sent by that job."""

    message_id: Snowflake
    channel_id: Snowflake
    user_id: Snowflake
    guild_id: Snowflake
    job_id: uuid.UUID


class JoinNoticeRepository(Repository[JoinNoticeModel]):
    model_type = JoinNoticeModel

    async def keep(self, notice: JoinNotice) -> None:
        """Once, however often it is told."""
        row = msgspec.structs.asdict(notice)
        await self.session.execute(insert(JoinNoticeModel).values(row).on_conflict_do_nothing())

    async def of(self, guild_id: Snowflake) -> Sequence[JoinNoticeModel]:
        found = await self.session.scalars(
            select(JoinNoticeModel)
            .where(JoinNoticeModel.guild_id == guild_id)
            .order_by(JoinNoticeModel.message_id)
        )
        return found.all()

    async def has_any(self, guild_id: Snowflake) -> bool:
        there = exists().where(JoinNoticeModel.guild_id == guild_id)
        return bool(await self.session.scalar(select(there)))

    async def forget(self, message_id: Snowflake) -> None:
        await self.session.execute(delete(JoinNoticeModel).where(JoinNoticeModel.message_id == message_id))


class JoinNoticeService:
    """For our own work: nobody asks for it by hand."""

    def __init__(self, join_notices: JoinNoticeRepository, jobs: JobService) -> None:
        self._join_notices = join_notices
        self._jobs = jobs

    async def request_join(self, guild_id: Snowflake, name: str, joined_at: datetime) -> Job:
        """Every owner is to be told of the guild, once."""
        payload = AnnounceJoinPayload(name=name, joined_at=joined_at)
        return await self._jobs.ask(SYSTEM, ANNOUNCE_JOIN, payload, guild_id=guild_id)

    async def request_decision(self, guild_id: Snowflake) -> Job | None:
        """Whoever was told of the guild is to see what became of it. Who has locked the guild misses no message: the
        job that sends them keeps them, and looks what was decided behind the same lock."""
        if not await self._join_notices.has_any(guild_id):
            return None
        return await self._jobs.ask(SYSTEM, ANNOUNCE_DECISION, AnnounceDecisionPayload(), guild_id=guild_id)

    async def keep(self, notice: JoinNotice) -> None:
        await self._join_notices.keep(notice)

    async def of(self, guild_id: Snowflake) -> tuple[JoinNotice, ...]:
        """Those that were not edited yet, oldest first."""
        return tuple(
            JoinNotice(**{name: getattr(row, name) for name in JoinNotice.__struct_fields__})
            for row in await self._join_notices.of(guild_id)
        )

    async def forget(self, message_id: Snowflake) -> None:
        """Its buttons are gone."""
        await self._join_notices.forget(message_id)
