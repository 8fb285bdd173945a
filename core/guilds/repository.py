from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from core.actor import Actor
from core.db import Repository
from core.discord.pace import Pace
from core.discord.types import BotPowers, Snapshot
from core.guilds.models import GuildModel
from core.guilds.options import GuildOptions
from core.guilds.states import Decision, Review

_FIND = select(GuildModel).where(GuildModel.id == bindparam("of_guild"))
_STATE = select(GuildModel.state).where(GuildModel.id == bindparam("of_guild"))
# Built once: every request and every claim asks.


class GuildRepository(Repository[GuildModel]):
    model_type = GuildModel

    async def find(self, guild_id: str) -> GuildModel | None:
        """Without structure and powers."""
        return await self.session.scalar(_FIND, {"of_guild": guild_id})

    async def state_of(self, guild_id: str) -> str | None:
        return await self.session.scalar(_STATE, {"of_guild": guild_id})

    async def find_whole(self, guild_id: str) -> GuildModel | None:
        """With structure, powers and pace."""
        return await self.session.scalar(
            select(GuildModel)
            .where(GuildModel.id == guild_id)
            .options(undefer(GuildModel.structure), undefer(GuildModel.powers), undefer(GuildModel.pace))
        )

    async def page(
        self, state: str | None, limit: int, cursor: str | None, *, among: Collection[str] | None = None
    ) -> Sequence[GuildModel]:
        """By id, one row more than the page; None is among all."""
        query = select(GuildModel).order_by(GuildModel.id).limit(limit + 1)
        if among is not None:
            query = query.where(GuildModel.id.in_(among))
        if state is not None:
            query = query.where(GuildModel.state == state)
        if cursor is not None:
            query = query.where(GuildModel.id > cursor)
        return (await self.session.scalars(query)).all()

    async def count_by_state(self) -> dict[str, int]:
        rows = await self.session.execute(select(GuildModel.state, func.count()).group_by(GuildModel.state))
        return {row[0]: row[1] for row in rows.all()}

    async def lock(self, guild_id: str) -> None:
        """Serialises those who store one guild, until the transaction ends: whoever reads after it reads the newest."""
        await self.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtext("store"), func.hashtext(guild_id)))
        )

    async def find_locked(self, guild_id: str) -> GuildModel | None:
        """With structure and powers, until the transaction ends. Rows that name the guild can be written meanwhile: who
        settles a job of it does so, and holds what a review wants next."""
        return await self.session.scalar(
            select(GuildModel)
            .where(GuildModel.id == guild_id)
            .options(undefer(GuildModel.structure), undefer(GuildModel.powers))
            .with_for_update(key_share=True)
        )

    async def store(
        self, known: GuildModel | None, snapshot: Snapshot, powers: BotPowers, *, review: Review
    ) -> tuple[bool, bool]:
        """Inserts or updates what the gateway tells; answers (is new, structure changed). Last one in wins. `review` is
        what is decided of a guild that is new."""
        now = func.clock_timestamp()
        if known is None or known.state == "left":
            row = {
                "id": snapshot.guild_id,
                "name": snapshot.settings.name,
                "owner_id": snapshot.owner_id,
                "state": review,
                "review": review,
                "structure": snapshot,
                "powers": powers,
                "seen_at": now,
                "joined_at": now,
                "left_at": None,
            }
            again = {k: v for k, v in row.items() if k != "id"} | {"revision": GuildModel.revision + 1}
            await self.session.execute(
                insert(GuildModel).values(row).on_conflict_do_update(index_elements=["id"], set_=again)
            )
            return True, True
        if known.structure == snapshot and known.powers == powers:
            return False, False
        await self.session.execute(
            update(GuildModel)
            .where(GuildModel.id == snapshot.guild_id)
            .values(
                name=snapshot.settings.name,
                owner_id=snapshot.owner_id,
                structure=snapshot,
                powers=powers,
                revision=GuildModel.revision + 1,
                seen_at=now,
            )
            .execution_options(synchronize_session=False)
        )
        return False, True

    async def decide(
        self, guild_id: str, decision: Decision, *, reason: str | None, by: Actor, at: datetime
    ) -> None:
        """What is left stays left."""
        is_left = GuildModel.state == "left"
        await self.session.execute(
            update(GuildModel)
            .where(GuildModel.id == guild_id)
            .values(
                review=decision,
                state=case((is_left, GuildModel.state), else_=decision),
                review_reason=reason,
                reviewed_at=at,
                reviewed_by=by,
            )
            .execution_options(synchronize_session=False)
        )

    async def pace_of(self, guild_id: str, *, lock: bool = False) -> Pace | None:
        query = select(GuildModel.pace).where(GuildModel.id == guild_id)
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def set_pace(self, guild_id: str, pace: Pace) -> None:
        """Beside the structure, whose revision stays."""
        await self.session.execute(
            update(GuildModel)
            .where(GuildModel.id == guild_id)
            .values(pace=pace)
            .execution_options(synchronize_session=False)
        )

    async def options_of(self, guild_id: str, *, lock: bool = False) -> tuple[GuildOptions, datetime] | None:
        """With the time of their last change."""
        query = select(
            GuildModel.options, func.coalesce(GuildModel.options_changed_at, GuildModel.joined_at)
        ).where(GuildModel.id == guild_id)
        row = (await self.session.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def set_options(self, guild_id: str, options: GuildOptions, changed_at: datetime) -> None:
        await self.session.execute(
            update(GuildModel)
            .where(GuildModel.id == guild_id)
            .values(options=options, options_changed_at=changed_at)
            .execution_options(synchronize_session=False)
        )

    async def notify(self, channel: str, payload: str) -> None:
        """Once the transaction has committed."""
        await self.session.execute(select(func.pg_notify(channel, payload)))

    async def ids_not_left(self) -> Sequence[str]:
        return (await self.session.scalars(select(GuildModel.id).where(GuildModel.state != "left"))).all()

    async def mark_left(self, guild_id: str) -> bool:
        """approved → left; False where it was left already, or never known."""
        left = await self.session.scalar(
            update(GuildModel)
            .where(GuildModel.id == guild_id, GuildModel.state != "left")
            .values(state="left", left_at=func.clock_timestamp())
            .returning(GuildModel.id)
            .execution_options(synchronize_session=False)
        )
        return left is not None

    async def left_before(self, moment: datetime) -> Sequence[str]:
        found = await self.session.scalars(
            select(GuildModel.id)
            .where(GuildModel.state == "left", GuildModel.left_at < moment)
            .order_by(GuildModel.id)
        )
        return found.all()

    async def forget(self, guild_id: str) -> None:
        """With all that refers to it and is nobody else's."""
        await self.session.execute(
            delete(GuildModel).where(GuildModel.id == guild_id).execution_options(synchronize_session=False)
        )
