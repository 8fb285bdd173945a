import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Identified, SnowflakeColumn


class AccountModel(Identified):
    __tablename__ = "accounts"

    name: Mapped[str]
    discord_user_id: Mapped[str | None] = mapped_column(SnowflakeColumn(), unique=True)
    is_owner: Mapped[bool] = mapped_column(server_default=text("false"))


class ApiTokenModel(Identified):
    __tablename__ = "api_tokens"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str]
    prefix: Mapped[str]
    hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "account_id"),)
