"""Deleting messages, one and many (Discord docs: Message > Delete Message, Bulk Delete Messages)."""

from bot.simulator import audit, posting
from bot.simulator.errors import refuse
from bot.simulator.permissions import MANAGE_MESSAGES
from bot.simulator.routes.messages import found_message
from bot.simulator.routing import DONE, Answer, Call, Routes
from bot.simulator.shapes import as_list
from bot.simulator.snowflakes import born_at
from bot.simulator.state import Message

routes = Routes()

BULK_SECONDS = 14 * 86_400
_LEAST, _MOST = 2, 100
# Recipients and calls, changes of name and icon, thread starters.
_UNDELETABLE = (1, 2, 3, 4, 5, 21)
_BY_AUTO_MODERATION = 24


@routes.on("DELETE", "/channels/{channel_id}/messages/{message_id}")
def delete_message(call: Call) -> Answer:
    """Only a message of somebody else, or of AutoMod, needs a permission, and only that is in the audit log."""
    guild, channel, standing = call.channel(direct=True)
    message = found_message(call, channel)
    foreign = message.author_id != call.actor_id
    if foreign or message.type == _BY_AUTO_MODERATION:
        standing.require_within(channel, MANAGE_MESSAGES)
    _require_deletable(message)
    posting.remove(call.world, guild, channel, message)
    if foreign:
        options: dict[str, object] = {"channel_id": str(message.channel_id), "count": "1"}
        audit.record(call, guild, audit.MESSAGE_DELETE, message.author_id, options=options)
    return DONE


@routes.on("POST", "/channels/{channel_id}/messages/bulk-delete")
def delete_messages(call: Call) -> Answer:
    """All or nothing. Ids of no message count among the 2 to 100 and are passed over otherwise."""
    guild, channel, standing = call.channel()
    standing.require_within(channel, MANAGE_MESSAGES)
    form = call.form()
    listed = as_list(form.data.get("messages"))
    if listed is not None and not _LEAST <= len(listed) <= _MOST:
        raise refuse(50016)
    ids = form.snowflake_set("messages", most=_MOST)
    form.settle()
    found = [channel.messages[each] for each in ids if each in channel.messages]
    oldest = call.world.clock.now() - BULK_SECONDS
    if any(born_at(message.id) < oldest for message in found):
        raise refuse(50034)
    for message in found:
        _require_deletable(message)
    if found:
        posting.remove_many(call.world, guild, channel, found)
        count: dict[str, object] = {"count": str(len(found))}
        audit.record(call, guild, audit.MESSAGE_BULK_DELETE, channel.id, options=count)
    return DONE


def _require_deletable(message: Message) -> None:
    if message.type in _UNDELETABLE:
        raise refuse(50021)
