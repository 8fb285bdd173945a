"""What happens in a guild beside its jobs, told where its jobs' events are: in its stream, and to its callbacks."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import DateTime, Text, Uuid, bindparam, delete, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import Repository, SnowflakeColumn, new_id
from core.jobs.models import GuildEventModel
from core.jobs.outbox import Outbox
from core.jobs.ring import CHANNEL
from core.jobs.schemas import GuildEvent


class GuildEventRepository(Repository[GuildEventModel]):
    model_type = GuildEventModel

    def __init__(self, session: AsyncSession, outbox: Outbox) -> None:
        super().__init__(session)
        self._outbox = outbox

    async def append(
        self, guild_id: str, type_: str, data: dict[str, Any], *, is_quiet: bool = False
    ) -> None:
        """Wakes the watchers at commit; what the guild's own programs are told is written in the same transaction,
        unless it `is_quiet`."""
        event_id = new_id()
        added = await self.session.execute(
            _append_statement(self._outbox.wanting),
            {
                "event_id": event_id,
                "guild_id": guild_id,
                "type": type_,
                "data": data,
                "channel": CHANNEL,
                "told": f"{type_} {guild_id}",
            },
        )
        row = added.one()
        if row.wanting and not is_quiet:
            event = GuildEvent(id=event_id, guild_id=guild_id, type=type_, at=row.at, data=data)
            await self._outbox.put_guild(event, callbacks=row.wanting)

    async def delete_before(self, moment: datetime) -> int:
        return await self._count(delete(GuildEventModel).where(GuildEventModel.at < moment))

    async def delete_in(self, guild_id: str) -> None:
        await self.session.execute(
            delete(GuildEventModel)
            .where(GuildEventModel.guild_id == guild_id)
            .execution_options(synchronize_session=False)
        )


class GuildEventService:
    def __init__(self, events: GuildEventRepository, clock: Clock) -> None:
        self._events = events
        self._clock = clock

    async def tell(self, guild_id: str, type_: str, data: dict[str, Any], *, is_quiet: bool = False) -> None:
        """Once, with the transaction: `data` is what the guild's stream shows, and its callbacks, unless it
        `is_quiet`."""
        await self._events.append(guild_id, type_, data, is_quiet=is_quiet)

    async def delete_old(self, keep: timedelta) -> int:
        """What happened longer ago than `keep`; answers how many events that were."""
        return await self._events.delete_before(self._clock() - keep)

    async def delete_in(self, guild_id: str) -> None:
        """All that happened in a guild that is left for good."""
        await self._events.delete_in(guild_id)


@cache
def _append_statement(wanting: str) -> Any:
    """Writes and notifies in one round trip; `wanting` is the outbox's own question, asked with `:guild_id` and
    `:type`."""
    return (
        text(
            f"""
            WITH added AS (
                INSERT INTO guild_events (id, guild_id, type, at, data)
                VALUES (:event_id, :guild_id, :type, clock_timestamp(), :data)
                RETURNING at
            )
            SELECT at, ARRAY({wanting}) AS wanting, pg_notify(:channel, :told) FROM added
            """  # noqa: S608 - the question is a constant of ours
        )
        .bindparams(
            bindparam("event_id", type_=Uuid()),
            bindparam("guild_id", type_=SnowflakeColumn()),
            bindparam("type", type_=Text()),
            bindparam("data", type_=JSONB(none_as_null=True)),
            bindparam("channel", type_=Text()),
            bindparam("told", type_=Text()),
        )
        .columns(at=DateTime(timezone=True), wanting=ARRAY(Uuid()))
    )
