"""Settings that a channel's type does not have.

Discord ignores them, but reads the whole form of a channel before it asks for the type: what is of the wrong kind is
refused for every channel. Which bounds it holds them to there is not documented; these are the published document's.
"""

from bot.simulator.forms import Form
from bot.simulator.state import ANNOUNCEMENT, CATEGORY, FORUM, MEDIA, STAGE, TEXT, VOICE

_THREADED = (TEXT, ANNOUNCEMENT, FORUM, MEDIA)
_ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
_SLOWEST = 21_600


def check_foreign(form: Form, kind: int) -> None:
    """Note on the form what is wrong with fields that a channel of this kind does not have."""
    if kind == CATEGORY:
        form.flag("nsfw", False)
        form.number("flags")
    if kind in (VOICE, CATEGORY):
        form.text("topic", most=4096)
    if kind in (ANNOUNCEMENT, CATEGORY):
        form.number("rate_limit_per_user", least=0, most=_SLOWEST)
    if kind not in _THREADED:
        form.choice("default_auto_archive_duration", None, _ARCHIVE_MINUTES)
        form.number("default_thread_rate_limit_per_user", least=0, most=_SLOWEST)
    if kind not in (VOICE, STAGE):
        form.number("bitrate", least=8000)
        form.number("user_limit", least=0)
        form.text("rtc_region")
        form.choice("video_quality_mode", None, (1, 2))
    if kind not in (FORUM, MEDIA):
        _check_forum(form)
    if kind != FORUM:
        form.choice("default_forum_layout", None, (0, 1, 2))


def _check_forum(form: Form) -> None:
    for tag in form.forms("available_tags", most=20) or []:
        tag.require("name")
        tag.text("name", most=50)
        tag.snowflake("id")
        tag.flag("moderated", False)
        _check_emoji(tag)
    if (reaction := form.form("default_reaction_emoji")) is not None:
        _check_emoji(reaction)
    form.choice("default_sort_order", None, (0, 1))
    form.word("default_tag_setting", None, ("match_all", "match_some"))


def _check_emoji(form: Form) -> None:
    form.snowflake("emoji_id")
    form.text("emoji_name", most=100)
