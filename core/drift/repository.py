from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from core.db import Repository
from core.drift.models import DriftItemModel
from core.drift.schemas import DriftFilter
from core.paging import Paging
from core.templates.schemas import ActiveVersion


class DriftRepository(Repository[DriftItemModel]):
    model_type = DriftItemModel

    async def of(self, active: ActiveVersion) -> dict[str, DriftItemModel]:
        """All that was ever noted against this version in its guild, by identity."""
        rows = await self.session.scalars(select(DriftItemModel).where(*_measured_by(active)))
        return {row.identity: row for row in rows}

    async def page(
        self, active: ActiveVersion, wanted: DriftFilter, paging: Paging
    ) -> Sequence[DriftItemModel]:
        """Newest first, one row more than the page."""
        query = (
            select(DriftItemModel)
            .where(*_measured_by(active))
            .order_by(DriftItemModel.id.desc())
            .limit(paging.limit + 1)
        )
        if wanted.state is not None:
            query = query.where(DriftItemModel.state == wanted.state)
        if wanted.kind is not None:
            query = query.where(DriftItemModel.kind == wanted.kind)
        if paging.cursor is not None:
            query = query.where(DriftItemModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()


def _measured_by(active: ActiveVersion) -> tuple[ColumnElement[bool], ...]:
    return (
        DriftItemModel.guild_id == active.guild_id,
        DriftItemModel.template_id == active.template_id,
        DriftItemModel.version == active.version,
    )
