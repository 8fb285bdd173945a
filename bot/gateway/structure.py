"""Reading guilds from disnake's cache, writing their structure through its HTTP client."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, cast

import disnake
from msgspec import UNSET

from bot.gateway.live import Live
from bot.gateway.resources import resource_route
from bot.limits import MethodRoute
from bot.payloads import channel_payload, positions_payload, role_payload, settings_payload
from bot.translate import member_permissions_of, powers_of, role_of, snapshot_of
from core.discord.errors import (
    AnswerLost,
    DiscordError,
    GatewayAbsent,
    TargetGone,
)
from core.discord.gateway import NO_PICTURES, ChannelFields, Made, Pictures, RoleFields, SettingsFields
from core.discord.pace import Pace
from core.discord.types import BotPowers, Role, Snapshot, Snowflake

# Discord's clock and ours may differ; our reasons are unique, so looking back further finds nothing wrong.
CLOCK_SKEW = timedelta(seconds=60)
# An entry may appear in the audit log a moment after the thing itself.
AUDIT_LAG = 2.0
AUDIT_PAGE = 100
AUDIT_ACTION: dict[Made, int] = {
    "role": 30,
    "channel": 10,
    "emoji": 60,
    "sticker": 90,
    "webhook": 50,
    "automod_rule": 140,
    "scheduled_event": 100,
}


class StructureCalls(Live):
    """The guild as a whole: its settings, roles and channels."""

    async def guild_ids(self) -> frozenset[Snowflake]:
        await self._require_live()
        return frozenset(str(guild.id) for guild in self._client.guilds)

    async def read_guild(self, guild_id: Snowflake) -> Snapshot:
        return snapshot_of(await self._live_guild(guild_id))

    async def read_powers(self, guild_id: Snowflake) -> BotPowers:
        return powers_of((await self._live_guild(guild_id)).me)

    async def read_pace(self, guild_id: Snowflake) -> Pace:
        return self._calls.pace_in(guild_id)

    async def read_member_permissions(self, guild_id: Snowflake, user_id: Snowflake) -> int | None:
        """Raises `GatewayAbsent` for someone unknown while the guild's members are still arriving."""
        guild = await self._live_guild(guild_id)
        member = guild.get_member(int(user_id))
        if member is not None:
            return member_permissions_of(member)
        if not guild.chunked:
            raise GatewayAbsent(f"The members of guild {guild_id} are not all known yet.")
        return None

    async def edit_guild(
        self,
        guild_id: Snowflake,
        fields: SettingsFields,
        *,
        pictures: Pictures = NO_PICTURES,
        reason: str,
    ) -> None:
        features = self._guild(guild_id).features
        await self._calls.send(
            MethodRoute("PATCH", "/guilds/{guild_id}", guild_id=guild_id),
            doing="change the guild's settings",
            guild_id=guild_id,
            json=settings_payload(fields, features, pictures),
            reason=reason,
        )

    async def create_role(
        self, guild_id: Snowflake, fields: RoleFields, *, pictures: Pictures = NO_PICTURES, reason: str
    ) -> Snowflake:
        made = await self._calls.send(
            MethodRoute("POST", "/guilds/{guild_id}/roles", guild_id=guild_id),
            doing=f"create the role {_named(fields)}",
            guild_id=guild_id,
            json=role_payload(fields, pictures=pictures),
            reason=reason,
            repeatable=False,
        )
        return str(made["id"])

    async def edit_role(
        self,
        guild_id: Snowflake,
        role_id: Snowflake,
        fields: RoleFields,
        *,
        pictures: Pictures = NO_PICTURES,
        reason: str,
    ) -> None:
        await self._calls.send(
            MethodRoute("PATCH", "/guilds/{guild_id}/roles/{role_id}", guild_id=guild_id, role_id=role_id),
            doing=f"edit the role {role_id}",
            guild_id=guild_id,
            json=role_payload(fields, self._cached_role(guild_id, role_id), pictures=pictures),
            reason=reason,
        )

    async def delete_role(self, guild_id: Snowflake, role_id: Snowflake, *, reason: str) -> None:
        await self._calls.send(
            MethodRoute("DELETE", "/guilds/{guild_id}/roles/{role_id}", guild_id=guild_id, role_id=role_id),
            doing=f"delete the role {role_id}",
            guild_id=guild_id,
            reason=reason,
        )

    async def order_roles(self, guild_id: Snowflake, positions: dict[Snowflake, int], *, reason: str) -> None:
        await self._calls.send(
            MethodRoute("PATCH", "/guilds/{guild_id}/roles", guild_id=guild_id),
            doing="order the roles",
            guild_id=guild_id,
            json=positions_payload(positions),
            reason=reason,
        )

    async def create_channel(self, guild_id: Snowflake, fields: ChannelFields, *, reason: str) -> Snowflake:
        """Takes a second call where a forum's `require_tag` or `hide_downloads` is wanted. Where that one fails, the
        channel stands without it, and this raises `AnswerLost`: looking for the channel finds it."""
        made = await self._calls.send(
            MethodRoute("POST", "/guilds/{guild_id}/channels", guild_id=guild_id),
            doing=f"create the channel {_named(fields)}",
            guild_id=guild_id,
            json=channel_payload(fields),
            reason=reason,
            repeatable=False,
        )
        channel_id = str(made["id"])
        if True in (fields.require_tag, fields.hide_downloads):
            flags = ChannelFields(require_tag=fields.require_tag, hide_downloads=fields.hide_downloads)
            await self._flag(guild_id, channel_id, flags, present=int(made.get("flags", 0)), reason=reason)
        return channel_id

    async def edit_channel(
        self, guild_id: Snowflake, channel_id: Snowflake, fields: ChannelFields, *, reason: str
    ) -> None:
        await self._patch_channel(
            guild_id, channel_id, fields, flags=self._cached_flags(guild_id, channel_id), reason=reason
        )

    async def delete_channel(self, guild_id: Snowflake, channel_id: Snowflake, *, reason: str) -> None:
        await self._calls.send(
            MethodRoute("DELETE", "/channels/{channel_id}", channel_id=channel_id),
            doing=f"delete the channel {channel_id}",
            guild_id=guild_id,
            reason=reason,
        )

    async def order_channels(
        self, guild_id: Snowflake, positions: dict[Snowflake, int], *, reason: str
    ) -> None:
        await self._calls.send(
            MethodRoute("PATCH", "/guilds/{guild_id}/channels", guild_id=guild_id),
            doing="order the channels",
            guild_id=guild_id,
            json=positions_payload(positions),
            reason=reason,
        )

    async def find_created(
        self, guild_id: Snowflake, kind: Made, *, reason: str, since: datetime
    ) -> Snowflake | None:
        """Raises `AnswerLost` while the create is still under way, `CallRefused` without VIEW_AUDIT_LOG."""
        await self._calls.have_ended(guild_id)
        for attempt in range(2):
            if attempt:
                await asyncio.sleep(AUDIT_LAG)
            for target in await self._audited(guild_id, kind, reason, since - CLOCK_SKEW):
                if await self._exists(guild_id, kind, target):
                    return target
        return None

    # Reading

    def _cached_role(self, guild_id: Snowflake, role_id: Snowflake) -> Role | None:
        role = self._guild(guild_id).get_role(int(role_id))
        return None if role is None else role_of(role)

    def _cached_flags(self, guild_id: Snowflake, channel_id: Snowflake) -> int:
        channel = self._guild(guild_id).get_channel(int(channel_id))
        return 0 if channel is None else channel.flags.value

    # Writing

    async def _patch_channel(
        self, guild_id: Snowflake, channel_id: Snowflake, fields: ChannelFields, *, flags: int, reason: str
    ) -> None:
        await self._calls.send(
            MethodRoute("PATCH", "/channels/{channel_id}", channel_id=channel_id),
            doing=f"edit the channel {channel_id}",
            guild_id=guild_id,
            json=channel_payload(fields, flags=flags),
            reason=reason,
        )

    async def _flag(
        self, guild_id: Snowflake, channel_id: Snowflake, fields: ChannelFields, *, present: int, reason: str
    ) -> None:
        try:
            await self._patch_channel(guild_id, channel_id, fields, flags=present, reason=reason)
        except DiscordError as error:
            raise AnswerLost(
                f"Channel {channel_id} was created, but without its flags yet: {error.message}"
            ) from error

    async def _audited(
        self, guild_id: Snowflake, kind: Made, reason: str, since: datetime
    ) -> list[Snowflake]:
        """What our bot made for exactly this reason, newest first."""
        found: list[Snowflake] = []
        oldest_wanted = disnake.utils.time_snowflake(since)
        before: Snowflake | None = None
        while True:
            entries = await self._audit_page(guild_id, kind, before)
            recent = [entry for entry in entries if int(entry["id"]) >= oldest_wanted]
            found += [str(e["target_id"]) for e in recent if e.get("reason") == reason and e.get("target_id")]
            if len(recent) < AUDIT_PAGE:
                return found
            before = str(recent[-1]["id"])

    async def _audit_page(
        self, guild_id: Snowflake, kind: Made, before: Snowflake | None
    ) -> list[dict[str, Any]]:
        params = {
            "user_id": str(self._client.user.id),
            "action_type": str(AUDIT_ACTION[kind]),
            "limit": str(AUDIT_PAGE),
        }
        log = await self._calls.send(
            MethodRoute("GET", "/guilds/{guild_id}/audit-logs", guild_id=guild_id),
            doing="read the audit log",
            guild_id=guild_id,
            params=params | ({"before": before} if before else {}),
        )
        return cast(list[dict[str, Any]], log["audit_log_entries"])

    async def _exists(self, guild_id: Snowflake, kind: Made, target: Snowflake) -> bool:
        if kind == "role":
            route = MethodRoute(
                "GET", "/guilds/{guild_id}/roles/{role_id}", guild_id=guild_id, role_id=target
            )
        elif kind == "channel":
            route = MethodRoute("GET", "/channels/{channel_id}", channel_id=target)
        else:
            route = resource_route("GET", guild_id, kind, target)
        try:
            await self._calls.send(route, doing=f"look at the {kind} {target}", guild_id=guild_id)
        except TargetGone:
            return False
        return True


def _named(fields: RoleFields | ChannelFields) -> str:
    return "without a name" if fields.name is UNSET else f"“{fields.name}”"
