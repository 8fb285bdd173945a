import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.accounts.schemas import LoginGuild
from core.actor import Actor
from core.db import Base, SnowflakeColumn, StructColumn


class MembershipModel(Base):
    """What somebody is in a guild by Discord, of those for whom it means something: who has an account, and who is more
    than a user there. `bits` are those of the guild, without regard to a time-out, whose end nobody tells."""

    __tablename__ = "memberships"

    guild_id: Mapped[str] = mapped_column(
        SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(SnowflakeColumn(), primary_key=True)
    name: Mapped[str]
    bits: Mapped[int] = mapped_column(BigInteger)
    role_ids: Mapped[tuple[str, ...]] = mapped_column(StructColumn(tuple[str, ...]))
    is_guild_owner: Mapped[bool]
    timed_out_until: Mapped[datetime | None]
    seen_at: Mapped[datetime]

    __table_args__ = (Index(None, "user_id"),)


class AccessGrantModel(Base):
    """What an account is in a guild because somebody there has said so."""

    __tablename__ = "access_grants"

    guild_id: Mapped[str] = mapped_column(
        SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str]
    reason: Mapped[str | None]
    granted_by: Mapped[Actor] = mapped_column(StructColumn(Actor))
    created_at: Mapped[datetime]

    __table_args__ = (Index(None, "account_id"),)


class LoginGuildsModel(Base):
    """Guilds without the bot to which an account could have invited it when it last logged in."""

    __tablename__ = "login_guilds"

    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    guilds: Mapped[tuple[LoginGuild, ...]] = mapped_column(StructColumn(tuple[LoginGuild, ...]))
    seen_at: Mapped[datetime]
