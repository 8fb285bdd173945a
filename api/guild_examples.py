"""Examples of what is asked and answered about how a guild is treated."""

from datetime import UTC, datetime

import msgspec

from api.schemas.guild_settings import EditGuildSettings, GuildSettings

_THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
_CHANNEL = "1045061234567890123"

GUILD_EXAMPLES: tuple[msgspec.Struct, ...] = (
    GuildSettings(
        drift="alert",
        drift_channel_id=_CHANNEL,
        approval_required=True,
        protected_ids=(_CHANNEL,),
        snapshot_retention_days=90,
        keep_member_roles=False,
        member_roles_retention_days=30,
        updated_at=_THEN,
    ),
    EditGuildSettings(drift="alert", drift_channel_id=_CHANNEL),
)
