"""Publishing an announcement (Discord docs: Message > Crosspost Message)."""

import copy

from bot.simulator import crossposts, posting
from bot.simulator.crossposts import CROSSPOSTED, IS_CROSSPOST
from bot.simulator.errors import refuse
from bot.simulator.permissions import MANAGE_MESSAGES, SEND_MESSAGES
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.state import ANNOUNCEMENT

routes = Routes()

_DEFAULT = 0


@routes.on("POST", "/channels/{channel_id}/messages/{message_id}/crosspost")
def crosspost_message(call: Call) -> Answer:
    """Once (40033), and ordinary messages only (50068): replies, answers to commands and the system's stay here.

    The source is not edited by it: it gets a flag, and its copies are new messages.
    """
    guild, channel, standing = call.channel()
    if channel.type != ANNOUNCEMENT:
        raise refuse(50024)
    message = channel.messages.get(call.id("message_id"))
    if message is None:
        raise refuse(10008)
    own = message.author_id == call.actor_id
    standing.require_within(channel, SEND_MESSAGES if own else SEND_MESSAGES | MANAGE_MESSAGES)
    if message.flags & (CROSSPOSTED | IS_CROSSPOST):
        raise refuse(40033)
    if message.type != _DEFAULT:
        raise refuse(50068)
    published = copy.copy(message)
    published.flags |= CROSSPOSTED
    posting.replace(call.world, guild, channel, published, is_edit=False)
    for there, into, webhook in crossposts.followers(call.world, channel):
        posting.store(call.world, there, into, crossposts.copied(call.world, published, guild, into, webhook))
    return ok(posting.payload(call.world, published))
