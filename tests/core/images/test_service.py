from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from core.actor import BOT
from core.catalog import CATALOG
from core.db import Engines
from core.discord.images import MAX_IMAGE_BYTES, Image, hash_of
from core.errors import Forbidden, TooLarge
from core.images.errors import NotAnImage, StoreFull
from core.images.schemas import ImageInfo
from core.images.service import image_of
from core.uow import Database
from tests.builders.core import owner
from tests.simulator.pictures import GIF, png


async def put(database: Database, content: bytes) -> ImageInfo:
    async with database.unit() as unit:
        return await unit.images.put(owner(), content)


async def found(database: Database, content: bytes) -> Image | None:
    async with database.read() as unit:
        return await unit.images.find(hash_of(content))


async def test_a_picture_comes_back_byte_for_byte_under_the_hash_of_its_content(database: Database) -> None:
    info = await put(database, png())
    assert info == ImageInfo(hash=hash_of(png()), media_type="image/png", size=len(png()))
    assert await found(database, png()) == Image(hash=info.hash, media_type="image/png", content=png())
    assert await put(database, png()) == info


async def test_what_cannot_be_a_picture_of_discords_is_refused(database: Database) -> None:
    for content in (b"", b"<svg/>"):
        with pytest.raises(NotAnImage, match="PNG, JPEG, GIF"):
            await put(database, content)
    with pytest.raises(TooLarge, match="10,485,760"):
        await put(database, png() + bytes(MAX_IMAGE_BYTES))
    with pytest.raises(Forbidden):
        async with database.unit() as unit:
            await unit.images.put(BOT, png())


async def test_a_full_store_takes_nothing_new_and_still_knows_what_it_has(database_url: str) -> None:
    engines = Engines(database_url)
    small = Database(engines, CATALOG, image_capacity=len(png()))
    kept = await put(small, png())
    with pytest.raises(StoreFull, match="GUILDWRIGHT_IMAGES_MEBIBYTES"):
        await put(small, GIF)
    assert await put(small, png()) == kept
    await engines.dispose()


async def test_a_path_of_discords_is_known_once_its_picture_is_kept(database: Database) -> None:
    image = replace(image_of(png()), media_type="image/gif")
    async with database.unit() as unit:
        await unit.images.keep("icons/1/a", image)
    async with database.unit() as unit:
        assert await unit.images.known(["icons/1/a", "icons/1/b"]) == {"icons/1/a": image.hash}
        assert await unit.images.known([]) == {}
    stored = await found(database, png())
    assert stored is not None
    assert stored.media_type == "image/png", "what somebody says of the bytes does not count"


async def test_what_is_unused_goes_unless_something_names_it(database: Database) -> None:
    now = datetime.now(UTC)
    database.clock = lambda: now - timedelta(days=40)
    old, named, used = [await put(database, png(shade)) for shade in range(3)]
    async with database.unit() as unit:
        await unit.images.keep("icons/1/a", image_of(png(0)))
    database.clock = lambda: now
    await put(database, png(2))
    before = now - timedelta(days=30)
    async with database.unit() as unit:
        unused = await unit.images.unused_since(before)
        assert unused == {old.hash, named.hash}
        assert await unit.images.retire(unused, named=frozenset({named.hash, used.hash}), before=before) == 1
    async with database.unit() as unit:
        assert await unit.images.find(old.hash) is None
        assert await unit.images.known(["icons/1/a"]) == {}
        assert await unit.images.find(named.hash) is not None
        assert await unit.images.unused_since(before) == frozenset()
