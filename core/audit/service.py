"""The one log of what was changed, by whom, and through which door. Entries are written, never edited."""

import uuid
from typing import Any

import msgspec

from core.actor import Actor
from core.audit.repository import AuditRepository


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
        """`target` is (kind, id); `before` and `after` are structs or mappings of what changed, without secrets."""
        kind, target_id = target
        await self._entries.append(
            actor=actor,
            action=action,
            target_kind=kind,
            target_id=str(target_id),
            guild_id=guild_id,
            before=None if before is None else msgspec.to_builtins(before),
            after=None if after is None else msgspec.to_builtins(after),
            request_id=actor.request_id,
            job_id=job_id,
        )
