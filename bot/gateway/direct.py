"""Direct messages and the application's owners: asked for and written through Discord's REST API."""

from datetime import datetime
from typing import Any

from bot.asker import owners_of
from bot.gateway.live import Live
from bot.limits import MethodRoute
from bot.message_payloads import message_payload, new_message_payload, says_the_same
from bot.translate import failure_of
from core.discord.errors import CallRefused, DirectClosed
from core.discord.messages import MessageFields
from core.discord.types import Snowflake, snowflake_at

_PAGE = 100
_MESSAGES = "/channels/{channel_id}/messages"
# Discord, Opcodes and Status Codes › JSON: takes none from anybody, or shares no guild with the bot.
_CLOSED = frozenset({50007, 50278})


class DirectCalls(Live):
    """Implements `core.discord.direct.DirectGateway`. Calls stand under the person's id where others stand under their
    guild's."""

    async def read_owners(self) -> frozenset[Snowflake]:
        await self._require_live()
        try:
            application = await self._client.application_info()
        except Exception as error:
            failure = failure_of(error, "say who owns the application")
            if failure is None:
                raise
            raise failure from error
        return frozenset(map(str, owners_of(application)))

    async def open_direct(self, user_id: Snowflake) -> Snowflake:
        opened = await self._calls.send(
            MethodRoute("POST", "/users/@me/channels"),
            doing=f"open the direct messages of {user_id}",
            guild_id=user_id,
            json={"recipient_id": user_id},
        )
        return str(opened["id"])

    async def send_direct(
        self, user_id: Snowflake, channel_id: Snowflake, fields: MessageFields, *, nonce: str
    ) -> Snowflake:
        try:
            sent = await self._calls.send(
                MethodRoute("POST", _MESSAGES, channel_id=channel_id),
                doing=f"send a direct message to {user_id}",
                guild_id=user_id,
                json=new_message_payload(fields, nonce),
                repeatable=False,
            )
        except CallRefused as error:
            if error.discord_code not in _CLOSED:
                raise
            raise DirectClosed(error.message, status=error.status, discord_code=error.discord_code) from error
        return str(sent["id"])

    async def direct_alike(
        self, user_id: Snowflake, channel_id: Snowflake, fields: MessageFields, *, since: datetime
    ) -> tuple[Snowflake, ...]:
        await self._calls.have_ended(user_id)
        me, oldest, before = str(self._client.user.id), int(snowflake_at(since)), None
        found: list[Snowflake] = []
        while True:
            page: list[dict[str, Any]] = await self._calls.send(
                MethodRoute("GET", _MESSAGES, channel_id=channel_id),
                doing=f"read the direct messages of {user_id}",
                guild_id=user_id,
                params={"limit": str(_PAGE)} | ({} if before is None else {"before": before}),
            )
            recent = [body for body in page if int(body["id"]) >= oldest]
            ours = [body for body in recent if str(body["author"]["id"]) == me]
            found += [str(body["id"]) for body in ours if says_the_same(body, fields)]
            if len(recent) < _PAGE:
                return tuple(found)
            before = str(recent[-1]["id"])

    async def edit_direct(
        self, user_id: Snowflake, channel_id: Snowflake, message_id: Snowflake, fields: MessageFields
    ) -> None:
        await self._calls.send(
            MethodRoute("PATCH", f"{_MESSAGES}/{{message_id}}", channel_id=channel_id, message_id=message_id),
            doing=f"edit the direct message {message_id}",
            guild_id=user_id,
            json=message_payload(fields),
        )
