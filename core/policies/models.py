from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.actor import Actor
from core.db import Base, SnowflakeColumn, StructColumn
from core.policies.rules import Rule


class PolicyModel(Base):
    """All rules of a guild, as they were last put by `actor`."""

    __tablename__ = "policies"

    guild_id: Mapped[str] = mapped_column(
        SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"), primary_key=True
    )
    rules: Mapped[tuple[Rule, ...]] = mapped_column(StructColumn(tuple[Rule, ...]))
    updated_at: Mapped[datetime]
    actor: Mapped[Actor] = mapped_column(StructColumn(Actor))
