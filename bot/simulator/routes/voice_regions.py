"""Voice regions (Discord docs: Voice > List Voice Regions, Guild > Get Guild Voice Regions)."""

from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.voice_regions import voice_regions

routes = Routes()


@routes.on("GET", "/voice/regions")
def list_voice_regions(_: Call) -> Answer:
    return ok(voice_regions())


@routes.on("GET", "/guilds/{guild_id}/regions")
def list_guild_regions(call: Call) -> Answer:
    call.guild()
    return ok(voice_regions())
