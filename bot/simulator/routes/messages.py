"""Messages of a channel: send, read, edit (Discord docs: Resources > Message)."""

import copy
from bisect import bisect_left

from bot.simulator import direct, drafts, posting, sending
from bot.simulator.access import Standing
from bot.simulator.auto_moderation.enforcement import enforce
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.message_flags import SUPPRESS_EMBEDS
from bot.simulator.permissions import MANAGE_MESSAGES, READ_MESSAGE_HISTORY, SEND_MESSAGES
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.state import CATEGORY, FORUM, MEDIA, Channel, Message

routes = Routes()

_ALL, _ONE = "/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}"
# Keys that change nothing of what somebody wrote; with these alone it does not count as edited.
_UNSEEN = {"flags", "allowed_mentions"}


def require_text(channel: Channel) -> None:
    """Nobody writes into a category, and into forums only through their threads."""
    if channel.type == CATEGORY:
        raise refuse(50008)
    if channel.type in (FORUM, MEDIA):
        raise refuse(40058)


@routes.on("POST", _ALL)
def send_message(call: Call) -> Answer:
    """With ``enforce_nonce`` a nonce used in the last minutes returns the first message and sends nothing."""
    guild, channel, standing = call.channel(direct=True)
    require_text(channel)
    standing.require_within(channel, SEND_MESSAGES)
    if guild.is_room:
        direct.require_welcome(call.world, guild)
    powers, form = standing.within(channel), call.form()
    blank = drafts.new_message(call.world, channel, call.actor_id)
    blank.nonce = sending.read_nonce(form)
    sending.read_reply(form, blank, guild, channel, powers)
    message = drafts.write(form, blank, guild, call.world, powers=powers)
    first = sending.sent_before(call.world, form, channel, message)
    if first is not None:
        return ok(posting.payload(call.world, first, with_nonce=True), wrote=False)
    sending.require_patience(call.world, standing, channel, powers)
    enforce(call, guild, channel, message)
    sending.remember(call.world, channel, message)
    posting.store(call.world, guild, channel, message)
    return ok(posting.payload(call.world, message, with_nonce=True), message_id=message.id)


@routes.on("GET", _ALL)
def list_messages(call: Call) -> Answer:
    """Newest first; without READ_MESSAGE_HISTORY there is nothing to see.

    Of ``around``, ``after`` and ``before``, of which only one may be given, the first of these counts. An even
    ``limit`` around a message gives one more.
    """
    _, channel, standing = call.channel(direct=True)
    limit = call.number("limit", 50, 1, 100)
    before, after, around = call.snowflake("before"), call.snowflake("after"), call.snowflake("around")
    if not standing.within(channel) & READ_MESSAGE_HISTORY:
        return ok([])
    ids = sorted(channel.messages)
    if around is not None:
        half, place = limit // 2, bisect_left(ids, around)
        ids = ids[max(place - half, 0) : place + half + 1]
    elif after is not None:
        ids = [each for each in ids if each > after][:limit]
    else:
        ids = [each for each in ids if before is None or each < before][-limit:]
    found = [channel.messages[each] for each in reversed(ids)]
    return ok([posting.seen_by(call.world, call.actor_id, message) for message in found])


@routes.on("GET", _ONE)
def get_message(call: Call) -> Answer:
    _, channel, standing = call.channel(direct=True)
    standing.require_within(channel, READ_MESSAGE_HISTORY)
    return ok(posting.seen_by(call.world, call.actor_id, found_message(call, channel)))


@routes.on("PATCH", _ONE)
def edit_message(call: Call) -> Answer:
    """Its author may edit everything; others with MANAGE_MESSAGES whether its embeds show, and nothing else (50005)."""
    guild, channel, standing = call.channel(direct=True)
    message, form = found_message(call, channel), call.form()
    if message.author_id != call.actor_id:
        edited = _suppressed(form, message, channel, standing)
    else:
        _require_ordinary(message)
        edited = drafts.rewrite(form, message, guild, call.world, powers=standing.within(channel))
        enforce(call, guild, channel, edited)
    posting.replace(call.world, guild, channel, edited, is_edit=bool(form.data.keys() - _UNSEEN))
    return ok(posting.seen_by(call.world, call.actor_id, edited))


def _suppressed(form: Form, message: Message, channel: Channel, standing: Standing) -> Message:
    if "flags" not in form or form.data.keys() - _UNSEEN:
        raise refuse(50005)
    standing.require_within(channel, MANAGE_MESSAGES)
    _require_ordinary(message)
    edited = copy.copy(message)
    edited.flags = message.flags & ~SUPPRESS_EMBEDS | drafts.asked_flags(form, message) & SUPPRESS_EMBEDS
    form.settle()
    return edited


def _require_ordinary(message: Message) -> None:
    if message.type not in sending.ORDINARY:
        raise refuse(50021)


def found_message(call: Call, channel: Channel) -> Message:
    message = channel.messages.get(call.id("message_id"))
    if message is None:
        raise refuse(10008)
    return message
