"""The audit log as HTTP shows it."""

import uuid
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import NextCursor, Snowflake, Time
from core.actor import ActorKind, Via
from core.audit import schemas as core

Changed: TypeAlias = Annotated[
    dict[str, Any] | None,
    Meta(description="What changed of the target, without secrets; null where an action has no such side."),
]


class AuditActor(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it, and through which door."""

    kind: ActorKind
    via: Via
    name: str
    account_id: uuid.UUID | None
    token_id: uuid.UUID | None
    discord_user_id: Snowflake | None


class AuditTarget(msgspec.Struct, frozen=True, kw_only=True):
    """What it was done to."""

    kind: str
    id: str


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change. What a job does at Discord carries the job's id in Discord's own audit log, too."""

    id: uuid.UUID
    at: Time
    actor: AuditActor
    action: Annotated[str, Meta(description="E.g. plan.apply. There may be further ones.")]
    target: AuditTarget
    guild_id: Snowflake | None
    before: Changed
    after: Changed
    request_id: str | None
    job_id: uuid.UUID | None


class AuditPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[AuditEntry, ...]
    next_cursor: NextCursor = None


def entry_of(entry: core.AuditEntry) -> AuditEntry:
    actor = entry.actor
    return AuditEntry(
        id=entry.id,
        at=entry.at,
        actor=AuditActor(
            kind=actor.kind,
            via=actor.via,
            name=actor.name,
            account_id=actor.account_id,
            token_id=actor.token_id,
            discord_user_id=actor.discord_user_id,
        ),
        action=entry.action,
        target=AuditTarget(kind=entry.target_kind, id=entry.target_id),
        guild_id=entry.guild_id,
        before=entry.before,
        after=entry.after,
        request_id=entry.request_id,
        job_id=entry.job_id,
    )
