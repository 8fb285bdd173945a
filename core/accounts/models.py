import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, column_property, mapped_column

from core.db import Base, Identified, SealedColumn, SnowflakeColumn


class ApplicationOwnerModel(Base):
    """Who owns the bot's application at Discord, or is an admin of the team that does; as the bot was told last."""

    __tablename__ = "application_owners"

    user_id: Mapped[str] = mapped_column(SnowflakeColumn(), primary_key=True, autoincrement=False)


class AccountModel(Identified):
    """`owns_application` is read along with the row, so that whoever finds an account knows whether it owns us."""

    __tablename__ = "accounts"

    name: Mapped[str]
    discord_user_id: Mapped[str | None] = mapped_column(SnowflakeColumn(), unique=True)
    is_owner: Mapped[bool] = mapped_column(server_default=text("false"))
    owns_application: Mapped[bool] = column_property(
        select(ApplicationOwnerModel.user_id)
        .where(ApplicationOwnerModel.user_id == discord_user_id)
        .correlate_except(ApplicationOwnerModel)
        .exists()
    )


class ApiTokenModel(Identified):
    __tablename__ = "api_tokens"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str]
    prefix: Mapped[str]
    hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))
    guild_ids: Mapped[list[str] | None] = mapped_column(ARRAY(SnowflakeColumn()))

    __table_args__ = (Index(None, "account_id"),)


class SessionModel(Identified):
    """A browser's login. What the browser holds is kept as a digest."""

    __tablename__ = "sessions"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    hash: Mapped[bytes] = mapped_column(unique=True)
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str | None]
    address: Mapped[str | None]

    __table_args__ = (Index(None, "account_id"), Index(None, "expires_at"))


class LoginModel(Identified):
    """One attempt to log in; it goes when it is used."""

    __tablename__ = "logins"

    state_hash: Mapped[bytes] = mapped_column(unique=True)
    browser_hash: Mapped[bytes]
    verifier: Mapped[bytes] = mapped_column(SealedColumn())
    next_path: Mapped[str]
    expires_at: Mapped[datetime]

    __table_args__ = (Index(None, "expires_at"),)


class DiscordGrantModel(Base):
    """What a person has let us ask Discord in their name."""

    __tablename__ = "discord_grants"

    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    access_token: Mapped[bytes] = mapped_column(SealedColumn())
    scopes: Mapped[str]
    expires_at: Mapped[datetime]
