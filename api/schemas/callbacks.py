"""Callbacks and their deliveries as HTTP shows them."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.values import NextCursor, Snowflake, Time
from core.callbacks import schemas as core

CallbackEventType: TypeAlias = Literal[
    "job.*",
    "job.queued",
    "job.running",
    "job.progress",
    "job.waiting",
    "job.settled",
    "guild.*",
    "guild.drift",
    "guild.joined",
    "guild.pending",
    "guild.approved",
    "guild.rejected",
    "guild.suspended",
    "guild.banned",
    "guild.left",
    "schedule.*",
    "schedule.paused",
    "schedule.resumed",
    "announcement.*",
    "announcement.posted",
    "announcement.edited",
    "announcement.deleted",
    "announcement.waiting",
]
DeliveryState: TypeAlias = Literal["pending", "delivered", "failed", "abandoned"]
CallbackUrl: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2000,
        description="`https`, any port, no credentials, no fragment. Not called: hosts that are or resolve to private, "
        "loopback, link-local, shared (CGNAT), multicast, documentation or reserved addresses, IPv4-mapped, NAT64, "
        "6to4 and Teredo ones among them, unless the owner of the installation allows the host or its network; `http` "
        "is only for private hosts that are allowed so. It is judged when it is given, and at each sending after its "
        "name was resolved.",
    ),
]
EventTypes: TypeAlias = Annotated[
    tuple[CallbackEventType, ...],
    Meta(
        min_length=1,
        max_length=30,
        description="`job.*` is every event of the guild's jobs, `schedule.*` of its schedules, `announcement.*` of "
        "its announcements and `guild.*` every other event of the guild, later ones too. `guild.drift` tells what "
        "somebody changed that the active version says, the others what becomes of the guild here; while it is banned, "
        "of the bot's coming and going nothing is sent.",
    ),
]
Description: TypeAlias = Annotated[str, Meta(max_length=500)]


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A program of the guild's that is told of events, by signed POSTs."""

    id: uuid.UUID
    guild_id: Snowflake
    url: str
    events: tuple[CallbackEventType, ...]
    description: str | None
    enabled: bool
    disabled_reason: Annotated[
        str | None, Meta(description="Why we disabled it; null where somebody did, and while it is enabled.")
    ]
    previous_secret_until: Annotated[
        Time | None,
        Meta(
            description="Until then deliveries have a second signature, by the secret before the last rotation."
        ),
    ]
    created_at: Time
    updated_at: Time


class CallbackPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[Callback, ...]
    next_cursor: NextCursor = None


class CallbackSecret(Callback, frozen=True, kw_only=True):
    """A callback with its secret, which is shown in this answer only."""

    secret: Annotated[
        str, Meta(description="`whsec_` and base64, as the libraries of Standard Webhooks take it.")
    ]


class CreateCallback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to tell, and of what."""

    url: CallbackUrl
    events: EventTypes
    description: Description | None = None
    enabled: bool = True


class EditCallback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: what is absent stays, null clears. Disabling gives up what is pending."""

    url: CallbackUrl | UnsetType = UNSET
    events: EventTypes | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event for one callback. `failed`: every attempt failed, or the receiver answered 410. `abandoned`: the
    callback was disabled before."""

    id: Annotated[uuid.UUID, Meta(description="The `webhook-id` of every attempt.")]
    callback_id: uuid.UUID
    event_type: Annotated[str, Meta(description="E.g. job.settled, guild.suspended or callback.test.")]
    job_id: uuid.UUID | None
    sequence: Annotated[int | None, Meta(description="The event's place in the job's history.")]
    state: DeliveryState
    attempts: Annotated[int, Meta(description="Attempts begun, since it was last asked for.")]
    next_attempt_at: Annotated[Time | None, Meta(description="Not before its predecessors have ended.")]
    last_attempt_at: Time | None
    last_status: Annotated[
        int | None, Meta(description="The HTTP status of the latest attempt, if it got one.")
    ]
    last_error: str | None
    response_ms: int | None
    created_at: Time
    ended_at: Time | None


class DeliveryPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[Delivery, ...]
    next_cursor: NextCursor = None


def callback_of(callback: core.Callback) -> Callback:
    return Callback(
        id=callback.id,
        guild_id=callback.guild_id,
        url=callback.url,
        events=callback.events,
        description=callback.description,
        enabled=callback.enabled,
        disabled_reason=callback.disabled_reason,
        previous_secret_until=callback.previous_secret_until,
        created_at=callback.created_at,
        updated_at=callback.updated_at,
    )


def secret_of(shown: core.SecretShown) -> CallbackSecret:
    return CallbackSecret(**msgspec.structs.asdict(callback_of(shown.callback)), secret=shown.secret)


def draft_of(wanted: CreateCallback) -> core.CallbackDraft:
    return core.CallbackDraft(
        url=wanted.url, events=wanted.events, description=wanted.description, enabled=wanted.enabled
    )


def changes_of(edit: EditCallback) -> core.CallbackChanges:
    return core.CallbackChanges(
        url=edit.url, events=edit.events, description=edit.description, enabled=edit.enabled
    )


def delivery_of(delivery: core.Delivery) -> Delivery:
    return Delivery(
        id=delivery.id,
        callback_id=delivery.callback_id,
        event_type=delivery.event_type,
        job_id=delivery.job_id,
        sequence=delivery.sequence,
        state=delivery.state,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at,
        last_attempt_at=delivery.last_attempt_at,
        last_status=delivery.last_status,
        last_error=delivery.last_error,
        response_ms=delivery.response_ms,
        created_at=delivery.created_at,
        ended_at=delivery.ended_at,
    )
