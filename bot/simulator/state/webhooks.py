"""Webhooks of a channel."""

from dataclasses import dataclass

INCOMING, CHANNEL_FOLLOWER, APPLICATION = 1, 2, 3


@dataclass(slots=True)
class Webhook:
    """``type`` is INCOMING or CHANNEL_FOLLOWER; only an incoming one has a token, only a follower a source."""

    id: int
    type: int
    guild_id: int
    channel_id: int
    name: str
    user_id: int
    avatar: str | None = None
    token: str | None = None
    application_id: int | None = None
    source_guild_id: int | None = None
    source_channel_id: int | None = None
