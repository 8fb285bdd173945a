"""What is done again and again so that nothing is kept for longer than it is wanted. Nobody asks for it by hand: it
comes of the installation's own schedules."""

from typing import Final, TypeAlias, TypeVar

import msgspec

from core.jobs.spec import AnySpec, JobSpec
from core.rights import Right

P = TypeVar("P", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)


class CleanJobs(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.jobs"):
    """Forgets what has ended long ago."""


class JobsCleaned(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.jobs"):
    """How many rows went: jobs (their steps and events with them), events of guilds, schedules that have taken
    something back, runs of schedules, idempotency keys, and processes that ended without a word."""

    jobs: int
    guild_events: int
    undos: int
    runs: int
    idempotency_keys: int
    processes: int


class CleanDeliveries(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.deliveries"):
    """Forgets deliveries that ended long ago, and secrets that sign no longer."""


class DeliveriesCleaned(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.deliveries"
):
    deliveries: int
    secrets: int


class RedeliverGivenUp(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.redeliveries"):
    """Sends what was given up when a callback was disabled for failing, once it gets things again."""


class GivenUpRedelivered(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.redeliveries"
):
    """How many callbacks and deliveries that were; they are pending from then on."""

    callbacks: int
    deliveries: int


class CleanAudit(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.audit"):
    """Forgets entries of the audit log that are older than they are wanted."""


class AuditCleaned(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.audit"):
    entries: int


class CleanCredentials(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.credentials"):
    """Forgets sessions and tokens that hold no more, and logins that nobody came back from."""


class CredentialsCleaned(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.credentials"
):
    sessions: int
    logins: int
    tokens: int


class ForgetLeftGuilds(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.left_guilds"):
    """Forgets guilds that the bot left long ago."""


class LeftGuildsForgotten(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.left_guilds"
):
    guilds: int


class CleanSnapshots(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.snapshots"):
    """Forgets snapshots that are older than their guilds want them kept."""


class SnapshotsCleaned(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.snapshots"
):
    snapshots: int


class CleanImages(msgspec.Struct, frozen=True, tag_field="kind", tag="housekeeping.images"):
    """Forgets pictures that nothing names and nobody has used for long."""


class ImagesCleaned(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="housekeeping.images"):
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


def _spec(payload: type[P], result: type[R]) -> JobSpec[P, R]:
    return JobSpec(
        kind=str(payload.__struct_config__.tag),
        payload=payload,
        result=result,
        bits=0,
        right=Right.SYSTEM_WRITE,
        lane="background",
        quiet=True,
    )


CLEAN_JOBS: Final = _spec(CleanJobs, JobsCleaned)
CLEAN_DELIVERIES: Final = _spec(CleanDeliveries, DeliveriesCleaned)
REDELIVER_GIVEN_UP: Final = _spec(RedeliverGivenUp, GivenUpRedelivered)
CLEAN_AUDIT: Final = _spec(CleanAudit, AuditCleaned)
CLEAN_CREDENTIALS: Final = _spec(CleanCredentials, CredentialsCleaned)
FORGET_LEFT_GUILDS: Final = _spec(ForgetLeftGuilds, LeftGuildsForgotten)
CLEAN_SNAPSHOTS: Final = _spec(CleanSnapshots, SnapshotsCleaned)
CLEAN_IMAGES: Final = _spec(CleanImages, ImagesCleaned)

HOUSEKEEPING: Final[tuple[AnySpec, ...]] = (
    CLEAN_JOBS,
    CLEAN_DELIVERIES,
    REDELIVER_GIVEN_UP,
    CLEAN_AUDIT,
    CLEAN_CREDENTIALS,
    FORGET_LEFT_GUILDS,
    CLEAN_SNAPSHOTS,
    CLEAN_IMAGES,
)
SPEC_OF: Final = {spec.payload: spec for spec in HOUSEKEEPING}
