from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class ImageModel(Base):
    """Named by its content, and so never updated but for the time when somebody last had a use for it."""

    __tablename__ = "images"

    hash: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(deferred=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]

    __table_args__ = (Index(None, "last_used_at"),)


class AssetModel(Base):
    """What Discord keeps under a path of its CDN; a path never changes its content."""

    __tablename__ = "assets"

    path: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(ForeignKey("images.hash", ondelete="CASCADE"))
    seen_at: Mapped[datetime]

    __table_args__ = (Index(None, "hash"),)
