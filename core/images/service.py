"""Pictures by their content: uploaded, or read from Discord; each is stored once, whoever names it."""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from core.actor import Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.images import (
    MAX_IMAGE_BYTES,
    AssetPath,
    Held,
    Image,
    ImageHash,
    MediaType,
    hash_of,
)
from core.discord.sniffing import media_type_of
from core.errors import Forbidden, NotFound, TooLarge
from core.images.errors import NotAnImage, StoreFull
from core.images.models import ImageModel
from core.images.repository import AssetRepository, ImageRepository
from core.images.schemas import ImageInfo
from core.rights import Right

DEFAULT_CAPACITY = 2 * 1024**3
_MEBIBYTE = 1024**2


class ImageService:
    """Implements `core.discord.images.Images`. `capacity` is how many bytes all pictures together may have."""

    def __init__(
        self,
        images: ImageRepository,
        assets: AssetRepository,
        audit: AuditService,
        *,
        clock: Clock,
        capacity: int,
    ) -> None:
        self._images = images
        self._assets = assets
        self._audit = audit
        self._clock = clock
        self._capacity = capacity

    async def put(self, actor: Actor, content: bytes) -> ImageInfo:
        """Uploading what is there already changes nothing. Raises `TooLarge`, `NotAnImage`, `StoreFull`."""
        actor.require_owner(Right.IMAGES_WRITE)
        if actor.account_id is None:
            raise Forbidden("Only an account can upload pictures.")
        image = image_of(content)
        if (known := await self._images.use(image.hash, self._clock())) is not None:
            return to_info(known)
        info = await self._add(image)
        await self._audit.record(actor, "image.create", ("image", image.hash), after=info)
        return info

    async def keep(self, path: AssetPath, image: Image) -> ImageHash:
        """What Discord has under that path. Raises as `put` does."""
        judged = image_of(image.content)
        if await self._images.use(judged.hash, self._clock()) is None:
            await self._add(judged)
        await self.note_assets({path: judged.hash})
        return judged.hash

    async def get(self, actor: Actor, image_hash: ImageHash) -> Image:
        """For whoever has its hash, which says as much as the picture does. Raises `NotFound`."""
        actor.require_scope(Right.IMAGES_READ)
        image = await self.find(image_hash)
        if image is None:
            raise NotFound("There is no such picture.")
        return image

    async def find(self, image_hash: ImageHash) -> Image | None:
        model = await self._images.find(image_hash)
        if model is None:
            return None
        return Image(
            hash=model.hash, media_type=msgspec.convert(model.media_type, MediaType), content=model.content
        )

    async def held(self, hashes: Collection[ImageHash]) -> dict[ImageHash, Held]:
        """Of those that are stored."""
        return {
            model.hash: Held(media_type=msgspec.convert(model.media_type, MediaType), size=model.size)
            for model in (await self._images.held(hashes) if hashes else ())
        }

    async def known(self, paths: Collection[AssetPath]) -> dict[AssetPath, ImageHash]:
        """Of those whose content we hold."""
        return await self._assets.known(paths) if paths else {}

    async def note_assets(self, seen: Mapping[AssetPath, ImageHash]) -> None:
        """These paths are in use; their pictures are stored."""
        if seen:
            now = self._clock()
            await self._assets.note(seen, now)
            await self._images.use_all(set(seen.values()), now)

    async def unused_since(self, before: datetime) -> frozenset[ImageHash]:
        """Neither uploaded nor seen at Discord since then; something stored may still name them."""
        return await self._images.unused_since(before)

    async def retire(
        self, unused: frozenset[ImageHash], *, named: frozenset[ImageHash], before: datetime
    ) -> int:
        """Drops those that nothing stored names; answers how many that were. The others count as used now."""
        if kept := unused & named:
            await self._images.use_all(kept, self._clock())
        return await self._images.drop(unused - named, before) if unused - named else 0

    async def _add(self, image: Image) -> ImageInfo:
        if not await self._images.add_within(image, self._capacity, self._clock()):
            raise StoreFull(
                f"The pictures of this installation may have {self._capacity // _MEBIBYTE:,} MiB together "
                "(GUILDWRIGHT_IMAGES_MEBIBYTES), and this one would be more: what nothing names is removed after "
                "30 days; or raise the limit."
            )
        return ImageInfo(hash=image.hash, media_type=image.media_type, size=len(image.content))


def image_of(content: bytes) -> Image:
    """The picture that these bytes are. Raises `TooLarge`, `NotAnImage`."""
    if len(content) > MAX_IMAGE_BYTES:
        raise TooLarge(
            f"A picture may have up to {MAX_IMAGE_BYTES:,} bytes, and this one has {len(content):,}."
        )
    media_type = media_type_of(content)
    if media_type is None:
        raise NotAnImage("These bytes are no picture: PNG, JPEG, GIF, WebP, AVIF and Lottie are stored.")
    return Image(hash=hash_of(content), media_type=media_type, content=content)


def to_info(model: ImageModel) -> ImageInfo:
    return ImageInfo(
        hash=model.hash, media_type=msgspec.convert(model.media_type, MediaType), size=model.size
    )
