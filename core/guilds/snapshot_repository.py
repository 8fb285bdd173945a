import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Uuid, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from core.db import Repository
from core.discord.images import ImageHash
from core.guilds.models import GuildModel, MemberRolesModel, SnapshotModel
from core.guilds.options import GuildOptions
from core.guilds.schemas import MemberRoles
from core.paging import Paging

_DEFAULTS = GuildOptions()
_OUTDATED = text(
    """
    WITH ranked AS (
        SELECT id, guild_id, created_at,
               row_number() OVER (PARTITION BY guild_id ORDER BY id) AS oldest,
               row_number() OVER (PARTITION BY guild_id ORDER BY id DESC) AS newest
        FROM snapshots
    )
    DELETE FROM snapshots USING ranked JOIN guilds ON guilds.id = ranked.guild_id
    WHERE snapshots.id = ranked.id AND oldest > 1 AND newest > :newest AND ranked.id <> ALL (:keep)
      AND ranked.created_at < cast(:now AS timestamptz) - make_interval(
          days => coalesce((guilds.options ->> 'snapshot_retention_days')::int, cast(:days AS int)))
    RETURNING snapshots.id
    """
).bindparams(bindparam("keep", type_=ARRAY(Uuid)))
_MEMBERS_OUTDATED = text(
    """
    DELETE FROM snapshot_members USING snapshots JOIN guilds ON guilds.id = snapshots.guild_id
    WHERE snapshots.id = snapshot_members.snapshot_id
      AND snapshots.created_at < cast(:now AS timestamptz) - make_interval(
          days => coalesce((guilds.options ->> 'member_roles_retention_days')::int, cast(:days AS int)))
    RETURNING snapshots.id
    """
)
_PICTURES = text(
    """
    SELECT DISTINCT image.value FROM snapshots, jsonb_each_text(snapshots.content -> 'images') AS image
    UNION
    SELECT DISTINCT image.value FROM guilds, jsonb_each_text(guilds.structure -> 'images') AS image
    """
)


class SnapshotRepository(Repository[SnapshotModel]):
    model_type = SnapshotModel

    async def find_whole(self, snapshot_id: uuid.UUID) -> SnapshotModel | None:
        return await self.session.scalar(
            select(SnapshotModel)
            .where(SnapshotModel.id == snapshot_id)
            .options(undefer(SnapshotModel.content))
        )

    async def find_of_job(self, job_id: uuid.UUID) -> SnapshotModel | None:
        return await self.session.scalar(
            select(SnapshotModel)
            .where(SnapshotModel.job_id == job_id)
            .order_by(SnapshotModel.id)
            .limit(1)
            .options(undefer(SnapshotModel.content))
        )

    async def page(self, guild_id: str, paging: Paging) -> Sequence[SnapshotModel]:
        """Newest first, one row more than the page."""
        query = (
            select(SnapshotModel)
            .where(SnapshotModel.guild_id == guild_id)
            .order_by(SnapshotModel.id.desc())
            .limit(paging.limit + 1)
        )
        if paging.cursor is not None:
            query = query.where(SnapshotModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def first(self, guild_id: str) -> uuid.UUID | None:
        return await self.session.scalar(
            select(SnapshotModel.id)
            .where(SnapshotModel.guild_id == guild_id)
            .order_by(SnapshotModel.id)
            .limit(1)
        )

    async def without_any(self, guild_ids: Collection[str]) -> Sequence[str]:
        """Those of the guilds, stored and not left, of which nothing was kept yet."""
        kept = select(SnapshotModel.id).where(SnapshotModel.guild_id == GuildModel.id).exists()
        found = await self.session.scalars(
            select(GuildModel.id)
            .where(GuildModel.id.in_(guild_ids), GuildModel.state == "approved", ~kept)
            .order_by(GuildModel.id)
        )
        return found.all()

    async def set_label(self, snapshot_id: uuid.UUID, label: str | None) -> None:
        await self.session.execute(
            update(SnapshotModel)
            .where(SnapshotModel.id == snapshot_id)
            .values(label=label)
            .execution_options(synchronize_session=False)
        )

    async def drop_outdated(self, now: datetime, *, newest: int, keep: Collection[uuid.UUID]) -> int:
        """But for each guild's first, its `newest` so many, and those to `keep`."""
        gone = await self.session.scalars(
            _OUTDATED,
            {
                "now": now,
                "newest": newest,
                "keep": list(keep),
                "days": _DEFAULTS.snapshot_retention_days,
            },
        )
        return len(gone.all())

    async def pictures(self) -> frozenset[ImageHash]:
        """All that a snapshot, or a guild as it was last seen, names."""
        return frozenset(await self.session.scalars(_PICTURES))


class MemberRolesRepository(Repository[MemberRolesModel]):
    model_type = MemberRolesModel

    async def of(self, snapshot_id: uuid.UUID) -> tuple[MemberRoles, ...]:
        found = await self.session.scalar(
            select(MemberRolesModel.members).where(MemberRolesModel.snapshot_id == snapshot_id)
        )
        return found or ()

    async def newest_in(self, guild_id: str) -> tuple[datetime, tuple[MemberRoles, ...]] | None:
        """When the last ones were kept, and they."""
        found = await self.session.execute(
            select(SnapshotModel.created_at, MemberRolesModel.members)
            .join(MemberRolesModel, MemberRolesModel.snapshot_id == SnapshotModel.id)
            .where(SnapshotModel.guild_id == guild_id)
            .order_by(SnapshotModel.id.desc())
            .limit(1)
        )
        row = found.one_or_none()
        return None if row is None else (row.created_at, row.members)

    async def keep(self, snapshot_id: uuid.UUID, members: tuple[MemberRoles, ...]) -> None:
        await self.session.execute(insert(MemberRolesModel).values(snapshot_id=snapshot_id, members=members))

    async def drop_outdated(self, now: datetime) -> None:
        """The snapshots say from then on that there are none."""
        gone = await self.session.scalars(
            _MEMBERS_OUTDATED, {"now": now, "days": _DEFAULTS.member_roles_retention_days}
        )
        await self.session.execute(
            update(SnapshotModel)
            .where(SnapshotModel.id.in_(gone.all()))
            .values(members=None)
            .execution_options(synchronize_session=False)
        )
