"""Examples of what is asked and answered about how a guild is treated."""

from datetime import UTC, datetime

import msgspec

from api.schemas.guild_settings import AccessMapping, EditAccessMapping, EditGuildSettings, GuildSettings
from api.schemas.notifications import EditNotificationSettings, NotificationSettings
from api.schemas.policies import (
    ChannelVisibility,
    NeverRule,
    OnlyRule,
    Policies,
    PutPolicies,
    Violation,
    Visibility,
)

_THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
_GUILD, _CHANNEL, _ROLE = "1045061234567890120", "1045061234567890123", "1045061234567890121"
_RULES = (
    NeverRule(name="calm", roles=("everyone",), permissions=("mention_everyone",)),
    OnlyRule(name="staff only", roles=("Staff",), permissions=("view_channel",), channels=("mod-*",)),
)

_MAPPING = AccessMapping(
    permissions={"administrator": "admin", "manage_guild": "moderator"}, roles={_ROLE: "moderator"}
)

GUILD_EXAMPLES: tuple[msgspec.Struct, ...] = (
    GuildSettings(
        drift="alert",
        drift_channel_id=_CHANNEL,
        notify_channel_id=_CHANNEL,
        approval_required=True,
        announcement_approval=False,
        protected_ids=(_CHANNEL,),
        snapshot_retention_days=90,
        keep_member_roles=False,
        member_roles_retention_days=30,
        access=_MAPPING,
        updated_at=_THEN,
    ),
    EditGuildSettings(drift="alert", drift_channel_id=_CHANNEL),
    NotificationSettings(
        job_results="failed",
        guild_failures=True,
        waiting_announcements=False,
        paused_schedules=True,
        pending_guilds=True,
        updated_at=_THEN,
    ),
    EditNotificationSettings(job_results="failed", guild_failures=True),
    _MAPPING,
    EditAccessMapping(permissions={"manage_messages": None}, roles={_ROLE: "moderator"}),
    PutPolicies(rules=_RULES),
    Policies(
        rules=_RULES,
        violations=(
            Violation(
                rule="calm",
                message="The rule “calm” is broken: @everyone has mention_everyone.",
                permissions=("mention_everyone",),
                role_id=_GUILD,
                member_id=None,
                channel_id=None,
            ),
        ),
        updated_at=_THEN,
    ),
    Visibility(
        guild_id=_GUILD,
        revision=12,
        role_ids=(),
        roles_seen_at=None,
        member_id=None,
        plan_id=None,
        now=("view_channel", "send_messages"),
        planned=None,
        channels=(
            ChannelVisibility(
                id=_CHANNEL,
                name="mod-log",
                type="text",
                parent_id=None,
                now=(),
                planned=None,
            ),
        ),
    ),
)
