"""What the installation does of itself again and again, as jobs and its own schedules show it. Results say how many
rows went."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta


class CleanJobs(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.jobs"):
    """Forget what ended longer ago than `GUILDWRIGHT_JOB_RETENTION_DAYS`."""


class JobsCleaned(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.jobs"):
    """Jobs go with their steps and events."""

    jobs: int
    guild_events: int
    undos: Annotated[int, Meta(description="Schedules that have taken back what was done for a time.")]
    runs: Annotated[int, Meta(description="Runs of schedules.")]
    idempotency_keys: int
    processes: Annotated[int, Meta(description="Processes of ours that ended without a word.")]


class CleanDeliveries(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.deliveries"):
    """Forget deliveries that ended longer ago than `GUILDWRIGHT_DELIVERY_RETENTION_DAYS`, and secrets of callbacks that
    sign no longer."""


class DeliveriesCleaned(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.deliveries"
):
    """They can be sent again no more."""

    deliveries: int
    secrets: int


class RedeliverGivenUp(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.redeliveries"):
    """Send what was given up when a callback was disabled for failing, as far as it is of the last three days and the
    callback has got something since."""


class GivenUpRedelivered(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.redeliveries"
):
    """To how many callbacks how much; it is pending from then on."""

    callbacks: int
    deliveries: int


class CleanAudit(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.audit"):
    """Forget entries of the audit log that are older than `GUILDWRIGHT_AUDIT_RETENTION_DAYS`."""


class AuditCleaned(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.audit"):
    """They are gone."""

    entries: int


class CleanCredentials(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.credentials"):
    """Forget sessions and API tokens that ended long ago, and logins that nobody came back from."""


class CredentialsCleaned(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.credentials"
):
    """They held no more before."""

    sessions: int
    logins: int
    tokens: int


class ForgetLeftGuilds(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.left_guilds"):
    """Forget guilds that the bot left longer ago than `GUILDWRIGHT_LEFT_GUILD_RETENTION_DAYS`, and what is known of
    them."""


class LeftGuildsForgotten(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.left_guilds"
):
    """What the audit log says of them stays."""

    guilds: int


class CleanSnapshots(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.snapshots"):
    """Forget snapshots that are older than their guilds' settings want them kept."""


class SnapshotsCleaned(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.snapshots"
):
    """The first of each guild stays."""

    snapshots: int


class CleanImages(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.images"):
    """Forget pictures that nothing names and nobody has used for 30 days."""


class ImagesCleaned(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.images"):
    """What is left is named somewhere, or was used."""

    images: int


HousekeepingPayload: TypeAlias = (
    CleanJobs
    | CleanDeliveries
    | RedeliverGivenUp
    | CleanAudit
    | CleanCredentials
    | ForgetLeftGuilds
    | CleanSnapshots
    | CleanImages
)
HousekeepingResult: TypeAlias = (
    JobsCleaned
    | DeliveriesCleaned
    | GivenUpRedelivered
    | AuditCleaned
    | CredentialsCleaned
    | LeftGuildsForgotten
    | SnapshotsCleaned
    | ImagesCleaned
)
