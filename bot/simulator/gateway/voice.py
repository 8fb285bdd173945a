"""Update Voice State, opcode 4 (Discord docs: Gateway Events > Update Voice State; Topics > Voice Connections).

The bot can be in a voice channel of each guild. There is no voice server: it is told of one that is still being
allocated (``endpoint`` null), which is what Discord sends while it has none.
"""

from secrets import token_hex

from bot.simulator.access import Standing
from bot.simulator.gateway.codes import DECODE_ERROR, GatewayClosed
from bot.simulator.gateway.session import Session
from bot.simulator.permissions import CONNECT, VIEW_CHANNEL
from bot.simulator.shapes import JsonObject, as_int
from bot.simulator.state import STAGE, VOICE, Channel, Guild
from bot.simulator.state.voice import VoiceState
from bot.simulator.world import World


def update_voice(world: World, session: Session, data: JsonObject) -> None:
    """Join, move or leave; what the bot may not do is not answered."""
    mute, deaf = data.get("self_mute"), data.get("self_deaf")
    guild_id, raw = as_int(data.get("guild_id")), data.get("channel_id")
    if guild_id is None or not isinstance(mute, bool) or not isinstance(deaf, bool):
        raise GatewayClosed(DECODE_ERROR)
    guild = world.guilds.get(guild_id)
    if guild is None or not world.bot_in(guild):
        return
    if raw is None:
        world.appearance.leave(guild)
        return
    channel = guild.channels.get(as_int(raw) or 0)
    if channel is None or not _may_connect(world, guild, channel):
        return
    if world.appearance.enter(guild, VoiceState(session.id, channel.id, mute, deaf)):
        server: JsonObject = {"token": token_hex(8), "guild_id": str(guild.id), "endpoint": None}
        session.answer("VOICE_SERVER_UPDATE", server)


def _may_connect(world: World, guild: Guild, channel: Channel) -> bool:
    bot = guild.members[world.application.bot_id]
    held = Standing(guild, bot, world.clock.now()).within(channel)
    return channel.type in (VOICE, STAGE) and bool(held & VIEW_CHANNEL and held & CONNECT)
