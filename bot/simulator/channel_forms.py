"""Reading a channel's settings from a form: which field exists for which type, and its bounds.

Discord docs: Resources > Channel > Modify Channel, Resources > Guild > Create Guild Channel. A field that a type does
not have is ignored, as Discord does, once it has been found to be of the right kind. ``null`` sets a field back to its
default; as a position it says nothing.
"""

import re

from bot.simulator.errors import refuse
from bot.simulator.foreign_fields import check_foreign
from bot.simulator.forms import Form
from bot.simulator.forum_forms import read_forum
from bot.simulator.state import ANNOUNCEMENT, CATEGORY, FORUM, MEDIA, STAGE, TEXT, VOICE, Channel, Guild
from bot.simulator.voice_regions import VOICE_REGIONS
from bot.simulator.world import World

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
CATEGORY_LIMIT = 50
NAME_LENGTH = 100
PLACES = (1 << 31) - 1
_SLOWEST = 21_600
_LOWER_CASE = {TEXT, ANNOUNCEMENT, FORUM, MEDIA}
_THREADED = {TEXT, ANNOUNCEMENT, FORUM, MEDIA}
_SLOW = {TEXT, VOICE, STAGE, FORUM, MEDIA}
_BITRATES = {0: 96_000, 1: 128_000, 2: 256_000, 3: 384_000}
_BITRATE, _STAGE_BITRATE = 64_000, 64_000
_REQUIRE_TAG, _HIDE_DOWNLOADS, SPOILER = 1 << 4, 1 << 15, 1 << 21
_FLAGS = {
    TEXT: SPOILER,
    VOICE: SPOILER,
    ANNOUNCEMENT: SPOILER,
    FORUM: SPOILER | _REQUIRE_TAG,
    MEDIA: SPOILER | _REQUIRE_TAG | _HIDE_DOWNLOADS,
}


def written_name(name: str, kind: int) -> str:
    """Text-like channels have lower-case names with dashes for spaces, whatever was sent."""
    name = name.strip()
    return re.sub(r"-{2,}", "-", re.sub(r"\s+", "-", name.lower())) if kind in _LOWER_CASE else name


def read_name(form: Form, channel: Channel) -> None:
    """Blanks around it do not count."""
    name = form.text("name", channel.name, least=1, most=NAME_LENGTH)
    if name is None:
        form.require("name")
    elif "name" in form:
        channel.name = written_name(name, channel.type) or channel.name
        if not name.strip():
            form.bad_length("name", 1, NAME_LENGTH)


def read_settings(form: Form, channel: Channel, guild: Guild, world: World) -> None:
    """Every setting but name, type, parent and overwrites; problems are noted on the form."""
    read_position(form, channel)
    check_foreign(form, channel.type)
    if channel.type == CATEGORY:
        return
    channel.nsfw = form.flag("nsfw", channel.nsfw)
    if channel.type != VOICE:
        most = 4096 if channel.type in (FORUM, MEDIA) else 1024
        channel.topic = form.text("topic", channel.topic, most=most)
    if channel.type in _SLOW:
        channel.rate_limit_per_user = _seconds(form, "rate_limit_per_user", channel.rate_limit_per_user)
    if channel.type in (VOICE, STAGE):
        _read_voice(form, channel, guild)
    if channel.type in _THREADED:
        _read_thread_defaults(form, channel)
    if channel.type in (FORUM, MEDIA):
        read_forum(form, channel, guild, world)
    read_flags(form, channel)


def read_position(form: Form, channel: Channel) -> None:
    position = form.number("position", channel.position, least=0, most=PLACES)
    channel.position = channel.position if position is None else position


def read_flags(form: Form, channel: Channel) -> None:
    """Only the flags a type has can be switched, and a spoiler channel cannot be age-restricted.

    How Discord words its refusal of both is not documented.
    """
    settable = _FLAGS.get(channel.type, 0)
    channel.flags = form.whole("flags", channel.flags) & settable | channel.flags & ~settable
    if channel.flags & SPOILER and channel.nsfw:
        form.bad("flags", "CHANNEL_FLAGS_INVALID", "An age-restricted channel cannot be a spoiler channel")


def _seconds(form: Form, key: str, default: int) -> int:
    return form.whole(key, default, least=0, most=_SLOWEST)


def _read_voice(form: Form, channel: Channel, guild: Guild) -> None:
    stage = channel.type == STAGE
    tier = max(_BITRATES) if "VIP_REGIONS" in guild.features else guild.premium_tier
    most = None if stage else _BITRATES[tier]
    channel.bitrate = form.number("bitrate", channel.bitrate, least=8000, most=most) or _BITRATE
    if stage and "bitrate" in form and channel.bitrate > _STAGE_BITRATE:
        raise refuse(30052)
    channel.user_limit = form.whole("user_limit", channel.user_limit, least=0, most=10_000 if stage else 99)
    channel.rtc_region = form.word("rtc_region", channel.rtc_region, tuple(VOICE_REGIONS))
    channel.video_quality_mode = form.choice("video_quality_mode", channel.video_quality_mode, (1, 2)) or 1


def _read_thread_defaults(form: Form, channel: Channel) -> None:
    channel.default_auto_archive_duration = form.choice(
        "default_auto_archive_duration", channel.default_auto_archive_duration, ARCHIVE_MINUTES
    )
    channel.default_thread_rate_limit_per_user = _seconds(
        form, "default_thread_rate_limit_per_user", channel.default_thread_rate_limit_per_user
    )


def read_type(form: Form, channel: Channel, guild: Guild) -> None:
    """Only text and announcement channels convert, into each other, where the guild has NEWS.

    An announcement channel has no slowmode, so converting into one ends it.
    """
    if "type" not in form:
        return
    allowed = {channel.type}
    if channel.type in (TEXT, ANNOUNCEMENT) and "NEWS" in guild.features:
        allowed = {TEXT, ANNOUNCEMENT}
    kind = form.choice("type", channel.type, sorted(allowed))
    channel.type = channel.type if kind is None else kind
    if channel.type == ANNOUNCEMENT:
        channel.rate_limit_per_user = 0


def read_parent(form: Form, channel: Channel, guild: Guild) -> None:
    """The category: it must be one of the guild's, with room for another child."""
    if "parent_id" not in form:
        return
    parent_id = form.snowflake("parent_id", channel.parent_id)
    if parent_id is not None and parent_id != channel.parent_id:
        check_parent(form, channel, guild, parent_id)
    channel.parent_id = parent_id


def check_parent(form: Form, channel: Channel, guild: Guild, parent_id: int) -> None:
    parent = guild.channels.get(parent_id)
    if parent is None:
        form.bad("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
    elif parent.type != CATEGORY:
        form.bad("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Not a category")
    elif channel.type == CATEGORY:
        form.bad("parent_id", "CHANNEL_PARENT_INVALID_PARENT", "Categories cannot have subcategories")
    elif len(guild.children(parent_id)) >= CATEGORY_LIMIT:
        form.bad(
            "parent_id",
            "CHANNEL_PARENT_MAX_CHANNELS",
            f"Maximum number of channels in category reached ({CATEGORY_LIMIT})",
        )
