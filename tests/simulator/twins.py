"""disnake's cache beside what disnake reads from the simulator's state afresh: the two must be twins.

Every slot disnake keeps of a guild, its roles, channels, members, emojis, stickers and scheduled events is compared, so
nothing has to be listed. Left out is what Discord does not tell a client: see the names below.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

import disnake
from disnake.user import BaseUser

from bot.simulator import Simulator
from bot.simulator.events import GUILD_PRESENCES
from tests.fixtures.patience import PATIENCE

# Caches of disnake's own, back references, and voice and presence, which nobody here has.
_INTERNAL = {
    "creator",  # beside its id: whoever of that id was known when the event came
    "_state",
    "guild",
    "_voice_states",
    "_large",
    "__weakref__",
    "_client_status",
    "status",
    "activities",
}
# disnake lifts and lowers all cached positions when a role is made or deleted, Discord does not (disnake issue 1509).
_DRIFTING = {("Role", "position")}
# disnake keeps events that are over, of which a new session is not told.
_OVER = (disnake.GuildScheduledEventStatus.completed, disnake.GuildScheduledEventStatus.cancelled)
# A user's banner comes with the user, but of one it has, disnake does not read it again.
_UNHEARD = {"_state", "_banner"}


class Twins:
    """``await agree()`` after each step: what arrives by gateway is given a moment, then the first difference fails."""

    def __init__(self, simulator: Simulator, bot: disnake.Client) -> None:
        self._world = simulator.world
        self._bot = bot
        self._reader = disnake.Client(intents=disnake.Intents.all())

    async def agree(self, seconds: float = PATIENCE) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while found := self.differences():
            assert asyncio.get_running_loop().time() < deadline, "\n".join(found)
            await asyncio.sleep(0.005)

    def differences(self) -> list[str]:
        """Sentences; none if the cache is what the simulator's state reads as."""
        cached = {guild.id: self._guild(guild) for guild in self._bot.guilds}
        there = {guild.id: self._guild(guild) for guild in self._read()}
        return [f"cached {left!r}, there {right!r}: {path}" for path, left, right in _compare(cached, there)]

    def _read(self) -> Iterator[disnake.Guild]:
        """Afresh also the users, whom disnake does not read again while it has them."""
        self._reader._connection._users.clear()
        for guild in self._world.guilds.values():
            if self._world.bot_in(guild):
                payload: Any = self._world.guild_create(guild, GUILD_PRESENCES)
                yield disnake.Guild(data=payload, state=self._reader._connection)

    def _guild(self, guild: disnake.Guild) -> dict[str, object]:
        known = {role.id for role in guild.roles}
        return _slots(guild) | {
            "_roles": {role.id: _slots(role) for role in guild.roles},
            "_members": {member.id: _member(member, known) for member in guild.members},
            "_channels": {channel.id: _channel(channel, known) for channel in guild.channels},
            "stickers": {sticker.id: _slots(sticker) for sticker in guild.stickers},
            "_scheduled_events": {
                event.id: _slots(event) for event in guild.scheduled_events if event.status not in _OVER
            },
            "emojis": {emoji.id: _slots(emoji) for emoji in guild.emojis},
        }


def _member(member: disnake.Member, known: set[int]) -> dict[str, object]:
    """References to roles that are gone stay in the cache: no event tells of them."""
    user = {name: _plain(getattr(member._user, name)) for name in BaseUser.__slots__ if name not in _UNHEARD}
    return _slots(member) | {"_roles": sorted(set(member._roles) & known), "_user": user}


def _channel(channel: disnake.abc.GuildChannel, known: set[int]) -> dict[str, object]:
    overwrites = {
        each.id: (each.type, each.allow, each.deny)
        for each in channel._overwrites
        if each.type == 1 or each.id in known
    }
    return _slots(channel) | {"_overwrites": overwrites}


def _slots(found: object) -> dict[str, object]:
    names = [name for kind in type(found).__mro__ for name in getattr(kind, "__slots__", ())]
    return {
        name: _plain(getattr(found, name))
        for name in names
        if name not in _INTERNAL
        and (type(found).__name__, name) not in _DRIFTING
        and not name.startswith("_cs_")
        and hasattr(found, name)
    }


def _plain(value: object) -> object:
    """Something that compares by content."""
    if value is None or isinstance(value, str | int | float | bytes | Enum | datetime):
        return value
    if isinstance(value, disnake.Object | disnake.abc.Snowflake):
        return value.id
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, Iterable):
        return [_plain(each) for each in value]
    return getattr(value, "value", None) or _slots(value)


def _compare(left: object, right: object, path: str = "") -> Iterator[tuple[str, object, object]]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*left, *(key for key in right if key not in left)]:
            yield from _compare(left.get(key, "nothing"), right.get(key, "nothing"), f"{path}/{key}")
    elif left != right:
        yield path, left, right
