from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from core.db import Repository
from core.discord.images import AssetPath, Image, ImageHash
from core.images.models import AssetModel, ImageModel


class ImageRepository(Repository[ImageModel]):
    model_type = ImageModel

    async def find(self, image_hash: ImageHash) -> ImageModel | None:
        """With its content."""
        return await self.session.scalar(
            select(ImageModel).where(ImageModel.hash == image_hash).options(undefer(ImageModel.content))
        )

    async def held(self, hashes: Collection[ImageHash]) -> Sequence[ImageModel]:
        """Without their content."""
        found = await self.session.scalars(select(ImageModel).where(ImageModel.hash.in_(hashes)))
        return found.all()

    async def use(self, image_hash: ImageHash, now: datetime) -> ImageModel | None:
        """Without its content; somebody has a use for it now."""
        return await self.session.scalar(
            update(ImageModel)
            .where(ImageModel.hash == image_hash)
            .values(last_used_at=now)
            .returning(ImageModel)
            .execution_options(synchronize_session=False)
        )

    async def add_within(self, image: Image, capacity: int, now: datetime) -> bool:
        """False where all pictures together would be more than `capacity` bytes. One at a time, or two that find the
        last room would both take it."""
        await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("images"))))
        taken = await self.session.scalar(select(func.coalesce(func.sum(ImageModel.size), 0)))
        if (taken or 0) + len(image.content) > capacity:
            return False
        await self.session.execute(
            insert(ImageModel)
            .values(
                hash=image.hash,
                media_type=image.media_type,
                size=len(image.content),
                content=image.content,
                created_at=now,
                last_used_at=now,
            )
            .on_conflict_do_nothing()
        )
        return True

    async def unused_since(self, before: datetime) -> frozenset[ImageHash]:
        found = await self.session.scalars(select(ImageModel.hash).where(ImageModel.last_used_at < before))
        return frozenset(found)

    async def use_all(self, hashes: Collection[ImageHash], now: datetime) -> None:
        await self.session.execute(
            update(ImageModel)
            .where(ImageModel.hash.in_(hashes))
            .values(last_used_at=now)
            .execution_options(synchronize_session=False)
        )

    async def drop(self, hashes: Collection[ImageHash], before: datetime) -> int:
        """Those that nobody has used meanwhile; what is known of their assets goes with them."""
        gone = await self.session.scalars(
            delete(ImageModel)
            .where(ImageModel.hash.in_(hashes), ImageModel.last_used_at < before)
            .returning(ImageModel.hash)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())


class AssetRepository(Repository[AssetModel]):
    model_type = AssetModel

    async def known(self, paths: Collection[AssetPath]) -> dict[AssetPath, ImageHash]:
        rows = await self.session.execute(
            select(AssetModel.path, AssetModel.hash).where(AssetModel.path.in_(paths))
        )
        return {row.path: row.hash for row in rows}

    async def note(self, seen: Mapping[AssetPath, ImageHash], now: datetime) -> None:
        statement = insert(AssetModel).values(
            [{"path": path, "hash": image_hash, "seen_at": now} for path, image_hash in sorted(seen.items())]
        )
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["path"],
                set_={"hash": statement.excluded.hash, "seen_at": statement.excluded.seen_at},
            )
        )
