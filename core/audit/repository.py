from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, cast, func, insert, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from core.audit.models import AuditEntryModel
from core.audit.schemas import AuditFilter
from core.db import Repository
from core.discord.types import Snowflake
from core.paging import Paging

_APPEND = insert(AuditEntryModel.__table__)  # pyright: ignore[reportArgumentType] - declared as FromClause, is a Table
_ACTOR = cast(AuditEntryModel.actor, JSONB)


class AuditRepository(Repository[AuditEntryModel]):
    model_type = AuditEntryModel

    async def append(self, rows: Sequence[dict[str, Any]]) -> None:
        """One INSERT and nothing else: every change anywhere writes an entry."""
        await self.session.execute(_APPEND, rows)

    async def page(
        self, wanted: AuditFilter, paging: Paging, *, guild_id: Snowflake | None = None
    ) -> Sequence[AuditEntryModel]:
        """Newest first, one row more than the page."""
        query = select(AuditEntryModel).where(*_asked(wanted)).order_by(AuditEntryModel.id.desc())
        if guild_id is not None:
            query = query.where(AuditEntryModel.guild_id == guild_id)
        if paging.cursor is not None:
            query = query.where(AuditEntryModel.id < paging.cursor)
        return (await self.session.scalars(query.limit(paging.limit + 1))).all()

    async def delete_before(self, moment: datetime) -> int:
        """PostgreSQL refuses entries that are younger than the shortest retention. Answers how many there were. By a
        function of the table's owner: the application's own role may not delete entries at all."""
        return await self.session.scalar(select(func.forget_audit_entries(moment))) or 0


def _asked(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    entry = AuditEntryModel
    if wanted.action is not None:
        yield or_(
            entry.action == wanted.action, entry.action.startswith(f"{wanted.action}.", autoescape=True)
        )
    if wanted.via is not None:
        yield _ACTOR["via"].astext == wanted.via
    if wanted.account_id is not None:
        yield _ACTOR["account_id"].astext == str(wanted.account_id)
    if wanted.discord_user_id is not None:
        yield _ACTOR["discord_user_id"].astext == wanted.discord_user_id
    if wanted.since is not None:
        yield entry.created_at >= wanted.since
    if wanted.until is not None:
        yield entry.created_at < wanted.until
    for name in ("target_kind", "target_id", "job_id", "request_id"):
        if (value := getattr(wanted, name)) is not None:
            yield getattr(entry, name) == value
