"""Examples of guilds as they are and as they were."""

from typing import Any

import msgspec

from api.example_values import BOT, CATEGORY, CHANNEL, GUILD, JOB, OWNER, ROLE, SNAPSHOT, THEN
from api.schemas.guilds import (
    CaptureGuild,
    EditSnapshot,
    Guild,
    GuildPage,
    GuildReview,
    Reviewed,
    ReviewGuild,
    SnapshotInfo,
    SnapshotPage,
)
from api.schemas.images import Image
from api.schemas.resources import Resources
from api.schemas.structure import (
    Settings,
    Snapshot,
    Structure,
    StructureBot,
    StructureChannel,
    StructureOverwrite,
    StructureRole,
)

_GUILD_SHOWN = Guild(
    id=GUILD,
    name="Harbour",
    owner_id=OWNER,
    state="approved",
    review=GuildReview(decision="approved", reason="A friend's", at=THEN, by="owner"),
    revision=12,
    seen_at=THEN,
    joined_at=THEN,
    left_at=None,
)
_SNAPSHOT_SHOWN = SnapshotInfo(
    id=SNAPSHOT,
    guild_id=GUILD,
    reason="capture",
    job_id=JOB,
    label="before the move",
    notes=(),
    members=None,
    created_at=THEN,
)
_OVERWRITE = StructureOverwrite(
    kind="role",
    id=GUILD,
    name="@everyone",
    allow=(),
    deny=("view_channel",),
    allow_bits="0",
    deny_bits="1024",
)
_MOD_LOG = StructureChannel(
    id=CHANNEL,
    type="text",
    name="mod-log",
    position=0,
    parent_id=CATEGORY,
    synced=True,
    overwrites=(_OVERWRITE,),
    topic="What was done, and by whom",
    nsfw=False,
    slowmode=0,
    thread_slowmode=0,
    auto_archive=None,
)
_LAYOUT: dict[str, Any] = {
    "guild_id": GUILD,
    "owner_id": OWNER,
    "premium_tier": 0,
    "features": (),
    "settings": Settings(
        name="Harbour",
        description=None,
        verification_level="medium",
        notifications="only_mentions",
        content_filter="all_members",
        locale="en-US",
        afk_channel_id=None,
        afk_timeout=300,
        system_channel_id=CHANNEL,
        system_channel_flags=0,
        rules_channel_id=None,
        updates_channel_id=None,
        safety_channel_id=None,
        boost_progress_bar=False,
        icon=None,
        banner=None,
        splash=None,
        discovery_splash=None,
    ),
    "roles": (
        StructureRole(
            id=ROLE,
            name="Staff",
            position=1,
            permissions=("kick_members", "view_channel"),
            permission_bits="1026",
            color="#e67e22",
            secondary_color=None,
            tertiary_color=None,
            hoist=False,
            mentionable=False,
            managed=False,
            icon=None,
            unicode_emoji=None,
            bot_id=None,
        ),
    ),
    "channels": (
        StructureChannel(
            id=CATEGORY,
            type="category",
            name="Back office",
            position=0,
            parent_id=None,
            synced=False,
            overwrites=(_OVERWRITE,),
            channels=(_MOD_LOG,),
        ),
    ),
    "resources": Resources(
        emojis=(),
        stickers=(),
        webhooks=(),
        automod_rules=(),
        scheduled_events=(),
        onboarding=None,
        welcome_screen=None,
    ),
}

SNAPSHOT_EXAMPLES: tuple[msgspec.Struct, ...] = (
    _GUILD_SHOWN,
    GuildPage(items=(_GUILD_SHOWN,)),
    ReviewGuild(decision="approved", reason="A friend's"),
    Reviewed(guild=_GUILD_SHOWN, job_ids=(JOB,), cancelled_job_ids=()),
    Image(hash=f"sha256:{'0123456789abcdef' * 4}", media_type="image/png", size=48_213),
    _SNAPSHOT_SHOWN,
    CaptureGuild(label="before the move"),
    EditSnapshot(label="before the move"),
    SnapshotPage(items=(_SNAPSHOT_SHOWN,)),
    Structure(
        **_LAYOUT,
        revision=12,
        seen_at=THEN,
        bot=StructureBot(user_id=BOT, permissions=("administrator",), top_role_id=ROLE),
    ),
    Snapshot(
        **_LAYOUT,
        id=SNAPSHOT,
        reason="capture",
        job_id=JOB,
        label="before the move",
        notes=(),
        members=None,
        created_at=THEN,
    ),
)
