"""Members: read from disnake's cache, looked at and written through Discord's REST API."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import disnake

from bot.gateway.live import Live
from bot.limits import MethodRoute
from bot.translate import member_of, member_of_payload
from core.discord.errors import GatewayAbsent, TargetGone
from core.discord.members import Ban
from core.discord.types import Member, Snowflake

_MEMBER = "/guilds/{guild_id}/members/{user_id}"
_BAN = "/guilds/{guild_id}/bans/{user_id}"
_ROLE = _MEMBER + "/roles/{role_id}"


class MemberCalls(Live):
    """Implements `core.discord.members.MemberGateway`."""

    async def read_member(self, guild_id: Snowflake, user_id: Snowflake) -> Member | None:
        guild = await self._live_guild(guild_id)
        member = guild.get_member(int(user_id))
        if member is not None:
            return member_of(member)
        self._require_members(guild)
        return None

    async def read_members(self, guild_id: Snowflake) -> tuple[Member, ...]:
        guild = await self._live_guild(guild_id)
        self._require_members(guild)
        return tuple(member_of(member) for member in sorted(guild.members, key=lambda each: each.id))

    async def count_members(self, guild_id: Snowflake) -> int | None:
        return (await self._live_guild(guild_id)).member_count

    def _require_members(self, guild: disnake.Guild) -> None:
        if not guild.chunked:
            raise GatewayAbsent(f"The members of guild {guild.id} are not all known yet.")

    async def look_at_member(self, guild_id: Snowflake, user_id: Snowflake) -> Member | None:
        body = await self._look(MethodRoute("GET", _MEMBER, guild_id=guild_id, user_id=user_id), guild_id)
        return None if body is None else member_of_payload(body)

    async def look_at_ban(self, guild_id: Snowflake, user_id: Snowflake) -> Ban | None:
        route = MethodRoute("GET", _BAN, guild_id=guild_id, user_id=user_id)
        body = await self._look(route, guild_id)
        return None if body is None else Ban(body.get("reason"))

    async def grant_role(
        self, guild_id: Snowflake, user_id: Snowflake, role_id: Snowflake, *, reason: str
    ) -> None:
        await self._calls.send(
            MethodRoute("PUT", _ROLE, guild_id=guild_id, user_id=user_id, role_id=role_id),
            doing=f"give role {role_id} to member {user_id}",
            guild_id=guild_id,
            reason=reason,
        )

    async def revoke_role(
        self, guild_id: Snowflake, user_id: Snowflake, role_id: Snowflake, *, reason: str
    ) -> None:
        await self._calls.send(
            MethodRoute("DELETE", _ROLE, guild_id=guild_id, user_id=user_id, role_id=role_id),
            doing=f"take role {role_id} from member {user_id}",
            guild_id=guild_id,
            reason=reason,
        )

    async def set_roles(
        self, guild_id: Snowflake, user_id: Snowflake, role_ids: Collection[Snowflake], *, reason: str
    ) -> None:
        await self._edit(guild_id, user_id, {"roles": list(role_ids)}, "set the roles of", reason)

    async def time_out(
        self, guild_id: Snowflake, user_id: Snowflake, until: datetime | None, *, reason: str
    ) -> None:
        said = None if until is None else until.isoformat()
        await self._edit(guild_id, user_id, {"communication_disabled_until": said}, "time out", reason)

    async def rename_member(
        self, guild_id: Snowflake, user_id: Snowflake, nick: str | None, *, reason: str
    ) -> None:
        if int(user_id) != self._client.user.id:
            await self._edit(guild_id, user_id, {"nick": nick}, "rename", reason)
            return
        # Discord lets a bot change its own nickname by a route of its own only.
        await self._calls.send(
            MethodRoute("PATCH", "/guilds/{guild_id}/members/@me", guild_id=guild_id),
            doing="change the bot's nickname",
            guild_id=guild_id,
            json={"nick": nick},
            reason=reason,
        )

    async def kick(self, guild_id: Snowflake, user_id: Snowflake, *, reason: str) -> None:
        await self._calls.send(
            MethodRoute("DELETE", _MEMBER, guild_id=guild_id, user_id=user_id),
            doing=f"kick member {user_id}",
            guild_id=guild_id,
            reason=reason,
            repeatable=False,
        )

    async def ban(
        self, guild_id: Snowflake, user_id: Snowflake, *, delete_message_seconds: int, reason: str
    ) -> None:
        await self._calls.send(
            MethodRoute("PUT", _BAN, guild_id=guild_id, user_id=user_id),
            doing=f"ban user {user_id}",
            guild_id=guild_id,
            json={"delete_message_seconds": delete_message_seconds},
            reason=reason,
            repeatable=False,
        )

    async def unban(self, guild_id: Snowflake, user_id: Snowflake, *, reason: str) -> None:
        try:
            await self._calls.send(
                MethodRoute("DELETE", _BAN, guild_id=guild_id, user_id=user_id),
                doing=f"lift the ban of user {user_id}",
                guild_id=guild_id,
                reason=reason,
            )
        except TargetGone:
            return

    async def _edit(
        self, guild_id: Snowflake, user_id: Snowflake, fields: dict[str, Any], doing: str, reason: str
    ) -> None:
        await self._calls.send(
            MethodRoute("PATCH", _MEMBER, guild_id=guild_id, user_id=user_id),
            doing=f"{doing} member {user_id}",
            guild_id=guild_id,
            json=fields,
            reason=reason,
        )

    async def _look(self, route: MethodRoute, guild_id: Snowflake) -> Any:
        await self._calls.have_ended(guild_id)
        try:
            return await self._calls.send(route, doing="look at a member", guild_id=guild_id)
        except TargetGone:
            return None
