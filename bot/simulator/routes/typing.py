"""Somebody is typing (Discord docs: Channel > Trigger Typing Indicator)."""

from bot.simulator import posting
from bot.simulator.permissions import SEND_MESSAGES
from bot.simulator.routes.messages import require_text
from bot.simulator.routing import Answer, Call, Routes
from bot.simulator.shapes import JsonObject

routes = Routes()


@routes.on("POST", "/channels/{channel_id}/typing")
def trigger_typing(call: Call) -> Answer:
    """For whoever may write there. Clients let it fade after ten seconds; nothing is kept of it.

    It is told where the bot can see the channel, to the one who types too.
    """
    guild, channel, standing = call.channel(direct=True)
    require_text(channel)
    standing.require_within(channel, SEND_MESSAGES)
    typing: JsonObject = {"user_id": str(call.actor_id), "timestamp": int(call.world.clock.now())}
    if not guild.is_room:
        typing["member"] = call.world.member_payload(standing.member)
    posting.tell(call.world, guild, channel, "TYPING_START", typing)
    return Answer(204, wrote=False)
