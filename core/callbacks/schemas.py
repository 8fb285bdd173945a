import uuid
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

EventType: TypeAlias = Literal[
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
TEST = "callback.test"
"""The type of the event that is sent on request, whatever the callback asks for."""

CHANNEL = "guildwright_deliveries"
"""Where PostgreSQL notifies of deliveries that became due, at their commit; there is no payload."""


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A program of the guild's that is told of events. `disabled_reason` says why we disabled it; it is None where
    somebody did. Until `previous_secret_until` deliveries are signed with the secret before the present one, too."""

    id: uuid.UUID
    guild_id: str
    url: str
    events: tuple[EventType, ...]
    description: str | None
    enabled: bool
    disabled_reason: str | None
    previous_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime


class SecretShown(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` cannot be shown again; the `repr` does not show it."""

    callback: Callback
    secret: str

    def __repr__(self) -> str:
        return f"SecretShown(callback={self.callback!r})"


class CallbackDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a new one."""

    url: str
    events: tuple[EventType, ...]
    description: str | None = None
    enabled: bool = True


class CallbackChanges(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 7396: absent is unchanged, null is cleared."""

    url: str | UnsetType = UNSET
    events: tuple[EventType, ...] | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event for one callback; the id is its `webhook-id` in every attempt. `failed` means that every attempt
    failed or that the receiver wants no more, `abandoned` that the callback was disabled before.

    `attempts` counts those begun since it was last asked for; the `last_*` tell of the latest one that ended.
    """

    id: uuid.UUID
    callback_id: uuid.UUID
    event_type: str
    job_id: uuid.UUID | None
    sequence: int | None
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    response_ms: int | None
    created_at: datetime
    ended_at: datetime | None


class DeliveryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What `None` leaves open is not filtered."""

    state: DeliveryState | None = None
    since: datetime | None = None


class DeliveryClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery in its holder's hands, with all that is needed to send it. `number` is the fencing token.

    `secrets` are those that sign now, the present one first, of those that a key of ours opens; the `repr` does not
    show them. `failures` are those of the callback, in a row.
    """

    delivery_id: uuid.UUID
    callback_id: uuid.UUID
    number: int
    attempts: int
    url: str
    secrets: tuple[str, ...]
    body: str
    failures: int

    def __repr__(self) -> str:
        return f"DeliveryClaim(delivery_id={self.delivery_id}, number={self.number})"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """How one sending ended: with a status, or with a sentence that says why there is none."""

    status: int | None = None
    error: str | None = None
    response_ms: int | None = None
    retry_after: timedelta | None = None

    @property
    def is_accepted(self) -> bool:
        """200 to 299."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_gone(self) -> bool:
        """The receiver wants no more, ever."""
        return self.status == HTTPStatus.GONE
