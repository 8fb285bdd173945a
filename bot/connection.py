"""Whether what the cache says is to be believed, and a cache that says what Discord said."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, TypeAlias, cast

from disnake.errors import ConnectionClosed
from disnake.role import Role
from disnake.state import ConnectionState

from core.discord.resources import Detail

RawEvent: TypeAlias = dict[str, Any]
DETAIL_TOLD = "detail_told"
"""Dispatched with what it is about, the event as it came, and whether the thing is gone."""
_KEEPS_AUTO_ARCHIVE = {0, 5, 15, 16}


class Connection:
    """Live from READY with all its guilds (or a RESUME) until the socket is lost.

    disnake's own `is_ready()` stays true while the socket is away, and while the cache fills again after a
    new IDENTIFY, when most guilds are missing from it.
    """

    def __init__(self) -> None:
        self._live = asyncio.Event()

    @property
    def live(self) -> bool:
        return self._live.is_set()

    def note(self, event: str) -> None:
        """Told of every event before its listeners are."""
        if event in {"ready", "resumed"}:
            self._live.set()
        elif event in {"connect", "disconnect"}:
            self._live.clear()

    async def back_within(self, seconds: float) -> bool:
        """Whether it is live, now or before `seconds` are over: a RESUME takes milliseconds."""
        try:
            await asyncio.wait_for(self._live.wait(), seconds)
        except TimeoutError:
            return False
        return True


class ExactState(ConnectionState):
    """disnake's cache, without two places where it guesses instead of repeating what the gateway said, and with one
    place where it asks again instead of waiting for ever.

    * On a role's creation and deletion disnake moves all other roles by one. Discord does not (creating
      leaves equal positions, which the id decides; what moves gets an event of its own), so the cached order
      drifts away.
    * An absent `default_auto_archive_duration` becomes 1440, as if somebody had set it.
    * Asked for a guild's members over a socket that is being lost, disnake either never becomes ready (the error ends
      the task that would say so, and a RESUME starts no other), or takes the request for still open, also in the next
      session, and never knows the members.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._asking: set[asyncio.Task[None]] = set()

    async def chunker(self, guild_id: int, *args: Any, **options: Any) -> None:
        with contextlib.suppress(ConnectionError, ConnectionClosed):
            await super().chunker(guild_id, *args, **options)

    def parse_ready(self, data: Any) -> None:
        self._chunk_requests.clear()  # nobody answers what another session was asked
        super().parse_ready(data)

    def parse_resumed(self, data: Any) -> None:
        super().parse_resumed(data)
        for request in self._chunk_requests.values():
            self._ask_again(request.guild_id, request.nonce)

    def parse_rate_limited(self, data: Any) -> None:
        """Discord answers one request for all members of a guild in half a minute, whoever lost the first answer."""
        told = cast(RawEvent, data)
        nonce = told.get("meta", {}).get("nonce")
        for request in self._chunk_requests.values():
            if request.nonce == nonce:
                self._ask_again(request.guild_id, request.nonce, after=float(told["retry_after"]))

    def _ask_again(self, guild_id: int, nonce: str, *, after: float = 0.0) -> None:
        async def ask() -> None:
            await asyncio.sleep(after)
            if any(request.nonce == nonce for request in self._chunk_requests.values()):
                await self.chunker(guild_id, nonce=nonce)

        asking = asyncio.create_task(ask())
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)

    def parse_guild_role_create(self, data: Any) -> None:
        self._without_moving_others(data, super().parse_guild_role_create)

    def parse_guild_role_delete(self, data: Any) -> None:
        self._without_moving_others(data, super().parse_guild_role_delete)

    def parse_guild_create(self, data: Any) -> None:
        for channel in cast(RawEvent, data).get("channels", ()):
            _name_auto_archive(channel)
        super().parse_guild_create(data)

    def parse_channel_create(self, data: Any) -> None:
        _name_auto_archive(data)
        super().parse_channel_create(data)

    def parse_channel_update(self, data: Any) -> None:
        _name_auto_archive(data)
        super().parse_channel_update(data)

    def parse_auto_moderation_rule_create(self, data: Any) -> None:
        self._tell("automod_rules", data, super().parse_auto_moderation_rule_create)

    def parse_auto_moderation_rule_update(self, data: Any) -> None:
        self._tell("automod_rules", data, super().parse_auto_moderation_rule_update)

    def parse_auto_moderation_rule_delete(self, data: Any) -> None:
        self._tell("automod_rules", data, super().parse_auto_moderation_rule_delete, is_gone=True)

    def parse_guild_scheduled_event_create(self, data: Any) -> None:
        self._tell("scheduled_events", data, super().parse_guild_scheduled_event_create)

    def parse_guild_scheduled_event_update(self, data: Any) -> None:
        self._tell("scheduled_events", data, super().parse_guild_scheduled_event_update)

    def parse_guild_scheduled_event_delete(self, data: Any) -> None:
        self._tell("scheduled_events", data, super().parse_guild_scheduled_event_delete, is_gone=True)

    def _tell(
        self, detail: Detail, data: Any, parse: Callable[[Any], None], *, is_gone: bool = False
    ) -> None:
        """disnake keeps less of it than there is, and nothing of the rules."""
        self.dispatch(DETAIL_TOLD, detail, data, is_gone)
        parse(data)

    def _without_moving_others(self, data: RawEvent, parse: Callable[[Any], None]) -> None:
        guild = self._get_guild(int(data["guild_id"]))
        before: list[tuple[Role, int]] = [] if guild is None else [(r, r.position) for r in guild.roles]
        parse(data)
        for role, position in before:
            role.position = position


def _name_auto_archive(channel: RawEvent) -> None:
    if channel.get("type") in _KEEPS_AUTO_ARCHIVE:
        channel.setdefault("default_auto_archive_duration", None)
