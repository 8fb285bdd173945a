import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from core.db import Repository
from core.discord.images import ImageHash
from core.discord.types import Snowflake
from core.guilds.models import GuildModel
from core.paging import Paging
from core.templates.models import (
    ActiveVersionModel,
    BindingModel,
    PlanModel,
    TemplateModel,
    TemplateVersionModel,
)

_PICTURES = """
    SELECT DISTINCT found[1] FROM {table}, regexp_matches(document::text, 'sha256:[0-9a-f]{{64}}', 'g') AS found
"""
_PICTURES_IN_VERSIONS, _PICTURES_IN_PLANS = (
    text(_PICTURES.format(table=table)) for table in ("template_versions", "plans")
)


class TemplateRepository(Repository[TemplateModel]):
    model_type = TemplateModel

    async def page(
        self,
        paging: Paging,
        *,
        everything: bool,
        account_id: uuid.UUID | None,
        shared_in: Collection[Snowflake],
        bound_to: Collection[Snowflake] | None = None,
    ) -> Sequence[TemplateModel]:
        """Newest first, one row more than the page; without `everything`, the public ones, those that these guilds
        share, and the account's own, of guilds only those of `bound_to` (None is any)."""
        query = (
            select(TemplateModel)
            .where(TemplateModel.deleted_at.is_(None))
            .order_by(TemplateModel.id.desc())
            .limit(paging.limit + 1)
        )
        if not everything:
            seen = [TemplateModel.visibility == "public"]
            if account_id is not None:
                own = TemplateModel.account_id == account_id
                if bound_to is not None:
                    near = or_(TemplateModel.guild_id.is_(None), TemplateModel.guild_id.in_(bound_to))
                    own = and_(own, near)
                seen.append(own)
            if shared_in:
                seen.append(and_(TemplateModel.visibility == "guild", TemplateModel.guild_id.in_(shared_in)))
            query = query.where(or_(*seen))
        if paging.cursor is not None:
            query = query.where(TemplateModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def among(self, ids: Collection[uuid.UUID]) -> Sequence[TemplateModel]:
        """Those of the ids that were not deleted."""
        if not ids:
            return ()
        query = select(TemplateModel).where(TemplateModel.id.in_(ids), TemplateModel.deleted_at.is_(None))
        return (await self.session.scalars(query)).all()

    async def unshare(self, guild_id: Snowflake, now: datetime) -> Sequence[uuid.UUID]:
        """Those that were shared in the guild, deleted ones too, are private; answers which."""
        found = await self.session.scalars(
            update(TemplateModel)
            .where(TemplateModel.guild_id == guild_id)
            .values(visibility="private", guild_id=None, updated_at=now)
            .returning(TemplateModel.id)
            .execution_options(synchronize_session=False)
        )
        return found.all()

    async def next_number(self, template_id: uuid.UUID, now: datetime) -> int:
        """Takes the next version number; two who ask at once get two numbers."""
        number = await self.session.scalar(
            update(TemplateModel)
            .where(TemplateModel.id == template_id)
            .values(latest_version=TemplateModel.latest_version + 1, updated_at=now)
            .returning(TemplateModel.latest_version)
            .execution_options(synchronize_session=False)
        )
        assert number is not None, "the caller has just read this template in the same transaction"
        return number


class TemplateVersionRepository(Repository[TemplateVersionModel]):
    model_type = TemplateVersionModel

    async def find_whole(self, template_id: uuid.UUID, number: int) -> TemplateVersionModel | None:
        return await self.session.scalar(
            select(TemplateVersionModel)
            .where(TemplateVersionModel.template_id == template_id, TemplateVersionModel.number == number)
            .options(
                undefer(TemplateVersionModel.document),
                undefer(TemplateVersionModel.source),
                undefer(TemplateVersionModel.value),
            )
        )

    async def page(self, template_id: uuid.UUID, paging: Paging) -> Sequence[TemplateVersionModel]:
        query = (
            select(TemplateVersionModel)
            .where(TemplateVersionModel.template_id == template_id)
            .order_by(TemplateVersionModel.id.desc())
            .limit(paging.limit + 1)
        )
        if paging.cursor is not None:
            query = query.where(TemplateVersionModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def pictures(self) -> frozenset[ImageHash]:
        """All that a document names."""
        return frozenset(await self.session.scalars(_PICTURES_IN_VERSIONS))


class BindingRepository(Repository[BindingModel]):
    model_type = BindingModel

    async def of(self, guild_id: Snowflake, template_id: uuid.UUID) -> dict[str, Snowflake]:
        rows = await self.session.execute(
            select(BindingModel.key, BindingModel.discord_id).where(
                BindingModel.guild_id == guild_id, BindingModel.template_id == template_id
            )
        )
        return {row.key: row.discord_id for row in rows}

    async def rename(self, template_id: uuid.UUID, key: str, to: str) -> None:
        """In every guild the node of the new key is what that of the old one is; older versions still have that."""
        renamed = select(
            BindingModel.guild_id, BindingModel.template_id, literal(to), BindingModel.discord_id
        ).where(BindingModel.template_id == template_id, BindingModel.key == key)
        statement = insert(BindingModel).from_select(
            ["guild_id", "template_id", "key", "discord_id"], renamed
        )
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["guild_id", "template_id", "key"],
                set_={"discord_id": statement.excluded.discord_id},
            )
        )

    async def bind(self, guild_id: Snowflake, template_id: uuid.UUID, ids: Mapping[str, Snowflake]) -> None:
        if not ids:
            return
        statement = insert(BindingModel).values(
            [
                {"guild_id": guild_id, "template_id": template_id, "key": key, "discord_id": discord_id}
                for key, discord_id in sorted(ids.items())
            ]
        )
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["guild_id", "template_id", "key"],
                set_={"discord_id": statement.excluded.discord_id},
            )
        )


class ActiveVersionRepository(Repository[ActiveVersionModel]):
    model_type = ActiveVersionModel

    async def of(self, guild_id: Snowflake) -> ActiveVersionModel | None:
        """Also what this transaction has just written."""
        return await self.session.scalar(
            select(ActiveVersionModel)
            .where(ActiveVersionModel.guild_id == guild_id)
            .execution_options(populate_existing=True)
        )

    async def guilds_of(self, template_id: uuid.UUID) -> Sequence[tuple[Snowflake, str]]:
        """Ids and names of the guilds in which a version of the template is active."""
        rows = await self.session.execute(
            select(GuildModel.id, GuildModel.name)
            .join(ActiveVersionModel, ActiveVersionModel.guild_id == GuildModel.id)
            .where(ActiveVersionModel.template_id == template_id)
            .order_by(GuildModel.id)
        )
        return [(row.id, row.name) for row in rows]

    async def put(self, row: Mapping[str, object]) -> None:
        """Of two who write at once, the last one counts."""
        statement = insert(ActiveVersionModel).values(row)
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["guild_id"], set_={name: row[name] for name in row if name != "guild_id"}
            )
        )

    async def drop(self, guild_id: Snowflake) -> bool:
        """False where nothing was active."""
        dropped = await self.session.scalar(
            delete(ActiveVersionModel)
            .where(ActiveVersionModel.guild_id == guild_id)
            .returning(ActiveVersionModel.guild_id)
            .execution_options(synchronize_session=False)
        )
        return dropped is not None


class PlanRepository(Repository[PlanModel]):
    model_type = PlanModel

    async def find_whole(self, plan_id: uuid.UUID, *, lock: bool = False) -> PlanModel | None:
        query = (
            select(PlanModel)
            .where(PlanModel.id == plan_id)
            .options(undefer(PlanModel.document), undefer(PlanModel.bindings), undefer(PlanModel.plan))
        )
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def note_job(self, plan_id: uuid.UUID, job_id: uuid.UUID) -> None:
        await self.session.execute(
            update(PlanModel)
            .where(PlanModel.id == plan_id)
            .values(job_id=job_id)
            .execution_options(synchronize_session=False)
        )

    async def snapshots_since(self, moment: datetime) -> frozenset[uuid.UUID]:
        found = await self.session.scalars(
            select(PlanModel.snapshot_id)
            .where(PlanModel.snapshot_id.is_not(None), PlanModel.created_at >= moment)
            .distinct()
        )
        return frozenset(each for each in found if each is not None)

    async def pictures(self) -> frozenset[ImageHash]:
        """All that a document names."""
        return frozenset(await self.session.scalars(_PICTURES_IN_PLANS))
