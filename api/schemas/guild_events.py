"""The events of a guild's stream: those of its jobs, and what else happens in it."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.announcement_events import AnnouncementEvent
from api.schemas.drift import DriftActor, DriftKind, DriftWhat
from api.schemas.guilds import GuildState
from api.schemas.jobs import JobProgressed, JobQueued, JobRunning, JobSettled, JobWaiting, event_of
from api.schemas.values import Snowflake, Time
from core.jobs import schemas as core

PauseCode: TypeAlias = Literal["by_hand", "authority_lost", "failing"]


class DriftedField(msgspec.Struct, frozen=True, kw_only=True):
    """One field that is not as the active version says any more; of what is `missing` or was `added`, `field` is
    null."""

    id: Annotated[uuid.UUID, Meta(description="The item's, as the guild's drift lists it.")]
    what: DriftWhat
    kind: DriftKind
    object_id: Snowflake | None
    key: Annotated[str | None, Meta(description="The node of the document; null where it has none.")]
    name: str
    field: str | None
    old: Annotated[str | None, Meta(description="What is wanted, in words; null for none.")]
    new: Annotated[str | None, Meta(description="What was found, in words; null for none.")]
    who: Annotated[DriftActor | None, Meta(description="Null where nobody can tell.")]
    at: Annotated[Time, Meta(description="When it was done; where nobody can tell, when it was seen.")]


class GuildDrift(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="guild.drift"):
    """Somebody changed what the active version says. Told once of each deviation: again only after it was put
    right."""

    guild_id: Snowflake
    at: Time
    template_id: uuid.UUID
    version: int
    items: Annotated[tuple[DriftedField, ...], Meta(description="All that was seen at once.")]


class GuildLife(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the guild here."""

    name: str
    state: Annotated[
        GuildState, Meta(description="Of now: a guild that is left stays so, whatever is decided of it.")
    ]
    before: Annotated[GuildState | None, Meta(description="Null for a guild that was never heard of.")]
    reason: str | None
    by: Annotated[str | None, Meta(description="Who decided, by name; null where nobody did.")]


class GuildHappened(GuildLife, frozen=True, kw_only=True):
    """Where and when."""

    guild_id: Snowflake
    at: Time


class GuildJoined(GuildHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.joined"):
    """The bot is back in a guild of which something was decided before; `state` says what."""


class GuildPending(GuildHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.pending"):
    """The bot has come, and an owner of the installation has to approve the guild."""


class GuildApproved(GuildHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.approved"):
    """What is asked for there is done."""


class GuildRejected(GuildHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.rejected"):
    """Nothing is done there."""


class GuildSuspended(GuildHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.suspended"):
    """Nothing is done there any more, until it is approved again; what was open is called off."""


class GuildBanned(GuildHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.banned"):
    """As suspended. Callbacks are told no more of the bot's coming and going there."""


class GuildWasLeft(GuildHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.left"):
    """The bot was removed, or the guild was deleted."""


class ScheduleInEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Which schedule, and who did it."""

    schedule_id: uuid.UUID
    name: str
    by: Annotated[str | None, Meta(description="By name; null where it was Guildwright itself.")]


class PausedSchedule(ScheduleInEvent, frozen=True, kw_only=True):
    """And why."""

    code: Annotated[
        PauseCode,
        Meta(
            description="`authority_lost`: its owner may no longer do what it asks for. `failing`: its runs kept "
            "failing."
        ),
    ]
    reason: str | None


class SchedulePaused(PausedSchedule, frozen=True, kw_only=True, tag_field="type", tag="schedule.paused"):
    """It does nothing until somebody resumes it."""

    guild_id: Snowflake
    at: Time


class ScheduleResumed(ScheduleInEvent, frozen=True, kw_only=True, tag_field="type", tag="schedule.resumed"):
    """It goes on; what it would have done meanwhile is not made up for."""

    guild_id: Snowflake
    at: Time


OwnEvent: TypeAlias = (
    GuildDrift
    | GuildJoined
    | GuildPending
    | GuildApproved
    | GuildRejected
    | GuildSuspended
    | GuildBanned
    | GuildWasLeft
    | SchedulePaused
    | ScheduleResumed
    | AnnouncementEvent
)
"""Of the guild itself, its schedules or its announcements, and of no job."""

GuildEvent: TypeAlias = JobQueued | JobRunning | JobProgressed | JobWaiting | JobSettled | OwnEvent


def guild_event_of(event: core.JobEvent | core.GuildEvent) -> GuildEvent:
    if isinstance(event, core.JobEvent):
        return event_of(event)
    said = {"type": event.type, "guild_id": event.guild_id, "at": event.at}
    return msgspec.convert({**event.data, **said}, OwnEvent)
