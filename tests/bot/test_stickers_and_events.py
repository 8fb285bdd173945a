"""Stickers and scheduled events, on real disnake against a simulated Discord."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.client import GuildwrightBot
from core.discord.gateway import DiscordGateway
from core.discord.images import Image, event_image, hash_of, sticker_image
from core.discord.resources import EventFields, Recurrence, ScheduledEvent, StickerFields
from tests.simulator.pictures import GIF, png

from .conftest import REASON, seen

STARTS = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


@pytest.fixture
def gateway(bot: GuildwrightBot) -> DiscordGateway:
    return bot.gateway


@pytest.mark.parametrize("image", [png(91), GIF], ids=["png", "gif"])
async def test_a_sticker_is_made_edited_and_deleted_and_its_file_comes_back(
    gateway: DiscordGateway, guild: dict[str, Any], image: bytes
) -> None:
    kind = "image/gif" if image == GIF else "image/png"
    picture = Image(hash=hash_of(image), media_type=kind, content=image)
    made = await gateway.create_resource(
        guild["id"],
        StickerFields(name="Wave", tags="👋", image=picture.hash),
        pictures={picture.hash: picture},
        reason=REASON,
    )
    there = await seen(lambda: gateway.read_guild(guild["id"]), lambda s: s.stickers)
    assert [(s.id, s.name, s.tags) for s in there.stickers or ()] == [(made, "Wave", "👋")]
    assert await gateway.read_image(sticker_image(made)) == picture
    await gateway.edit_resource(
        guild["id"], made, StickerFields(name="Nod", description="It nods"), reason=REASON
    )
    there = await seen(
        lambda: gateway.read_guild(guild["id"]), lambda s: [e.name for e in s.stickers or ()] == ["Nod"]
    )
    assert [s.description for s in there.stickers or ()] == ["It nods"]
    await gateway.delete_resource(guild["id"], "sticker", made, reason=REASON)
    assert (await seen(lambda: gateway.read_guild(guild["id"]), lambda s: s.stickers == ())).stickers == ()


async def test_an_event_reads_back_as_it_was_made_and_edited(
    gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    guild_id, content = guild["id"], png(92)
    cover = Image(hash=hash_of(content), media_type="image/png", content=content)
    weekly = Recurrence(start=STARTS, frequency=2, interval=2, by_weekday=(STARTS.weekday(),))
    fields = EventFields(
        name="Regatta",
        place="external",
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=2),
        location="Quay 3",
        recurrence=weekly,
        image=cover.hash,
    )
    made = await gateway.create_resource(guild_id, fields, pictures={cover.hash: cover}, reason=REASON)

    async def read() -> tuple[ScheduledEvent, ...]:
        return (await gateway.read_details(guild_id, ["scheduled_events"])).scheduled_events or ()

    (event,) = await read()
    assert (event.id, event.name, event.location, event.starts_at) == (made, "Regatta", "Quay 3", STARTS)
    assert event.recurrence == weekly
    assert event.image is not None
    assert await gateway.read_image(event_image(made, event.image)) == cover
    await gateway.edit_resource(
        guild_id, made, EventFields(location="Quay 4", recurrence=None, image=None), reason=REASON
    )
    (event,) = await read()
    assert (event.location, event.recurrence, event.image) == ("Quay 4", None, None)
    await gateway.delete_resource(guild_id, "scheduled_event", made, reason=REASON)
    assert await read() == ()
