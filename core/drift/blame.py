"""Who made a guild deviate, as far as its audit log tells. Pure."""

from collections.abc import Iterable, Mapping

from core.discord.audit import AuditEntry
from core.discord.types import Snapshot, Snowflake
from core.drift.compare import OVERWRITES_OF, Deviation

OUR_REASON = "guildwright job "
"""How every audit reason of a job of ours begins."""

# Discord docs: Audit Log > Audit Log Events.
_MADE: Mapping[str, int] = {
    "channel": 10,
    "role": 30,
    "webhook": 50,
    "emoji": 60,
    "sticker": 90,
    "event": 100,
    "automod_rule": 140,
}
_OVERWRITES = frozenset({13, 14, 15})
_DELETED = 2
# Fields as plans call them, and the names of the audit log's changes, where these are not the same.
_KEYS: Mapping[str, frozenset[str]] = {
    "color": frozenset({"color", "colors"}),
    "secondary color": frozenset({"colors"}),
    "tertiary color": frozenset({"colors"}),
    "age-restricted": frozenset({"nsfw"}),
    "slowmode": frozenset({"rate_limit_per_user"}),
    "thread slowmode": frozenset({"default_thread_rate_limit_per_user"}),
    "auto-archive": frozenset({"default_auto_archive_duration"}),
    "region": frozenset({"rtc_region"}),
    "video quality": frozenset({"video_quality_mode"}),
    "tags": frozenset({"available_tags"}),
    "default reaction": frozenset({"default_reaction_emoji"}),
    "sort order": frozenset({"default_sort_order"}),
    "layout": frozenset({"default_forum_layout"}),
    "require tag": frozenset({"flags", "default_tag_setting"}),
    "category": frozenset({"parent_id"}),
    "notifications": frozenset({"default_message_notifications"}),
    "content filter": frozenset({"explicit_content_filter"}),
    "locale": frozenset({"preferred_locale"}),
    "afk channel": frozenset({"afk_channel_id"}),
    "system channel": frozenset({"system_channel_id"}),
    "rules channel": frozenset({"rules_channel_id"}),
    "updates channel": frozenset({"public_updates_channel_id"}),
    "safety channel": frozenset({"safety_alerts_channel_id"}),
    "boost progress bar": frozenset({"premium_progress_bar_enabled"}),
    "icon": frozenset({"icon_hash", "icon"}),
    "banner": frozenset({"banner_hash"}),
    "splash": frozenset({"splash_hash"}),
    "discovery splash": frozenset({"discovery_splash_hash"}),
}


def entry_for(deviation: Deviation, entries: Iterable[AuditEntry], guild: Snapshot) -> AuditEntry | None:
    """The newest entry that explains it; `entries` come newest first. None where none does."""
    home = next((c.parent_id for c in guild.channels if c.id == deviation.id), None)
    return next((entry for entry in entries if _explains(entry, deviation, guild, home)), None)


def is_ours(entry: AuditEntry | None, bot_id: Snowflake) -> bool:
    """Whether a job of ours wrote it."""
    return entry is not None and entry.user_id == bot_id and (entry.reason or "").startswith(OUR_REASON)


def _explains(entry: AuditEntry, deviation: Deviation, guild: Snapshot, home: Snowflake | None) -> bool:
    about = guild.guild_id if deviation.kind == "guild" else deviation.id
    made = _MADE.get(deviation.kind)
    if deviation.what != "changed":
        wanted = None if made is None else made if deviation.what == "added" else made + _DELETED
        return entry.target_id == about and entry.action == wanted
    field = deviation.field or ""
    if field.startswith(OVERWRITES_OF):
        # A category's are copied to its synced channels, of which the log says nothing.
        is_there = entry.target_id is not None and entry.target_id in (about, home)
        return is_there and entry.action in _OVERWRITES and field == f"{OVERWRITES_OF}{entry.subject}"
    keys = _KEYS.get(field, frozenset({field.replace(" ", "_")}))
    return entry.target_id == about and not keys.isdisjoint(entry.changed)
