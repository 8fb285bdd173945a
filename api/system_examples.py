"""Examples of what the installation says of itself."""

import msgspec

from api.example_values import BOT, JOB, THEN
from api.schemas.system import (
    BotDetails,
    CreatePause,
    LaneDepth,
    LastError,
    Live,
    Process,
    Readiness,
    Shard,
    Status,
)

SYSTEM_EXAMPLES: tuple[msgspec.Struct, ...] = (
    Live(),
    Readiness(status="degraded", parts={"database": "up", "redis": "up", "bot": "down"}),
    Status(
        processes=(
            Process(
                id="bot@harbour:4711",
                kind="bot",
                pid=4711,
                started_at=THEN,
                heartbeat_at=THEN,
                details=BotDetails(
                    connected=True,
                    application_id=BOT,
                    shards=(Shard(id=0, connected=True, latency_ms=41.7, guilds=1),),
                ),
            ),
        ),
        lanes=(
            LaneDepth(lane="bot", queued=2, waiting=0, running=1, oldest_at=THEN),
            LaneDepth(lane="background", queued=0, waiting=0, running=0, oldest_at=None),
        ),
        last_error=LastError(
            job_id=JOB,
            kind="message.send",
            at=THEN,
            code="bot_may_not",
            message="The bot lacks send_messages in #mod-log.",
        ),
        paused=None,
    ),
    CreatePause(reason="Moving the database"),
)
