"""Entries of the audit log as they are read."""

import uuid
from datetime import datetime
from typing import Any

import msgspec

from core.actor import Actor, Via
from core.discord.types import Snowflake


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change. `before` and `after` hold what changed of the target, without secrets; None where an action has no
    such side."""

    id: uuid.UUID
    at: datetime
    actor: Actor
    action: str
    target_kind: str
    target_id: str
    guild_id: Snowflake | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None
    job_id: uuid.UUID | None


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What `None` leaves open is not filtered. `action` is one (`plan.apply`), or all of a kind (`plan`). `since` is
    included, `until` is not."""

    action: str | None = None
    via: Via | None = None
    account_id: uuid.UUID | None = None
    discord_user_id: Snowflake | None = None
    target_kind: str | None = None
    target_id: str | None = None
    job_id: uuid.UUID | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
