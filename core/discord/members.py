"""Members as the port speaks of them, and what is done to a guild's people and single channels."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

import msgspec

from core.discord.types import Member, Overwrite, Snowflake


class Ban(msgspec.Struct, frozen=True):
    """`reason` is that of whoever banned first: who bans anew changes nothing."""

    reason: str | None


class MemberGateway(Protocol):
    """`read_member` answers from what the connection has told; `look_at_…` ask Discord, for when that may be old."""

    async def read_member(self, guild_id: Snowflake, user_id: Snowflake) -> Member | None:
        """None for somebody who is not a member. Raises `GatewayAbsent` while members are still arriving."""
        ...

    async def read_members(self, guild_id: Snowflake) -> tuple[Member, ...]:
        """Everybody, by id. Raises `GatewayAbsent` while members are still arriving."""
        ...

    async def count_members(self, guild_id: Snowflake) -> int | None:
        """How many the guild has, as last told; None where that was not."""
        ...

    async def look_at_member(self, guild_id: Snowflake, user_id: Snowflake) -> Member | None: ...

    async def look_at_ban(self, guild_id: Snowflake, user_id: Snowflake) -> Ban | None: ...

    async def grant_role(
        self, guild_id: Snowflake, user_id: Snowflake, role_id: Snowflake, *, reason: str
    ) -> None: ...

    async def revoke_role(
        self, guild_id: Snowflake, user_id: Snowflake, role_id: Snowflake, *, reason: str
    ) -> None: ...

    async def set_roles(
        self, guild_id: Snowflake, user_id: Snowflake, role_ids: Collection[Snowflake], *, reason: str
    ) -> None:
        """All that the member has from then on, @everyone aside, in one call."""
        ...

    async def time_out(
        self, guild_id: Snowflake, user_id: Snowflake, until: datetime | None, *, reason: str
    ) -> None:
        """None lifts it."""
        ...

    async def rename_member(
        self, guild_id: Snowflake, user_id: Snowflake, nick: str | None, *, reason: str
    ) -> None: ...

    async def kick(self, guild_id: Snowflake, user_id: Snowflake, *, reason: str) -> None: ...

    async def ban(
        self, guild_id: Snowflake, user_id: Snowflake, *, delete_message_seconds: int, reason: str
    ) -> None: ...

    async def unban(self, guild_id: Snowflake, user_id: Snowflake, *, reason: str) -> None:
        """Somebody who is not banned is none of the errors."""
        ...


class ChannelGateway(Protocol):
    """Single channels, beside what templates write."""

    async def guild_of_channel(self, channel_id: Snowflake) -> Snowflake | None:
        """The guild that a channel is in, among those the bot is in."""
        ...

    async def look_at_overwrite(
        self, guild_id: Snowflake, channel_id: Snowflake, like: Overwrite
    ) -> Overwrite:
        """That of the same target. Asks Discord; one that says nothing where there is none."""
        ...

    async def write_overwrite(
        self, guild_id: Snowflake, channel_id: Snowflake, overwrite: Overwrite, *, reason: str
    ) -> None:
        """One that says nothing is removed."""
        ...

    async def follow_channel(
        self, guild_id: Snowflake, channel_id: Snowflake, source_channel_id: Snowflake, *, reason: str
    ) -> Snowflake:
        """The id of the webhook that it makes in `channel_id`."""
        ...

    async def find_followers(
        self, guild_id: Snowflake, channel_id: Snowflake, source_channel_id: Snowflake, *, since: datetime
    ) -> tuple[Snowflake, ...]:
        """The followers' webhooks made there no earlier than `since`."""
        ...

    async def delete_follower(
        self, guild_id: Snowflake, channel_id: Snowflake, webhook_id: Snowflake, *, reason: str
    ) -> None:
        """One that is gone already, or is not of that channel, is none of the errors. Raises `CallRefused` for a
        webhook that follows nothing."""
        ...

    async def leave_guild(self, guild_id: Snowflake) -> None:
        """A guild that the bot is not in is none of the errors."""
        ...
