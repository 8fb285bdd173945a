import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.actor import Actor
from core.db import Base, Identified, SnowflakeColumn, StructColumn
from core.templates.documents.document import Document
from core.templates.plan import Plan, PlanOptions


class TemplateModel(Identified):
    __tablename__ = "templates"

    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    name: Mapped[str]
    description: Mapped[str | None]
    visibility: Mapped[str] = mapped_column(server_default=text("'private'"))
    guild_id: Mapped[str | None] = mapped_column(SnowflakeColumn(), ForeignKey("guilds.id"))
    origin_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("templates.id", ondelete="SET NULL"))
    origin_version: Mapped[int | None]
    latest_version: Mapped[int] = mapped_column(server_default=text("0"))
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("(visibility = 'guild') = (guild_id IS NOT NULL)", name="guild"),)


class TemplateVersionModel(Identified):
    """Never updated: a changed document is a new version."""

    __tablename__ = "template_versions"

    template_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("templates.id", ondelete="CASCADE"))
    number: Mapped[int]
    note: Mapped[str | None]
    document: Mapped[Document] = mapped_column(StructColumn(Document), deferred=True)
    source: Mapped[str | None] = mapped_column(deferred=True)
    value: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    actor: Mapped[Actor] = mapped_column(StructColumn(Actor))

    __table_args__ = (UniqueConstraint("template_id", "number"),)


class BindingModel(Base):
    """(guild, template, node key) → the Discord id that node has there: a rename is told from a delete and a create."""

    __tablename__ = "bindings"

    guild_id: Mapped[str] = mapped_column(
        SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"), primary_key=True
    )
    template_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("templates.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    discord_id: Mapped[str] = mapped_column(SnowflakeColumn())


class ActiveVersionModel(Base):
    """What a guild is meant to look like: one version at most, because the guild is the key."""

    __tablename__ = "active_versions"

    guild_id: Mapped[str] = mapped_column(
        SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"), primary_key=True
    )
    template_id: Mapped[uuid.UUID] = mapped_column(index=True)
    version: Mapped[int]
    values: Mapped[dict[str, str]] = mapped_column(
        StructColumn(dict[str, str]), server_default=text("'{}'"), default=dict
    )
    since: Mapped[datetime]
    actor: Mapped[Actor] = mapped_column(StructColumn(Actor))
    job_id: Mapped[uuid.UUID | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["template_id", "version"], ["template_versions.template_id", "template_versions.number"]
        ),
    )


class PlanModel(Identified):
    """A plan with everything it was made of, so that it can be made again: `document` and `bindings` are copies."""

    __tablename__ = "plans"

    guild_id: Mapped[str] = mapped_column(SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"))
    guild_revision: Mapped[int]
    template_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("templates.id", ondelete="SET NULL"))
    version: Mapped[int | None]
    values: Mapped[dict[str, str]] = mapped_column(
        StructColumn(dict[str, str]), server_default=text("'{}'"), default=dict
    )
    snapshot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("snapshots.id", ondelete="SET NULL"))
    options: Mapped[PlanOptions] = mapped_column(StructColumn(PlanOptions))
    document: Mapped[Document] = mapped_column(StructColumn(Document), deferred=True)
    bindings: Mapped[dict[str, str]] = mapped_column(StructColumn(dict[str, str]), deferred=True)
    plan: Mapped[Plan] = mapped_column(StructColumn(Plan), deferred=True)
    actor: Mapped[Actor] = mapped_column(StructColumn(Actor))
    job_id: Mapped[uuid.UUID | None]

    __table_args__ = (Index(None, "guild_id", "id"),)
