import uuid
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.actor import Actor
from core.db import Identified, SnowflakeColumn, StructColumn


class AuditEntryModel(Identified):
    __tablename__ = "audit_entries"

    actor: Mapped[Actor] = mapped_column(StructColumn(Actor))
    action: Mapped[str]
    target_kind: Mapped[str]
    target_id: Mapped[str]
    guild_id: Mapped[str | None] = mapped_column(SnowflakeColumn())
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    request_id: Mapped[str | None]
    job_id: Mapped[uuid.UUID | None]

    __table_args__ = (Index(None, "guild_id", "id"), Index(None, "target_kind", "target_id", "id"))
