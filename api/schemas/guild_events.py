"""The events of a guild's stream: those of its jobs, and what else happens in it."""

import uuid
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.drift import DriftActor, DriftKind, DriftWhat
from api.schemas.jobs import JobProgressed, JobQueued, JobRunning, JobSettled, JobWaiting, event_of
from api.schemas.values import Snowflake, Time
from core.jobs import schemas as core


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


GuildEvent: TypeAlias = JobQueued | JobRunning | JobProgressed | JobWaiting | JobSettled | GuildDrift


def guild_event_of(event: core.JobEvent | core.GuildEvent) -> GuildEvent:
    if isinstance(event, core.JobEvent):
        return event_of(event)
    said = {"type": event.type, "guild_id": event.guild_id, "at": event.at}
    return msgspec.convert({**event.data, **said}, GuildDrift)
