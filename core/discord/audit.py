"""Discord's audit log: who changed what in a guild."""

from datetime import datetime
from typing import Protocol

import msgspec

from core.discord.types import Snowflake


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`action` is Discord's number of it, `changed` are Discord's names of the fields. `subject` says whose overwrite
    was written: `@` and the role's name, or `member` and the id. `user_id` is None where Discord tells of nobody."""

    id: Snowflake
    at: datetime
    action: int
    target_id: Snowflake | None
    user_id: Snowflake | None
    user_name: str | None = None
    changed: frozenset[str] = frozenset()
    subject: str | None = None
    reason: str | None = None


class AuditGateway(Protocol):
    """Reading the audit log."""

    async def read_audit(self, guild_id: Snowflake, since: datetime) -> tuple[AuditEntry, ...]:
        """Newest first, in one call, so no more than a hundred. Raises `CallRefused` without VIEW_AUDIT_LOG."""
        ...

    async def given_by_others(
        self, guild_id: Snowflake, role_id: Snowflake, since: datetime
    ) -> frozenset[Snowflake]:
        """To whom somebody else than the bot has given the role since then, as far back as the log's newest thousand
        changes of members' roles. Raises as `read_audit`."""
        ...
