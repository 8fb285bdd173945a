"""What holds for a time: one row a thing, and one schedule that takes it back."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core.db import Repository
from core.discord.types import Snowflake
from core.schedules.effects import BEGINS, ENDS, Effect, layers_on
from core.schedules.layers import Move
from core.schedules.models import ReversalModel


def _listed(kinds: Collection[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


LISTENING = f"""
    EXISTS (
        SELECT FROM jobs WHERE id = :job_id AND (
            kind IN ({_listed(BEGINS)})
            AND (payload ->> 'until' IS NOT NULL OR payload ->> 'expires_in' IS NOT NULL)
            OR kind IN ({_listed((*BEGINS, *ENDS))})
            AND EXISTS (SELECT FROM reversals WHERE reversals.guild_id = :guild_id)
        )
    )
"""  # noqa: S608 - the kinds are constants of ours
"""Whether the job begins or ends something that holds for a time. As text, because it stands inside the statement that
adds the job's event."""


class ReversalRepository(Repository[ReversalModel]):
    model_type = ReversalModel

    async def of_targets(
        self, guild_id: Snowflake, kind: str, targets: Sequence[str]
    ) -> Sequence[ReversalModel]:
        found = await self.session.scalars(
            select(ReversalModel).where(
                ReversalModel.guild_id == guild_id,
                ReversalModel.kind == kind,
                ReversalModel.target.in_(targets),
            )
        )
        return found.all()

    async def of_overwrite(
        self, guild_id: Snowflake, channel_id: Snowflake, whose: Snowflake, *, lock: bool = False
    ) -> Sequence[ReversalModel]:
        """Everything that was written there for a time. Only @everyone's overwrite is locked."""
        written = and_(
            ReversalModel.kind == "channel.overwrite",
            ReversalModel.target.startswith(layers_on(channel_id, whose), autoescape=True),
        )
        locked = and_(ReversalModel.kind == "channel.lock", ReversalModel.target == channel_id)
        query = (
            select(ReversalModel)
            .where(ReversalModel.guild_id == guild_id, or_(written, locked) if whose == guild_id else written)
            .order_by(ReversalModel.kind, ReversalModel.target)
        )
        return (await self.session.scalars(query.with_for_update() if lock else query)).all()

    async def rest_on(self, guild_id: Snowflake, moves: Sequence[Move]) -> None:
        """Where the layer is still as it was seen."""
        for each in moves:
            layer = each.layer
            await self.session.execute(
                update(ReversalModel)
                .where(
                    ReversalModel.guild_id == guild_id,
                    ReversalModel.kind == layer.kind,
                    ReversalModel.target == layer.target,
                    ReversalModel.schedule_id == layer.schedule_id,
                    ReversalModel.since == layer.since,
                )
                .values(before=each.before)
                .execution_options(synchronize_session=False)
            )

    async def has(self, schedule_id: uuid.UUID, target: str) -> bool:
        mine = ReversalModel.schedule_id == schedule_id
        query = select(ReversalModel.target).where(mine, ReversalModel.target == target)
        return await self.session.scalar(query) is not None

    async def begin(
        self,
        guild_id: Snowflake,
        effects: Sequence[Effect],
        schedule_id: uuid.UUID,
        *,
        since: datetime,
        ends_at: datetime,
    ) -> None:
        """What was newly done is this schedule's, whoever had it: that had come to its end already."""
        if not effects:
            return
        rows = [
            {
                "guild_id": guild_id,
                "kind": effect.kind,
                "target": effect.target,
                "schedule_id": schedule_id,
                "since": effect.since or since,
                "ends_at": ends_at,
                "before": effect.before,
            }
            for effect in _in_order(effects)
        ]
        statement = insert(ReversalModel).values(rows)
        fields = ("schedule_id", "since", "ends_at", "before")
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["guild_id", "kind", "target"],
                set_={field: statement.excluded[field] for field in fields},
            )
        )

    async def prolong(
        self, guild_id: Snowflake, effects: Sequence[Effect], schedule_id: uuid.UUID, ends_at: datetime
    ) -> None:
        """What was so already and holds for a time is this schedule's from now on, unless it holds for longer than
        this one would have it."""
        for effect in _in_order(effects):
            await self.session.execute(
                update(ReversalModel)
                .where(_is(guild_id, effect), ReversalModel.ends_at <= ends_at)
                .values(schedule_id=schedule_id, ends_at=ends_at)
                .execution_options(synchronize_session=False)
            )

    async def move(self, schedule_id: uuid.UUID, ends_at: datetime) -> None:
        await self.session.execute(
            update(ReversalModel)
            .where(ReversalModel.schedule_id == schedule_id)
            .values(ends_at=ends_at)
            .execution_options(synchronize_session=False)
        )

    async def end(self, guild_id: Snowflake, effects: Sequence[Effect]) -> None:
        """Whoever's they are: they hold for good, or have been taken back."""
        for effect in _in_order(effects):
            await self.session.execute(
                delete(ReversalModel)
                .where(_is(guild_id, effect))
                .execution_options(synchronize_session=False)
            )

    async def end_layers(self, guild_id: Snowflake, layers: Sequence[ReversalModel]) -> None:
        for layer in layers:
            await self.session.execute(
                delete(ReversalModel)
                .where(
                    ReversalModel.guild_id == guild_id,
                    ReversalModel.kind == layer.kind,
                    ReversalModel.target == layer.target,
                )
                .execution_options(synchronize_session=False)
            )

    async def drop(self, schedule_id: uuid.UUID, targets: Sequence[str]) -> None:
        """Those that are still this schedule's."""
        await self.session.execute(
            delete(ReversalModel)
            .where(ReversalModel.schedule_id == schedule_id, ReversalModel.target.in_(targets))
            .execution_options(synchronize_session=False)
        )


def _is(guild_id: Snowflake, effect: Effect):
    return and_(
        ReversalModel.guild_id == guild_id,
        ReversalModel.kind == effect.kind,
        ReversalModel.target == effect.target,
    )


def _in_order(effects: Sequence[Effect]) -> list[Effect]:
    """The same for everybody, so that two who write the same rows wait for each other one way only."""
    return sorted(effects, key=lambda effect: effect.target)
