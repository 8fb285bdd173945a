import uuid
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.discord.types import Snowflake
from core.jobs.schemas import Job
from core.templates.documents.document import Document
from core.templates.documents.parse import Draft
from core.templates.plan import Plan, PlanOptions

Visibility: TypeAlias = Literal["private", "guild", "public"]
TemplateName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100)]
Description: TypeAlias = Annotated[str, Meta(max_length=500)]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The version that a template was copied from. `latest_version` is the newest that the origin has now: None where
    the asker may not see it, or it was deleted."""

    template_id: uuid.UUID
    version: int
    latest_version: int | None


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """`private` templates are seen by their owner and by the installation's owner, `guild` ones also by whoever may
    manage that guild, `public` ones by everybody who may plan in a guild of this installation. `latest_version` is 0
    while there is none."""

    id: uuid.UUID
    name: str
    description: str | None
    visibility: Visibility
    guild_id: Snowflake | None
    origin: Origin | None
    latest_version: int
    created_at: datetime
    updated_at: datetime


class TemplateChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: absent is unchanged, null is cleared."""

    name: TemplateName | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    guild_id: Snowflake | None | UnsetType = UNSET


class VersionInfo(msgspec.Struct, frozen=True, kw_only=True):
    template_id: uuid.UUID
    number: int
    note: str | None
    created_at: datetime


class TemplateVersion(msgspec.Struct, frozen=True, kw_only=True):
    """`source` is the YAML that a person wrote it as; None where it did not come as YAML."""

    info: VersionInfo
    draft: Draft
    source: str | None = None

    @property
    def document(self) -> Document:
        """With the defaults and examples of its variables."""
        return self.draft.document


class ActiveVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The version that a guild is meant to look like. `job_id` is the job that made it so; None where somebody said
    it."""

    guild_id: Snowflake
    template_id: uuid.UUID
    version: int
    values: dict[str, str]
    since: datetime
    job_id: uuid.UUID | None


class StoredPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan and where it came from: a template's version, or a snapshot (a rollback)."""

    id: uuid.UUID
    guild_id: Snowflake
    guild_revision: int
    template_id: uuid.UUID | None
    version: int | None
    values: dict[str, str]
    snapshot_id: uuid.UUID | None
    options: PlanOptions
    created_at: datetime
    job_id: uuid.UUID | None
    plan: Plan


class AwaitedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that somebody has asked to apply, and the job that waits until another agrees."""

    stored: StoredPlan
    job: Job


class PlanBasis(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to make a plan again on the guild as it is now. `plan` is what was confirmed; `snapshot_id` is
    what a rollback goes back to."""

    plan_id: uuid.UUID
    guild_id: Snowflake
    template_id: uuid.UUID | None
    version: int | None
    snapshot_id: uuid.UUID | None
    values: dict[str, str]
    document: Document
    bindings: dict[str, Snowflake]
    options: PlanOptions
    plan: Plan
