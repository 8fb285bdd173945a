import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from core.actions.undo import UNDO
from core.db import Repository
from core.discord.types import Snowflake
from core.guilds.models import GuildModel
from core.paging import Paging
from core.schedules.models import ScheduleModel, ScheduleRunModel
from core.schedules.run_repository import earliest_look
from core.schedules.schemas import CHANNEL, Outlook, ScheduleFilter


def _can_run() -> Any:
    """Of no guild, or in one where something can be done; in any other it is missed, and found so when that is over."""
    workable = ScheduleModel.guild_id.in_(_workable())
    return and_(ScheduleModel.state == "active", or_(ScheduleModel.guild_id.is_(None), workable))


def _workable() -> Any:
    return select(GuildModel.id).where(GuildModel.state == "approved")


def _of(guild_id: Snowflake | None) -> Any:
    return ScheduleModel.guild_id.is_(None) if guild_id is None else ScheduleModel.guild_id == guild_id


def _is_undo() -> Any:
    return ScheduleModel.payload["kind"].astext == UNDO.kind


def _wanted(wanted: ScheduleFilter) -> Iterator[Any]:
    if wanted.state is not None:
        yield ScheduleModel.state == wanted.state
    if wanted.kind is not None:
        yield ScheduleModel.payload["kind"].astext == wanted.kind
    if wanted.owner is not None:
        yield ScheduleModel.account_id == wanted.owner
    if wanted.name is not None:
        yield ScheduleModel.name.istartswith(wanted.name, autoescape=True)


class ScheduleRepository(Repository[ScheduleModel]):
    model_type = ScheduleModel

    async def page(
        self, guild_id: Snowflake | None, wanted: ScheduleFilter, paging: Paging
    ) -> Sequence[ScheduleModel]:
        """Newest first, one row more than the page."""
        query = (
            select(ScheduleModel)
            .where(_of(guild_id), *_wanted(wanted))
            .order_by(ScheduleModel.id.desc())
            .limit(paging.limit + 1)
        )
        if paging.cursor is not None:
            query = query.where(ScheduleModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def find(self, schedule_id: uuid.UUID, *, lock: bool = False) -> ScheduleModel | None:
        query = select(ScheduleModel).where(ScheduleModel.id == schedule_id)
        if lock:
            query = query.with_for_update(key_share=True)
        return await self.session.scalar(query.execution_options(populate_existing=True))

    async def held(self, ids: Collection[uuid.UUID]) -> Sequence[ScheduleModel]:
        """Those that are still there, locked, in the order in which whoever takes several goes through them."""
        query = (
            select(ScheduleModel)
            .where(ScheduleModel.id.in_(ids))
            .order_by(ScheduleModel.guild_id, ScheduleModel.id)
            .with_for_update(key_share=True)
        )
        return (await self.session.scalars(query.execution_options(populate_existing=True))).all()

    async def count_in(self, guild_id: Snowflake) -> int:
        """Those that people made."""
        query = select(func.count()).where(ScheduleModel.guild_id == guild_id, ~_is_undo())
        return await self.session.scalar(query) or 0

    async def last_zone(self, guild_id: Snowflake) -> str | None:
        """Of what people made: what takes something back is in UTC whatever they would say."""
        return await self.session.scalar(
            select(ScheduleModel.timing["time_zone"].astext)
            .where(ScheduleModel.guild_id == guild_id, ~_is_undo())
            .order_by(ScheduleModel.updated_at.desc(), ScheduleModel.id.desc())
            .limit(1)
        )

    async def is_closed(self, guild_id: Snowflake) -> bool:
        """Whether nothing may be done there now."""
        query = select(_workable().where(GuildModel.id == guild_id).exists())
        return not await self.session.scalar(query)

    async def drop_undone(self, moment: datetime) -> int:
        """Those that took something back, and whose last run ended before that moment."""
        later = exists().where(
            ScheduleRunModel.schedule_id == ScheduleModel.id,
            or_(ScheduleRunModel.ended_at.is_(None), ScheduleRunModel.ended_at >= moment),
        )
        ended = and_(ScheduleModel.state == "ended", ScheduleModel.updated_at < moment)
        return await self._count(delete(ScheduleModel).where(ended, _is_undo(), ~later))

    async def take_due(self, now: datetime, limit: int) -> Sequence[ScheduleModel]:
        """Those that have been due for longest, in the order of `held`; nobody else gets them before the transaction
        ends."""
        query = (
            select(ScheduleModel)
            .where(_can_run(), ScheduleModel.due_at <= now)
            .order_by(ScheduleModel.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        )
        found = (await self.session.scalars(query)).all()
        return sorted(found, key=_in_order)

    async def outlook(self) -> Outlook:
        due = select(func.min(ScheduleModel.due_at)).where(_can_run())
        found = await self.session.execute(select(due.scalar_subquery(), earliest_look().scalar_subquery()))
        due_at, look_at = found.one()
        return Outlook(due=due_at, look_at=look_at)

    async def put_new(self, rows: Sequence[dict[str, Any]]) -> frozenset[uuid.UUID]:
        """Answers which of the ids were written: what is there already stays as it is."""
        written = await self.session.scalars(
            insert(ScheduleModel)
            .values(list(rows))
            .on_conflict_do_nothing(index_elements=["id"])
            .returning(ScheduleModel.id)
        )
        return frozenset(written)

    async def drop(self, schedule_id: uuid.UUID) -> None:
        await self.session.execute(delete(ScheduleModel).where(ScheduleModel.id == schedule_id))

    async def tell(self) -> None:
        """Wakes whoever waits for something to become due, once the transaction has committed."""
        await self.session.execute(select(func.pg_notify(CHANNEL, "")))


def _in_order(model: ScheduleModel) -> tuple[bool, int, uuid.UUID]:
    """As PostgreSQL sorts them: those of no guild come last."""
    return model.guild_id is None, int(model.guild_id or 0), model.id
