"""Single channels: overwrites, followers, and the bot's leaving."""

from datetime import datetime
from typing import Any, cast

from msgspec.structs import replace

from bot.gateway.live import Live
from bot.limits import MethodRoute
from bot.payloads import OVERWRITE_KIND
from core.discord.errors import CallRefused, TargetGone
from core.discord.types import Overwrite, Snowflake, snowflake_at

_CHANNEL_FOLLOWER = 2
_OVERWRITE = "/channels/{channel_id}/permissions/{overwrite_id}"


class ChannelCalls(Live):
    """Implements `core.discord.members.ChannelGateway`."""

    async def guild_of_channel(self, channel_id: Snowflake) -> Snowflake | None:
        await self._require_live()
        for guild in self._client.guilds:
            if guild.get_channel(int(channel_id)) is not None:
                return str(guild.id)
        return None

    async def look_at_overwrite(
        self, guild_id: Snowflake, channel_id: Snowflake, like: Overwrite
    ) -> Overwrite:
        await self._calls.have_ended(guild_id)
        channel = await self._calls.send(
            MethodRoute("GET", "/channels/{channel_id}", channel_id=channel_id),
            doing=f"look at the channel {channel_id}",
            guild_id=guild_id,
        )
        for each in channel["permission_overwrites"]:
            if str(each["id"]) == like.id:
                return replace(like, allow=int(each["allow"]), deny=int(each["deny"]))
        return replace(like, allow=0, deny=0)

    async def write_overwrite(
        self, guild_id: Snowflake, channel_id: Snowflake, overwrite: Overwrite, *, reason: str
    ) -> None:
        says_nothing = not overwrite.allow and not overwrite.deny
        try:
            await self._calls.send(
                MethodRoute(
                    "DELETE" if says_nothing else "PUT",
                    _OVERWRITE,
                    channel_id=channel_id,
                    overwrite_id=overwrite.id,
                ),
                doing=f"write an overwrite of channel {channel_id}",
                guild_id=guild_id,
                json=None
                if says_nothing
                else {
                    "type": OVERWRITE_KIND[overwrite.kind],
                    "allow": str(overwrite.allow),
                    "deny": str(overwrite.deny),
                },
                reason=reason,
            )
        except TargetGone:
            if not says_nothing:
                raise

    async def follow_channel(
        self, guild_id: Snowflake, channel_id: Snowflake, source_channel_id: Snowflake, *, reason: str
    ) -> Snowflake:
        made = await self._calls.send(
            MethodRoute("POST", "/channels/{channel_id}/followers", channel_id=source_channel_id),
            doing=f"follow channel {source_channel_id}",
            guild_id=guild_id,
            json={"webhook_channel_id": channel_id},
            reason=reason,
            repeatable=False,
        )
        return str(made["webhook_id"])

    async def find_followers(
        self, guild_id: Snowflake, channel_id: Snowflake, source_channel_id: Snowflake, *, since: datetime
    ) -> tuple[Snowflake, ...]:
        oldest = int(snowflake_at(since))
        return tuple(
            str(webhook["id"])
            for webhook in await self._webhooks(guild_id, channel_id)
            if _follows(webhook) == source_channel_id and int(webhook["id"]) >= oldest
        )

    async def delete_follower(
        self, guild_id: Snowflake, channel_id: Snowflake, webhook_id: Snowflake, *, reason: str
    ) -> None:
        """The rights that were checked are those in `channel_id`: a webhook of another channel is left alone."""
        webhooks = await self._webhooks(guild_id, channel_id)
        found = next((webhook for webhook in webhooks if str(webhook["id"]) == webhook_id), None)
        if found is None:
            return
        if int(found["type"]) != _CHANNEL_FOLLOWER:
            raise CallRefused(f"The webhook {webhook_id} follows no channel: it is left alone.", status=400)
        try:
            await self._calls.send(
                MethodRoute("DELETE", "/webhooks/{webhook_id}", webhook_id=webhook_id),
                doing=f"delete the webhook {webhook_id}",
                guild_id=guild_id,
                reason=reason,
            )
        except TargetGone:
            return

    async def leave_guild(self, guild_id: Snowflake) -> None:
        try:
            await self._calls.send(
                MethodRoute("DELETE", "/users/@me/guilds/{guild_id}", guild_id=guild_id),
                doing="leave the guild",
                guild_id=guild_id,
            )
        except TargetGone:
            return

    async def _webhooks(self, guild_id: Snowflake, channel_id: Snowflake) -> list[dict[str, Any]]:
        await self._calls.have_ended(guild_id)
        found = await self._calls.send(
            MethodRoute("GET", "/channels/{channel_id}/webhooks", channel_id=channel_id),
            doing=f"read the webhooks of channel {channel_id}",
            guild_id=guild_id,
        )
        return cast("list[dict[str, Any]]", found)


def _follows(webhook: dict[str, Any]) -> Snowflake | None:
    """The channel that is followed, where it is a follower's webhook."""
    source: dict[str, Any] = webhook.get("source_channel") or {}
    return str(source.get("id")) if int(webhook["type"]) == _CHANNEL_FOLLOWER else None
