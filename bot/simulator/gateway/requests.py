"""Requests that this side has nothing to say to, answered so (Discord docs: Gateway Events > Send Events)."""

from bot.simulator.gateway.codes import DECODE_ERROR, GatewayClosed
from bot.simulator.gateway.session import Session
from bot.simulator.shapes import JsonObject, as_int, as_list
from bot.simulator.state import Guild
from bot.simulator.world import World

_FIELDS = {"status", "voice_start_time"}


def request_soundboard(world: World, session: Session, data: JsonObject) -> None:
    """Opcode 31: one event for each guild; none has sounds."""
    asked = as_list(data.get("guild_ids"))
    if asked is None:
        raise GatewayClosed(DECODE_ERROR)
    for each in asked:
        guild = _joined(world, as_int(each))
        if guild is not None:
            session.answer("SOUNDBOARD_SOUNDS", {"guild_id": str(guild.id), "soundboard_sounds": []})


def request_channel_info(world: World, session: Session, data: JsonObject) -> None:
    """Opcode 43: channels with a status or with people in them; there are none."""
    fields = as_list(data.get("fields"))
    if fields is None or not _FIELDS.issuperset(map(str, fields)):
        raise GatewayClosed(DECODE_ERROR)
    guild = _joined(world, as_int(data.get("guild_id")))
    if guild is not None:
        session.answer("CHANNEL_INFO", {"guild_id": str(guild.id), "channels": []})


def _joined(world: World, guild_id: int | None) -> Guild | None:
    if guild_id is None:
        raise GatewayClosed(DECODE_ERROR)
    guild = world.guilds.get(guild_id)
    return guild if guild is not None and world.bot_in(guild) else None
