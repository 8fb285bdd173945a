"""What a guild's stream and its callbacks are told of its announcements: a published format, to which fields are only
ever added. HTTP's schemas describe it, and tests hold the two together. Pure."""

import uuid
from typing import Any, Final, Literal, TypeAlias

import msgspec

from core.actor import Actor

PostedType: TypeAlias = Literal["announcement.posted", "announcement.edited", "announcement.deleted"]
POSTED: Final = "announcement.posted"
EDITED: Final = "announcement.edited"
DELETED: Final = "announcement.deleted"
WAITING: Final = "announcement.waiting"
"""The events' types."""


class _Post(msgspec.Struct, frozen=True, kw_only=True):
    announcement_id: uuid.UUID
    post_id: uuid.UUID
    job_id: uuid.UUID
    channel_id: str
    message_id: str


class _Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """`by` is the name of who wrote the revision that waits."""

    announcement_id: uuid.UUID
    name: str
    revision: int
    by: str


def of_post(
    *, announcement_id: uuid.UUID, post_id: uuid.UUID, job_id: uuid.UUID, channel_id: str, message_id: str
) -> dict[str, Any]:
    """The event's data."""
    said = _Post(
        announcement_id=announcement_id,
        post_id=post_id,
        job_id=job_id,
        channel_id=channel_id,
        message_id=message_id,
    )
    return msgspec.to_builtins(said)


def waiting(*, announcement_id: uuid.UUID, name: str, revision: int, by: Actor) -> dict[str, Any]:
    """The event's data."""
    said = _Waiting(announcement_id=announcement_id, name=name, revision=revision, by=by.name)
    return msgspec.to_builtins(said)
