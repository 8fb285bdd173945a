"""The one log of what was changed, by whom, and through which door. Entries are written, never edited."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from core.actor import Actor
from core.audit.models import AuditEntryModel
from core.audit.repository import AuditRepository
from core.audit.schemas import AuditEntry, AuditFilter
from core.discord.types import Snowflake
from core.paging import Page, Paging
from core.rights import Right


class Act(msgspec.Struct, frozen=True):
    """Something that somebody did. `target` is (kind, id); `before` and `after` are structs or mappings of what
    changed, without secrets."""

    actor: Actor
    action: str
    target: tuple[str, object]
    guild_id: str | None = None
    before: Any = None
    after: Any = None
    job_id: uuid.UUID | None = None


class AuditService:
    """Writes into the caller's transaction: a change that is rolled back leaves no entry."""

    def __init__(self, repository: AuditRepository) -> None:
        self._entries = repository

    async def record(
        self,
        actor: Actor,
        action: str,
        target: tuple[str, object],
        *,
        guild_id: str | None = None,
        before: Any = None,
        after: Any = None,
        job_id: uuid.UUID | None = None,
    ) -> None:
        """As an `Act` says it."""
        act = Act(actor, action, target, guild_id=guild_id, before=before, after=after, job_id=job_id)
        await self.record_all([act])

    async def record_all(self, acts: Sequence[Act]) -> None:
        """In their order."""
        await self._entries.append([_row(act) for act in acts])

    async def list(
        self, actor: Actor, wanted: AuditFilter, paging: Paging, *, guild_id: Snowflake | None = None
    ) -> Page[AuditEntry]:
        """Newest first, of the whole installation or of one guild."""
        if guild_id is None:
            actor.require_owner(Right.AUDIT_READ)
        else:
            actor.require(guild_id, Right.AUDIT_READ)
        rows = await self._entries.page(wanted, paging, guild_id=guild_id)
        items = tuple(map(to_entry, rows[: paging.limit]))
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def clean(self, before: datetime) -> int:
        """Forgets what is older; answers how many entries there were."""
        return await self._entries.delete_before(before)


def _row(act: Act) -> dict[str, Any]:
    kind, target_id = act.target
    return {
        "actor": act.actor.kept_for(act.guild_id),
        "action": act.action,
        "target_kind": kind,
        "target_id": str(target_id),
        "guild_id": act.guild_id,
        "before": None if act.before is None else msgspec.to_builtins(act.before),
        "after": None if act.after is None else msgspec.to_builtins(act.after),
        "request_id": act.actor.request_id,
        "job_id": act.job_id,
    }


def to_entry(model: AuditEntryModel) -> AuditEntry:
    return AuditEntry(
        id=model.id,
        at=model.created_at,
        actor=model.actor,
        action=model.action,
        target_kind=model.target_kind,
        target_id=model.target_id,
        guild_id=model.guild_id,
        before=model.before,
        after=model.after,
        request_id=model.request_id,
        job_id=model.job_id,
    )
