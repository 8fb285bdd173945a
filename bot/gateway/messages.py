"""Messages: written and looked at through Discord's REST API; none are cached."""

from datetime import datetime
from typing import Any, cast

import disnake

from bot.gateway.live import Live
from bot.limits import MethodRoute
from bot.message_payloads import is_written, message_of, message_payload, new_message_payload, says_the_same
from core.discord.errors import TargetGone, Undecided
from core.discord.messages import Message, MessageFields
from core.discord.types import Snowflake, snowflake_at

_PAGE = 100
_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"


class MessageCalls(Live):
    """Implements `core.discord.messages.MessageGateway`."""

    async def send_message(
        self, guild_id: Snowflake, channel_id: Snowflake, fields: MessageFields, *, nonce: str
    ) -> Snowflake:
        # Not repeatable for disnake: what becomes of a lost answer is decided by whoever has the journal.
        sent = await self._calls.send(
            MethodRoute("POST", _MESSAGES, channel_id=channel_id),
            doing=f"send a message to channel {channel_id}",
            guild_id=guild_id,
            json=new_message_payload(fields, nonce),
            repeatable=False,
        )
        return str(sent["id"])

    async def sent_alike(
        self, guild_id: Snowflake, channel_id: Snowflake, fields: MessageFields, *, since: datetime
    ) -> tuple[Snowflake, ...]:
        await self._calls.have_ended(guild_id)
        self._require_history(await self._live_guild(guild_id), channel_id)
        me, oldest, before = str(self._client.user.id), int(snowflake_at(since)), None
        found: list[Snowflake] = []
        while True:
            page = await self._page(guild_id, channel_id, before)
            recent = [body for body in page if int(body["id"]) >= oldest]
            found += [
                str(body["id"])
                for body in recent
                if str(body["author"]["id"]) == me and says_the_same(body, fields)
            ]
            if len(recent) < _PAGE:
                return tuple(found)
            before = str(recent[-1]["id"])

    async def edit_message(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake, fields: MessageFields
    ) -> None:
        await self._calls.send(
            MethodRoute("PATCH", _MESSAGE, channel_id=channel_id, message_id=message_id),
            doing=f"edit the message {message_id}",
            guild_id=guild_id,
            json=message_payload(fields),
        )

    async def delete_message(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake, *, reason: str
    ) -> None:
        try:
            await self._calls.send(
                MethodRoute("DELETE", _MESSAGE, channel_id=channel_id, message_id=message_id),
                doing=f"delete the message {message_id}",
                guild_id=guild_id,
                reason=reason,
            )
        except TargetGone:
            return

    async def delete_messages(
        self, guild_id: Snowflake, channel_id: Snowflake, message_ids: tuple[Snowflake, ...], *, reason: str
    ) -> None:
        await self._calls.send(
            MethodRoute("POST", _MESSAGES + "/bulk-delete", channel_id=channel_id),
            doing=f"delete {len(message_ids)} messages of channel {channel_id}",
            guild_id=guild_id,
            json={"messages": list(message_ids)},
            reason=reason,
        )

    async def crosspost_message(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake
    ) -> None:
        await self._calls.send(
            MethodRoute("POST", _MESSAGE + "/crosspost", channel_id=channel_id, message_id=message_id),
            doing=f"publish the message {message_id}",
            guild_id=guild_id,
            repeatable=False,
        )

    async def read_message(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake
    ) -> Message | None:
        body = await self._message(guild_id, channel_id, message_id)
        return None if body is None else message_of(body)

    async def reads_as(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake, fields: MessageFields
    ) -> bool:
        body = await self._message(guild_id, channel_id, message_id)
        return body is not None and is_written(body, fields)

    async def list_messages(
        self, guild_id: Snowflake, channel_id: Snowflake, *, before: Snowflake | None, limit: int = _PAGE
    ) -> tuple[Message, ...]:
        await self._calls.have_ended(guild_id)
        return tuple(map(message_of, await self._page(guild_id, channel_id, before, limit)))

    async def _message(
        self, guild_id: Snowflake, channel_id: Snowflake, message_id: Snowflake
    ) -> dict[str, Any] | None:
        await self._calls.have_ended(guild_id)
        try:
            body = await self._calls.send(
                MethodRoute("GET", _MESSAGE, channel_id=channel_id, message_id=message_id),
                doing=f"look at the message {message_id}",
                guild_id=guild_id,
            )
        except TargetGone:
            return None
        return cast("dict[str, Any]", body)

    async def _page(
        self, guild_id: Snowflake, channel_id: Snowflake, before: Snowflake | None, limit: int = _PAGE
    ) -> list[dict[str, Any]]:
        params = {"limit": str(limit)} | ({} if before is None else {"before": before})
        found = await self._calls.send(
            MethodRoute("GET", _MESSAGES, channel_id=channel_id),
            doing=f"read the messages of channel {channel_id}",
            guild_id=guild_id,
            params=params,
        )
        return cast("list[dict[str, Any]]", found)

    def _require_history(self, guild: disnake.Guild, channel_id: Snowflake) -> None:
        """Without the permission Discord answers with an empty list, which would read as "not sent"."""
        channel = guild.get_channel(int(channel_id))
        if channel is None or not channel.permissions_for(guild.me).read_message_history:
            raise Undecided(f"The bot may not read the history of channel {channel_id}.")
