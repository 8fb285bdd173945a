"""Reading an identify payload (Discord docs: Gateway Events > Identify).

A payload that is not of the documented shape is a decode error, 4002; values that are wrong have codes of their own.
"""

from dataclasses import dataclass

from bot.simulator import events
from bot.simulator.gateway.codes import (
    BAD_INTENTS,
    DECODE_ERROR,
    FORBIDDEN_INTENTS,
    INVALID_SHARD,
    SHARDING_REQUIRED,
    WRONG_TOKEN,
    GatewayClosed,
)
from bot.simulator.gateway.presence import Presence, read_presence
from bot.simulator.gateway.session import DEFAULT_LARGE_THRESHOLD, Shard
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object, as_text
from bot.simulator.world import World

_LARGE_THRESHOLDS = range(50, 251)
_SHARD_LENGTH = 2


@dataclass(slots=True, frozen=True)
class Identity:
    """``shard`` is None where none was sent."""

    intents: int
    shard: Shard | None
    large_threshold: int
    compress: bool
    presence: Presence | None


def read_identity(world: World, data: JsonObject) -> Identity:
    """The checked payload; nothing has started yet."""
    intents = as_int(data.get("intents"))
    threshold = data.get("large_threshold", DEFAULT_LARGE_THRESHOLD)
    compress = data.get("compress", False)
    if as_object(data.get("properties")) is None or intents is None or not isinstance(compress, bool):
        raise GatewayClosed(DECODE_ERROR)
    if not isinstance(threshold, int) or threshold not in _LARGE_THRESHOLDS:
        raise GatewayClosed(DECODE_ERROR)
    require_token(world, data)
    shard = _shard(data.get("shard"))
    _require_intents(world, intents)
    presence = data.get("presence")
    return Identity(
        intents=intents,
        shard=shard,
        large_threshold=threshold,
        compress=compress,
        presence=None if presence is None else read_presence(as_object(presence) or {}, world.clock.now()),
    )


def require_token(world: World, data: JsonObject) -> None:
    """4004 unless it is the bot's, with or without the prefix that REST wants."""
    token = as_text(data.get("token"))
    if token is None:
        raise GatewayClosed(DECODE_ERROR)
    if token.removeprefix("Bot ") != world.token:
        raise GatewayClosed(WRONG_TOKEN)


def require_room(world: World, shard: Shard) -> None:
    """4011 when the session would have to handle more guilds than a shard may."""
    number, count = shard
    handled = sum((guild.id >> 22) % count == number for guild in world.joined_guilds())
    if handled > world.gateway.guilds_per_shard:
        raise GatewayClosed(SHARDING_REQUIRED)


def _shard(raw: object) -> Shard | None:
    if raw is None:
        return None
    found = as_list(raw) or []
    numbers = [each for each in found if isinstance(each, int) and not isinstance(each, bool)]
    if len(found) != _SHARD_LENGTH or len(numbers) != _SHARD_LENGTH or not 0 <= numbers[0] < numbers[1]:
        raise GatewayClosed(INVALID_SHARD)
    return numbers[0], numbers[1]


def _require_intents(world: World, intents: int) -> None:
    if intents < 0 or intents & ~events.KNOWN_INTENTS:
        raise GatewayClosed(BAD_INTENTS)
    if events.forbidden_intents(intents, world.application.flags):
        raise GatewayClosed(FORBIDDEN_INTENTS)
