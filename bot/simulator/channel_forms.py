"""Reading a channel's settings and overwrites from a form: which field exists for which type, and its bounds.

Discord docs: Resources > Channel > Modify Channel, Resources > Guild > Create Guild Channel. A field that a type does
not have is ignored, as Discord does, once it has been found to be of the right kind.
"""

import re

from bot.simulator.errors import refuse
from bot.simulator.foreign_fields import check_foreign
from bot.simulator.forms import Form
from bot.simulator.permissions import ALL
from bot.simulator.state import (
    ANNOUNCEMENT,
    CATEGORY,
    FORUM,
    MEDIA,
    STAGE,
    TEXT,
    VOICE,
    Channel,
    ForumTag,
    Guild,
    Overwrite,
    ReactionEmoji,
)
from bot.simulator.world import World

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
CATEGORY_LIMIT = 50
OVERWRITE_LIMIT = 1000
_LOWER_CASE = {TEXT, ANNOUNCEMENT, FORUM, MEDIA}
_THREADED = {TEXT, ANNOUNCEMENT, FORUM, MEDIA}
_SLOW = {TEXT, VOICE, STAGE, FORUM, MEDIA}
_BITRATES = {0: 96_000, 1: 128_000, 2: 256_000, 3: 384_000}
_REQUIRE_TAG, _HIDE_DOWNLOADS = 1 << 4, 1 << 15


def written_name(name: str, kind: int) -> str:
    """Text-like channels have lower-case names with dashes for spaces, whatever was sent."""
    name = name.strip()
    return re.sub(r"-{2,}", "-", re.sub(r"\s+", "-", name.lower())) if kind in _LOWER_CASE else name


def read_name(form: Form, channel: Channel) -> None:
    name = form.text("name", channel.name, least=1, most=100)
    if name is None:
        form.require("name")
        return
    if "name" in form:
        channel.name = written_name(name, channel.type)


def read_settings(form: Form, channel: Channel, guild: Guild, world: World) -> None:
    """Every setting but name, type, parent and overwrites; problems are noted on the form."""
    channel.position = form.whole("position", channel.position, least=0)
    check_foreign(form, channel.type)
    if channel.type == CATEGORY:
        return
    channel.nsfw = form.flag("nsfw", channel.nsfw)
    if channel.type != VOICE:
        channel.topic = form.text(
            "topic", channel.topic, most=4096 if channel.type in (FORUM, MEDIA) else 1024
        )
    if channel.type in _SLOW:
        channel.rate_limit_per_user = form.whole(
            "rate_limit_per_user", channel.rate_limit_per_user, least=0, most=21_600
        )
    if channel.type in (VOICE, STAGE):
        _read_voice(form, channel, guild)
    if channel.type in _THREADED:
        channel.default_auto_archive_duration = form.choice(
            "default_auto_archive_duration", channel.default_auto_archive_duration, ARCHIVE_MINUTES
        )
        channel.default_thread_rate_limit_per_user = form.whole(
            "default_thread_rate_limit_per_user",
            channel.default_thread_rate_limit_per_user,
            least=0,
            most=21_600,
        )
    if channel.type in (FORUM, MEDIA):
        _read_forum(form, channel, world)


def _read_voice(form: Form, channel: Channel, guild: Guild) -> None:
    stage = channel.type == STAGE
    most = 64_000 if stage else _BITRATES[guild.premium_tier]
    channel.bitrate = form.number("bitrate", channel.bitrate, least=8000, most=most) or 64_000
    channel.user_limit = form.whole("user_limit", channel.user_limit, least=0, most=10_000 if stage else 99)
    channel.rtc_region = form.text("rtc_region", channel.rtc_region, most=100)
    channel.video_quality_mode = form.choice("video_quality_mode", channel.video_quality_mode, (1, 2)) or 1


def _read_forum(form: Form, channel: Channel, world: World) -> None:
    if (tags := form.forms("available_tags", most=20)) is not None:
        known = {tag.id for tag in channel.available_tags}
        channel.available_tags = [_read_tag(each, known, world) for each in tags]
    elif "available_tags" in form and form.data["available_tags"] is None:
        channel.available_tags = []
    if "default_reaction_emoji" in form:
        emoji = form.form("default_reaction_emoji")
        channel.default_reaction_emoji = (
            None
            if emoji is None
            else ReactionEmoji(emoji.snowflake("emoji_id"), emoji.text("emoji_name", most=100))
        )
    channel.default_sort_order = form.choice("default_sort_order", channel.default_sort_order, (0, 1))
    channel.default_tag_setting = form.word(
        "default_tag_setting", channel.default_tag_setting, ("match_all", "match_some")
    )
    flags = _REQUIRE_TAG
    if channel.type == FORUM:
        channel.default_forum_layout = (
            form.choice("default_forum_layout", channel.default_forum_layout, (0, 1, 2)) or 0
        )
    else:
        flags |= _HIDE_DOWNLOADS
    channel.flags = form.whole("flags", channel.flags) & flags


def _read_tag(form: Form, known: set[int], world: World) -> ForumTag:
    """A tag keeps its id when it names one the channel has; any other gets a new one."""
    form.require("name")
    given = form.snowflake("id")
    emoji_id = form.snowflake("emoji_id")
    return ForumTag(
        id=given if given is not None and given in known else world.mint(),
        name=form.text("name", "", most=50) or "",
        moderated=form.flag("moderated", False),
        emoji_id=emoji_id,
        emoji_name=None if emoji_id is not None else form.text("emoji_name", most=100),
    )


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


def read_overwrites(form: Form, guild: Guild, world: World) -> dict[int, Overwrite] | None:
    """The whole set, or None when the form has none. An overwrite for nobody known is refused with 10009."""
    forms = form.forms("permission_overwrites", most=100)
    if forms is None:
        return {} if "permission_overwrites" in form and form.data["permission_overwrites"] is None else None
    found: dict[int, Overwrite] = {}
    for each in forms:
        each.require("id")
        overwrite_id = each.snowflake("id")
        if overwrite_id is not None:
            found[overwrite_id] = read_overwrite(each, overwrite_id, guild, world)
    return found


def read_overwrite(form: Form, overwrite_id: int, guild: Guild, world: World) -> Overwrite:
    """Without a type it is what its id names; bits Discord does not know are dropped."""
    kind = form.choice("type", None, (0, 1))
    if kind is None:
        kind = 0 if overwrite_id in guild.roles else 1
    if overwrite_id not in (guild.roles if kind == 0 else world.users):
        raise refuse(10009)
    return Overwrite(overwrite_id, kind, form.bits("allow", 0) & ALL, form.bits("deny", 0) & ALL)
