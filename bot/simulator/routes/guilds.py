"""The guild itself: reading it and changing its settings."""

import copy

from bot.simulator import audit, payloads
from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import ADMINISTRATOR, MANAGE_GUILD
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import as_text, words
from bot.simulator.state import ANNOUNCEMENT, TEXT, VOICE, Guild

routes = Routes()

LOCALES = words(
    "ar bg cs da de el en-GB en-US es-419 es-ES fi fr he hi hr hu id it ja ko lt nl no pl pt-BR ro ru sv-SE th tr "
    "uk vi zh-CN zh-TW"
)
AFK_TIMEOUTS = (60, 300, 900, 1800, 3600)
_MUTABLE_FEATURES = {"COMMUNITY", "DISCOVERABLE", "INVITES_DISABLED", "RAID_ALERTS_DISABLED"}
_ADMINISTRATORS_ONLY = {"COMMUNITY", "DISCOVERABLE"}


@routes.on("GET", "/guilds/{guild_id}")
def get_guild(call: Call) -> Answer:
    guild, _ = call.guild()
    body = payloads.guild(guild)
    if call.query.get("with_counts") in ("true", "True", "1"):
        body |= {"approximate_member_count": len(guild.members), "approximate_presence_count": 0}
    return ok(body)


@routes.on("PATCH", "/guilds/{guild_id}")
def edit_guild(call: Call) -> Answer:
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    form = call.form()
    edited = copy.copy(guild)
    _read_texts(form, edited)
    _read_levels(form, edited)
    _read_pointers(form, edited)
    _read_features(form, edited, standing)
    form.settle()
    before = payloads.settings(guild)
    _adopt(guild, edited)
    body = payloads.guild(guild)
    if payloads.settings(guild) != before:
        call.world.emit("GUILD_UPDATE", guild, body)
    audit.record(call, guild, audit.GUILD_UPDATE, guild.id, audit.changes(before, body, audit.GUILD_KEYS))
    return ok(body)


def _read_texts(form: Form, guild: Guild) -> None:
    name = form.text("name", guild.name, least=2, most=100)
    if name is None:
        form.require("name")
    else:
        guild.name = name
    guild.description = form.text("description", guild.description, most=300)
    guild.preferred_locale = form.word("preferred_locale", guild.preferred_locale, LOCALES) or "en-US"


def _read_levels(form: Form, guild: Guild) -> None:
    guild.verification_level = form.choice("verification_level", guild.verification_level, range(5)) or 0
    guild.default_message_notifications = (
        form.choice("default_message_notifications", guild.default_message_notifications, (0, 1)) or 0
    )
    guild.explicit_content_filter = (
        form.choice("explicit_content_filter", guild.explicit_content_filter, (0, 1, 2)) or 0
    )
    guild.afk_timeout = form.choice("afk_timeout", guild.afk_timeout, AFK_TIMEOUTS) or 300
    guild.system_channel_flags = form.whole(
        "system_channel_flags", guild.system_channel_flags, least=0, most=63
    )
    guild.premium_progress_bar_enabled = form.flag(
        "premium_progress_bar_enabled", guild.premium_progress_bar_enabled
    )


def _read_pointers(form: Form, guild: Guild) -> None:
    text = (TEXT, ANNOUNCEMENT)
    guild.afk_channel_id = _channel(form, "afk_channel_id", guild, guild.afk_channel_id, (VOICE,))
    guild.system_channel_id = _channel(form, "system_channel_id", guild, guild.system_channel_id, text)
    guild.rules_channel_id = _channel(form, "rules_channel_id", guild, guild.rules_channel_id, text)
    guild.public_updates_channel_id = _channel(
        form, "public_updates_channel_id", guild, guild.public_updates_channel_id, text
    )
    guild.safety_alerts_channel_id = _channel(
        form, "safety_alerts_channel_id", guild, guild.safety_alerts_channel_id, text
    )


def _channel(form: Form, key: str, guild: Guild, default: int | None, kinds: tuple[int, ...]) -> int | None:
    if key not in form:
        return default
    channel_id = form.snowflake(key, default)
    if channel_id is None:
        return None
    channel = guild.channels.get(channel_id)
    if channel is None or channel.type not in kinds:
        form.bad(key, "GUILD_CHANNEL_INVALID", "Unknown channel, or a channel of the wrong type")
        return default
    return channel_id


def _read_features(form: Form, guild: Guild, standing: Standing) -> None:
    """The list is the features wanted; those a guild cannot switch itself stay as they are."""
    listed = form.items("features", most=100)
    if listed is not None:
        wanted = {as_text(each) or "" for each in listed} & _MUTABLE_FEATURES
        had = set(guild.features) & _MUTABLE_FEATURES
        if (wanted ^ had) & _ADMINISTRATORS_ONLY and not standing.permissions & ADMINISTRATOR:
            raise refuse(50013)
        kept = [each for each in guild.features if each not in _MUTABLE_FEATURES or each in wanted]
        guild.features = kept + sorted(wanted - had)
        if "COMMUNITY" in wanted - had and "NEWS" not in guild.features:
            guild.features.append("NEWS")
        if "COMMUNITY" in had - wanted:
            guild.features = [each for each in guild.features if each not in ("NEWS", "DISCOVERABLE")]
            guild.rules_channel_id = guild.public_updates_channel_id = None
    if "COMMUNITY" in guild.features:
        _require_community(form, guild)


def _require_community(form: Form, guild: Guild) -> None:
    """What a Community guild must keep (Discord docs: Guild > Modify Guild; Help Center: Enabling Community)."""
    for key in ("rules_channel_id", "public_updates_channel_id"):
        if getattr(guild, key) is None:
            form.bad(key, "BASE_TYPE_REQUIRED", "This field is required")
    if guild.verification_level < 1:
        form.bad(
            "verification_level", "GUILD_COMMUNITY_VERIFICATION", "Community guilds need at least level 1"
        )
    if guild.explicit_content_filter != 2:  # noqa: PLR2004 - 2 is ALL_MEMBERS
        form.bad("explicit_content_filter", "GUILD_COMMUNITY_FILTER", "Community guilds need level 2")


def _adopt(guild: Guild, edited: Guild) -> None:
    """Write the settings into the guild everyone already holds; roles, channels and members are shared with it."""
    for name in (*audit.GUILD_KEYS, "features"):
        setattr(guild, name, getattr(edited, name))
