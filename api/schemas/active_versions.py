"""The version that a guild is meant to look like, as HTTP shows it."""

import uuid
from typing import Annotated

import msgspec
from msgspec import Meta

from api.schemas.templates import Values
from api.schemas.values import Snowflake, Time
from core.templates import schemas as core


class ActiveVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What the guild is measured by since then."""

    guild_id: Snowflake
    template_id: uuid.UUID
    version: int
    values: Annotated[dict[str, str], Meta(description="Of the document's variables.")]
    since: Time
    job_id: Annotated[
        uuid.UUID | None, Meta(description="The job that made the guild so; null where somebody said it.")
    ]


class PutActiveVersion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    template_id: uuid.UUID
    version: Annotated[int, Meta(ge=1, description="The newest one if it is left out.")] | None = None
    values: Values = {}


def active_version_of(active: core.ActiveVersion) -> ActiveVersion:
    return ActiveVersion(
        guild_id=active.guild_id,
        template_id=active.template_id,
        version=active.version,
        values=active.values,
        since=active.since,
        job_id=active.job_id,
    )
