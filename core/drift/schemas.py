"""Drift as it is kept and shown."""

import uuid
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from core.discord.types import BotPowers, Snapshot, Snowflake
from core.drift.compare import Deviation, What
from core.guilds.options import GuildOptions
from core.templates.documents.document import Document
from core.templates.schemas import ActiveVersion

DriftState: TypeAlias = Literal["open", "resolved", "reverted", "accepted"]


class DriftBasis(msgspec.Struct, frozen=True, kw_only=True):
    """What a guild is compared with, and what is known already: deviations by identity, with what was found."""

    active: ActiveVersion
    document: Document
    bindings: dict[str, Snowflake]
    options: GuildOptions
    structure: Snapshot
    powers: BotPowers
    revision: int
    known: dict[str, str | None]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A deviation, and what the audit log says of it. `is_ours`: a job of ours did it, on purpose."""

    deviation: Deviation
    at: datetime
    user_id: Snowflake | None = None
    user_name: str | None = None
    is_ours: bool = False


class DriftItem(msgspec.Struct, frozen=True, kw_only=True):
    """`accepted` is what a job of ours did on purpose. `resolved` is what was put right by somebody, `reverted` what
    was by us. `times` counts how often it was opened. `user_id` is None where nobody can tell who did it."""

    id: uuid.UUID
    guild_id: Snowflake
    template_id: uuid.UUID
    version: int
    what: What
    kind: str
    object_id: Snowflake | None
    key: str | None
    name: str
    field: str | None
    wanted: str | None
    found: str | None
    state: DriftState
    times: int
    user_id: Snowflake | None
    user_name: str | None
    at: datetime
    settled_at: datetime | None
    reverts: int


class DriftFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What `None` leaves open is not filtered."""

    state: DriftState | None = "open"
    kind: str | None = None
