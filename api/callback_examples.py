"""Examples of callbacks, their deliveries, and what they are sent."""

import uuid
from datetime import UTC, datetime, timedelta

import msgspec

from api.schemas.callback_events import (
    CallbackDrift,
    CallbackDriftData,
    CallbackGuildData,
    CallbackGuildSuspended,
    CallbackJobSettled,
    CallbackPausedSchedule,
    CallbackSchedulePaused,
    CallbackSettledJob,
)
from api.schemas.callbacks import (
    Callback,
    CallbackPage,
    CallbackSecret,
    CreateCallback,
    Delivery,
    DeliveryPage,
    EditCallback,
)
from api.schemas.drift import DriftActor
from api.schemas.guild_events import (
    DriftedField,
    GuildDrift,
    GuildLife,
    GuildSuspended,
    PausedSchedule,
    SchedulePaused,
)
from api.schemas.jobs import JobProgress, SyncResult

_THEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_GUILD = "197038439483310086"
_JOB, _CALLBACK, _DELIVERY = (uuid.UUID(f"0195516f-2c00-7000-8000-{number:012d}") for number in (6, 101, 102))
_CALLBACK_SHOWN = Callback(
    id=_CALLBACK,
    guild_id=_GUILD,
    url="https://hooks.example.com/guildwright",
    events=("job.settled",),
    description="Tells the deploy bot",
    enabled=True,
    disabled_reason=None,
    previous_secret_until=None,
    created_at=_THEN,
    updated_at=_THEN,
)
_DELIVERY_SHOWN = Delivery(
    id=_DELIVERY,
    callback_id=_CALLBACK,
    event_type="job.settled",
    job_id=_JOB,
    sequence=4,
    state="pending",
    attempts=1,
    next_attempt_at=_THEN + timedelta(seconds=4),
    last_attempt_at=_THEN,
    last_status=503,
    last_error="It answered 503 Service Unavailable.",
    response_ms=87,
    created_at=_THEN,
    ended_at=None,
)
_DRIFTED = DriftedField(
    id=_DELIVERY,
    what="changed",
    kind="channel",
    object_id=_GUILD,
    key="mod-log",
    name="mod-log",
    field="topic",
    old="What was done",
    new=None,
    who=DriftActor(user_id=_GUILD, name="ada"),
    at=_THEN,
)
_SUSPENDED = GuildLife(name="Harbour", state="suspended", before="approved", reason="Spam", by="ada")
_PAUSED = PausedSchedule(
    schedule_id=_JOB, name="Morning", by=None, code="failing", reason="The last 5 runs failed."
)
CALLBACK_EXAMPLES: tuple[msgspec.Struct, ...] = (
    _CALLBACK_SHOWN,
    CallbackPage(items=(_CALLBACK_SHOWN,)),
    CallbackSecret(
        **msgspec.structs.asdict(_CALLBACK_SHOWN),
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw…",  # noqa: S106 - an example, not a secret
    ),
    CreateCallback(url=_CALLBACK_SHOWN.url, events=_CALLBACK_SHOWN.events),
    EditCallback(events=("job.*",), description=None),
    _DELIVERY_SHOWN,
    DeliveryPage(items=(_DELIVERY_SHOWN,)),
    CallbackJobSettled(
        timestamp=_THEN,
        data=CallbackSettledJob(
            job_id=_JOB,
            kind="guild.sync",
            guild_id=_GUILD,
            sequence=4,
            state="succeeded",
            waiting_for=None,
            resume_at=None,
            attempts=1,
            progress=JobProgress(done=1, total=1, now=None),
            cancel_requested=False,
            result=SyncResult(revision=12, changed=True, roles=9, channels=24),
            error=None,
        ),
    ),
    CallbackDrift(
        timestamp=_THEN,
        data=CallbackDriftData(guild_id=_GUILD, template_id=_JOB, version=3, items=(_DRIFTED,)),
    ),
    GuildDrift(guild_id=_GUILD, at=_THEN, template_id=_JOB, version=3, items=(_DRIFTED,)),
    CallbackGuildSuspended(
        timestamp=_THEN, data=CallbackGuildData(guild_id=_GUILD, **msgspec.structs.asdict(_SUSPENDED))
    ),
    GuildSuspended(guild_id=_GUILD, at=_THEN, **msgspec.structs.asdict(_SUSPENDED)),
    CallbackSchedulePaused(
        timestamp=_THEN, data=CallbackPausedSchedule(guild_id=_GUILD, **msgspec.structs.asdict(_PAUSED))
    ),
    SchedulePaused(guild_id=_GUILD, at=_THEN, **msgspec.structs.asdict(_PAUSED)),
)
