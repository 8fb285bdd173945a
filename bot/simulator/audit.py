"""Writing the audit log (Discord docs: Resources > Audit Log): entries, what changed, and the gateway event."""

from collections.abc import Iterable, Mapping

from bot.simulator.permissions import VIEW_AUDIT_LOG, base
from bot.simulator.routing import Call
from bot.simulator.shapes import JsonObject, words
from bot.simulator.state import Guild, Overwrite, Role

GUILD_UPDATE = 1
CHANNEL_CREATE, CHANNEL_UPDATE, CHANNEL_DELETE = 10, 11, 12
OVERWRITE_CREATE, OVERWRITE_UPDATE, OVERWRITE_DELETE = 13, 14, 15
MEMBER_KICK, MEMBER_PRUNE, MEMBER_BAN_ADD, MEMBER_BAN_REMOVE = 20, 21, 22, 23
MEMBER_UPDATE, MEMBER_ROLE_UPDATE, BOT_ADD = 24, 25, 28
ROLE_CREATE, ROLE_UPDATE, ROLE_DELETE = 30, 31, 32
WEBHOOK_CREATE, WEBHOOK_UPDATE, WEBHOOK_DELETE = 50, 51, 52
EMOJI_CREATE, EMOJI_UPDATE, EMOJI_DELETE = 60, 61, 62
MESSAGE_DELETE, MESSAGE_BULK_DELETE = 72, 73
STICKER_CREATE, STICKER_UPDATE, STICKER_DELETE = 90, 91, 92
SCHEDULED_EVENT_CREATE, SCHEDULED_EVENT_UPDATE, SCHEDULED_EVENT_DELETE = 100, 101, 102
APPLICATION_COMMAND_PERMISSION_UPDATE = 121
AUTO_MODERATION_RULE_CREATE, AUTO_MODERATION_RULE_UPDATE, AUTO_MODERATION_RULE_DELETE = 140, 141, 142
AUTO_MODERATION_BLOCK_MESSAGE, AUTO_MODERATION_FLAG_TO_CHANNEL = 143, 144
AUTO_MODERATION_USER_COMMUNICATION_DISABLED = 145
ONBOARDING_PROMPT_CREATE, ONBOARDING_PROMPT_UPDATE, ONBOARDING_PROMPT_DELETE = 163, 164, 165
ONBOARDING_CREATE, ONBOARDING_UPDATE = 166, 167

# Of these an entry is written only for what really changed.
_UPDATES = {
    GUILD_UPDATE,
    CHANNEL_UPDATE,
    OVERWRITE_UPDATE,
    MEMBER_UPDATE,
    ROLE_UPDATE,
    WEBHOOK_UPDATE,
    EMOJI_UPDATE,
    STICKER_UPDATE,
    SCHEDULED_EVENT_UPDATE,
    AUTO_MODERATION_RULE_UPDATE,
    ONBOARDING_PROMPT_UPDATE,
    ONBOARDING_UPDATE,
}

CHANNEL_KEYS = words(
    "name type topic nsfw rate_limit_per_user bitrate user_limit rtc_region video_quality_mode parent_id "
    "default_auto_archive_duration default_thread_rate_limit_per_user available_tags default_reaction_emoji "
    "default_sort_order default_forum_layout default_tag_setting flags"
)
ROLE_KEYS = words("name permissions color colors hoist mentionable icon unicode_emoji")
GUILD_KEYS = words(
    "name description verification_level default_message_notifications explicit_content_filter preferred_locale "
    "afk_channel_id afk_timeout system_channel_id system_channel_flags rules_channel_id public_updates_channel_id "
    "safety_alerts_channel_id premium_progress_bar_enabled owner_id widget_enabled widget_channel_id icon_hash "
    "splash_hash discovery_splash_hash banner_hash home_header_hash"
)
MEMBER_KEYS = words("nick mute deaf communication_disabled_until")


def changes(
    before: Mapping[str, object], after: Mapping[str, object], keys: Iterable[str]
) -> list[JsonObject]:
    """Keys whose values differ; a side that is null or absent is left out, as Discord does."""
    found: list[JsonObject] = []
    for key in keys:
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        change: JsonObject = {"key": key}
        if old is not None:
            change["old_value"] = old
        if new is not None:
            change["new_value"] = new
        found.append(change)
    return found


def record(
    call: Call,
    guild: Guild,
    action: int,
    target_id: int | None,
    changed: list[JsonObject] | None = None,
    *,
    options: JsonObject | None = None,
) -> None:
    """Write one entry under the call's actor and reason; an update that changed nothing leaves none.

    A call that a token in its path authorises has no actor: the entry's user is null (docs: Audit Log Entry Structure).
    """
    if action in _UPDATES and not changed:
        return
    entry: JsonObject = {
        "id": str(call.world.mint()),
        "action_type": action,
        "user_id": None if call.route.keyed else str(call.actor_id),
        "target_id": None if target_id is None else str(target_id),
    }
    if changed:
        entry["changes"] = changed
    if options:
        entry["options"] = options
    if call.reason:
        entry["reason"] = call.reason
    guild.audit_log.append(entry)
    bot = guild.members.get(call.world.application.bot_id)
    if bot is not None and base(guild, bot) & VIEW_AUDIT_LOG:
        call.world.emit("GUILD_AUDIT_LOG_ENTRY_CREATE", guild, entry | {"guild_id": str(guild.id)})


def record_overwrites(
    call: Call, guild: Guild, channel_id: int, old: dict[int, Overwrite], new: dict[int, Overwrite]
) -> None:
    """One entry for each overwrite that was made, changed or removed; the target is the channel."""
    for overwrite_id in [*old, *(each for each in new if each not in old)]:
        before, after = old.get(overwrite_id), new.get(overwrite_id)
        if before == after:
            continue
        if before is None:
            action = OVERWRITE_CREATE
        elif after is None:
            action = OVERWRITE_DELETE
        else:
            action = OVERWRITE_UPDATE
        keys = ("allow", "deny") if action == OVERWRITE_UPDATE else ("id", "type", "allow", "deny")
        record(
            call,
            guild,
            action,
            channel_id,
            changes(_facts(before), _facts(after), keys),
            options=_overwrite_options(guild.roles.get(overwrite_id), overwrite_id),
        )


def _facts(overwrite: Overwrite | None) -> JsonObject:
    if overwrite is None:
        return {}
    return {
        "id": str(overwrite.id),
        "type": str(overwrite.type),
        "allow": str(overwrite.allow),
        "deny": str(overwrite.deny),
    }


def _overwrite_options(role: Role | None, overwrite_id: int) -> JsonObject:
    if role is None:
        return {"id": str(overwrite_id), "type": "1"}
    return {"id": str(overwrite_id), "type": "0", "role_name": role.name}
