"""disnake's public methods for channels, with every keyword each of them has; its cache is compared after each step."""

from typing import Any

import disnake
import pytest
from disnake import PermissionOverwrite as Allows

from tests.simulator.ships import Ship


def said(channel: Any, names: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(getattr(channel, name) for name in names)


TEXT = (
    "name",
    "topic",
    "slowmode_delay",
    "default_thread_slowmode_delay",
    "default_auto_archive_duration",
    "nsfw",
)
VOICE = ("name", "bitrate", "user_limit", "rtc_region", "video_quality_mode", "nsfw", "slowmode_delay")
FORUM = (*TEXT, "default_reaction", "default_sort_order")
FULL = disnake.VideoQualityMode.full


async def test_text_channels_are_made_edited_converted_and_cloned(ship: Ship) -> None:
    guild = ship.guild
    channel = await guild.create_text_channel(
        "The Log",
        category=ship.deck,
        position=5,
        topic="today",
        slowmode_delay=5,
        default_thread_slowmode_delay=6,
        default_auto_archive_duration=60,
        nsfw=True,
        overwrites=ship.sets,
        reason="why",
    )
    channel = await ship.cached(channel)
    assert said(channel, TEXT) == ("the-log", "today", 5, 6, 60, True)
    assert (channel.position, channel.category, channel.overwrites) == (5, ship.deck, ship.sets)
    edited = await channel.edit(
        name="Chart",
        topic=None,
        nsfw=False,
        category=ship.hold,
        slowmode_delay=0,
        default_thread_slowmode_delay=None,
        default_auto_archive_duration=1440,
        overwrites={ship.crew: Allows(view_channel=False)},
        flags=disnake.ChannelFlags(),
        reason="why",
    )
    await ship.agree()
    assert edited is not None
    assert said(edited, TEXT) == ("chart", None, 0, 0, 1440, False)
    await channel.edit(type=disnake.ChannelType.news)
    await ship.agree()
    assert channel.is_news()
    news = await channel.clone(name="cry")
    await ship.agree()
    assert (news.is_news(), news.overwrites) == (True, channel.overwrites)
    await channel.edit(type=disnake.ChannelType.text)
    await ship.agree()
    clone = await channel.clone(
        name="copy",
        topic="t",
        position=1,
        nsfw=True,
        category=None,
        slowmode_delay=3,
        default_thread_slowmode_delay=4,
        default_auto_archive_duration=4320,
        overwrites=ship.sets,
        news=False,
        reason="why",
    )
    await ship.agree()
    assert said(clone, TEXT) == ("copy", "t", 3, 4, 4320, True)
    assert (clone.position, clone.category, clone.overwrites) == (1, None, ship.sets)
    await guild.create_text_channel("cry", news=True)
    await ship.agree()


async def test_voice_channels_are_made_edited_and_cloned(ship: Ship) -> None:
    channel = await ship.guild.create_voice_channel(
        "The Bridge",
        category=ship.deck,
        position=5,
        bitrate=32_000,
        user_limit=4,
        rtc_region="rotterdam",
        video_quality_mode=FULL,
        nsfw=True,
        slowmode_delay=5,
        overwrites=ship.sets,
        reason="why",
    )
    channel = await ship.cached(channel)
    assert said(channel, VOICE) == ("The Bridge", 32_000, 4, "rotterdam", FULL, True, 5)
    clone = await channel.clone(
        name="copy", bitrate=16_000, user_limit=1, position=0, category=None, nsfw=False
    )
    await ship.agree()
    assert said(clone, VOICE) == ("copy", 16_000, 1, "rotterdam", FULL, False, 5)
    auto = disnake.VideoQualityMode.auto
    await channel.edit(
        name="Helm",
        bitrate=96_000,
        user_limit=0,
        category=None,
        overwrites={},
        rtc_region=None,
        video_quality_mode=auto,
        nsfw=False,
        slowmode_delay=0,
        flags=disnake.ChannelFlags(),
        reason="why",
    )
    await ship.agree()
    assert said(channel, VOICE) == ("Helm", 96_000, 0, None, auto, False, 0)
    assert (channel.category, channel.overwrites) == (None, {})
    regions = await ship.guild.fetch_voice_regions()
    assert "us-west" in {region.id for region in regions}
    await channel.edit(rtc_region="us-west")
    await ship.agree()
    with pytest.raises(disnake.HTTPException, match="rtc_region"):
        await channel.edit(rtc_region="atlantis")
    await ship.agree()


async def test_stage_channels_are_made_edited_and_cloned(ship: Ship) -> None:
    channel = await ship.guild.create_stage_channel(
        "The Stage",
        topic="speeches",
        position=5,
        bitrate=32_000,
        user_limit=1000,
        rtc_region="rotterdam",
        video_quality_mode=FULL,
        overwrites=ship.sets,
        category=ship.deck,
        nsfw=True,
        slowmode_delay=5,
        reason="why",
    )
    channel = await ship.cached(channel)
    assert said(channel, VOICE) == ("The Stage", 32_000, 1000, "rotterdam", FULL, True, 5)
    assert channel.topic == "speeches"
    clone = await channel.clone(name="copy", bitrate=8_000, position=0, category=None, slowmode_delay=0)
    await ship.agree()
    assert (clone.bitrate, clone.category, clone.overwrites) == (8_000, None, ship.sets)
    await channel.edit(
        name="Podium",
        bitrate=64_000,
        user_limit=0,
        category=ship.hold,
        overwrites={},
        rtc_region=None,
        video_quality_mode=disnake.VideoQualityMode.auto,
        nsfw=False,
        slowmode_delay=0,
        flags=disnake.ChannelFlags(),
        reason="why",
    )
    await ship.agree()
    assert (channel.name, channel.bitrate, channel.category) == ("Podium", 64_000, ship.hold)


@pytest.mark.parametrize("kind", ["forum", "media"])
async def test_forums_and_media_channels_are_made_edited_and_cloned(ship: Ship, kind: str) -> None:
    forum = kind == "forum"
    make: Any = ship.guild.create_forum_channel if forum else ship.guild.create_media_channel
    layout: dict[str, Any] = {"default_layout": disnake.ThreadLayout.list_view} if forum else {}
    by_date, by_activity = disnake.ThreadSortOrder.creation_date, disnake.ThreadSortOrder.latest_activity
    channel = await make(
        "The Questions",
        topic="t" * 4096,
        category=ship.deck,
        position=5,
        slowmode_delay=5,
        default_thread_slowmode_delay=6,
        default_auto_archive_duration=60,
        nsfw=True,
        overwrites=ship.sets,
        available_tags=[
            disnake.ForumTag(name="done", emoji="✅", moderated=True),
            disnake.ForumTag(name="new"),
        ],
        default_reaction="👍",
        default_sort_order=by_date,
        reason="why",
        **layout,
    )
    channel = await ship.cached(channel)
    emoji = disnake.PartialEmoji(name="👍")
    assert said(channel, FORUM) == ("the-questions", "t" * 4096, 5, 6, 60, True, emoji, by_date)
    assert [(each.name, str(each.emoji), each.moderated) for each in channel.available_tags] == [
        ("done", "✅", True),
        ("new", "None", False),
    ]
    done = channel.available_tags[0]
    changes: dict[str, Any] = {"default_layout": disnake.ThreadLayout.gallery_view} if forum else {}
    await channel.edit(
        name="Answers",
        topic=None,
        nsfw=False,
        category=None,
        slowmode_delay=0,
        default_thread_slowmode_delay=0,
        default_auto_archive_duration=1440,
        overwrites={},
        require_tag=True,
        available_tags=[done.with_changes(name="solved"), disnake.ForumTag(name="open")],
        default_reaction=None,
        default_sort_order=by_activity,
        reason="why",
        **changes,
    )
    await ship.agree()
    assert said(channel, FORUM) == ("answers", None, 0, 0, 1440, False, None, by_activity)
    assert channel.flags.require_tag
    assert [each.id == done.id for each in channel.available_tags] == [True, False]
    tags = [disnake.ForumTag(name="x")]
    clone = await ship.cached(await channel.clone(name="copy", category=ship.hold, available_tags=tags))
    assert (clone.category, [each.name for each in clone.available_tags]) == (ship.hold, ["x"])
    flags = disnake.ChannelFlags(require_tag=False, hide_media_download_options=True)
    await channel.edit(flags=flags, default_sort_order=None)
    await ship.agree()
    assert channel.flags.hide_media_download_options is not forum
    await clone.delete(reason="why")
    await ship.agree()
