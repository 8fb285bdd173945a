"""What a document says of emojis, stickers, webhooks and scheduled events.

Limits: Discord's OpenAPI document. A list that is left out says nothing about its kind; an empty one says that there
are none.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.templates.documents.keys import ChannelKey, Key, Picture, RoleKey

Time: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$",
        description="A moment with its offset, as 2030-01-31T20:00:00Z or 2030-01-31T21:00:00+01:00.",
    ),
]


class DocumentEmoji(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """An emoji of the server. Its picture cannot be edited: another one makes the emoji anew."""

    key: Key
    name: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_]{2,32}$", description="2 to 32 letters, digits and underscores.")
    ]
    image: Annotated[Picture, Meta(description="Its picture, up to 256 KiB.")] | UnsetType = UNSET
    roles: (
        Annotated[
            tuple[RoleKey, ...], Meta(description="Keys of the roles that may use it; none: everybody.")
        ]
        | UnsetType
    ) = UNSET


class DocumentSticker(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A sticker of the server. Its picture cannot be edited: another one makes the sticker anew."""

    key: Key
    name: Annotated[str, Meta(min_length=2, max_length=30, description="2 to 30 characters.")]
    description: (
        Annotated[str, Meta(max_length=100, description="What it shows, up to 100 characters.")]
        | None
        | UnsetType
    ) = UNSET
    tags: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=200,
                description="What it is found by: an emoji's name or character, up to 200 characters.",
            ),
        ]
        | UnsetType
    ) = UNSET
    image: Annotated[Picture, Meta(description="Its picture, up to 512 KiB.")] | UnsetType = UNSET


class DocumentWebhook(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """An incoming webhook. Its URL is a secret that no document holds: one that is made has a new URL."""

    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=80, description="1 to 80 characters.")]
    channel: ChannelKey
    avatar: Annotated[Picture, Meta(description="Its picture.")] | None | UnsetType = UNSET


Frequency: TypeAlias = Literal["yearly", "monthly", "weekly", "daily"]
Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class NthWeekday(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day of a week of the month, as the second Friday."""

    week: Annotated[int, Meta(ge=1, le=5, description="Which one in the month, 1 to 5.")]
    day: Annotated[Weekday, Meta(description="The day of the week.")]


class DocumentRecurrence(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """How an event repeats. Discord allows only one of the four lists (`months` goes with `month_days`)."""

    start: Time
    frequency: Annotated[Frequency, Meta(description="How often.")]
    interval: Annotated[int, Meta(ge=1, le=2, description="2 for every other week, else 1.")] = 1
    weekdays: Annotated[tuple[Weekday, ...], Meta(max_length=7, description="On these days.")] = ()
    nth_weekdays: Annotated[
        tuple[NthWeekday, ...], Meta(max_length=1, description="On this day of a week of the month.")
    ] = ()
    months: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=12)], ...],
        Meta(max_length=12, description="In these months, 1 to 12."),
    ] = ()
    month_days: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=31)], ...],
        Meta(max_length=31, description="On these days of the month, 1 to 31."),
    ] = ()


class EventBase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What every scheduled event has."""

    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=100, description="1 to 100 characters.")]
    starts_at: Time
    description: (
        Annotated[str, Meta(min_length=1, max_length=1000, description="1 to 1000 characters.")]
        | None
        | UnsetType
    ) = UNSET
    recurrence: Annotated[DocumentRecurrence | None, Meta(description="How it repeats.")] | UnsetType = UNSET
    image: Annotated[Picture, Meta(description="Its cover.")] | None | UnsetType = UNSET


class StageEvent(EventBase, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="stage"):
    """An event in a stage channel."""

    channel: ChannelKey
    ends_at: Time | None | UnsetType = UNSET


class VoiceEvent(EventBase, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="voice"):
    """An event in a voice channel."""

    channel: ChannelKey
    ends_at: Time | None | UnsetType = UNSET


class ExternalEvent(
    EventBase, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="external"
):
    """An event somewhere else."""

    location: Annotated[str, Meta(min_length=1, max_length=100, description="Where, 1 to 100 characters.")]
    ends_at: Time


DocumentEvent: TypeAlias = StageEvent | VoiceEvent | ExternalEvent
