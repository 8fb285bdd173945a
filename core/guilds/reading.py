"""What was read of a guild at different times and in different ways, put together."""

from typing import Any

from msgspec.structs import replace

from core.discord.resources import DETAILS, GuildDetails
from core.discord.types import Snapshot

_PARTS = ("emojis", "stickers", *DETAILS)


def with_details(snapshot: Snapshot, details: GuildDetails) -> Snapshot:
    """What was not read stays as it is."""
    read: dict[str, Any] = {name: getattr(details, name) for name in DETAILS}
    return replace(snapshot, **{name: value for name, value in read.items() if value is not None})


def kept(stored: Snapshot, read: Snapshot) -> Snapshot:
    """The reading, with the parts that it does not tell of as they were stored. Webhooks go with their channel, which
    Discord tells in no event of their own."""
    parts: dict[str, Any] = {name: getattr(stored, name) for name in _PARTS if getattr(read, name) is None}
    if parts.get("webhooks"):
        there = {channel.id for channel in read.channels}
        parts["webhooks"] = tuple(each for each in parts["webhooks"] if each.channel_id in there)
    return replace(read, **parts)
