"""Messages of a channel: send, read, edit, delete (Discord docs: Resources > Message)."""

from bot.simulator import audit, drafts, posting
from bot.simulator.auto_moderation.enforcement import enforce
from bot.simulator.crossposts import CHANNEL_FOLLOW_ADD
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import EMBED_LINKS, MANAGE_MESSAGES, READ_MESSAGE_HISTORY, SEND_MESSAGES
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.state import CATEGORY, FORUM, MEDIA, Channel, Guild, Message

routes = Routes()

NONCE_SECONDS = 300.0
_NONCE_LENGTH = 25


@routes.on("POST", "/channels/{channel_id}/messages")
def send_message(call: Call) -> Answer:
    """With ``enforce_nonce`` a nonce used in the last minutes returns the first message and sends nothing."""
    guild, channel, standing = call.channel()
    if channel.type in (CATEGORY, FORUM, MEDIA):
        raise refuse(50008)
    standing.require_within(channel, SEND_MESSAGES)
    form = call.form()
    nonce = _nonce(form)
    message = drafts.write(form, drafts.new_message(call.world, channel, call.actor_id), guild, call.world)
    if message.embeds:
        standing.require_within(channel, EMBED_LINKS)
    enforce(call, guild, channel, message)
    message.reference = _reference(form, channel)
    message.type = 0 if message.reference is None else 19
    message.nonce = nonce
    if nonce is not None:
        key = (channel.id, call.actor_id, str(nonce))
        now = call.world.clock.now()
        sent = call.world.nonces.get(key)
        if sent is not None and form.flag("enforce_nonce", False) and now - sent[0] <= NONCE_SECONDS:
            first = channel.messages.get(sent[1])
            if first is not None:
                return ok(posting.payload(call.world, first, with_nonce=True), wrote=False)
        call.world.nonces[key] = (now, message.id)
    posting.store(call.world, guild, channel, message)
    return ok(posting.payload(call.world, message, with_nonce=True), message_id=message.id)


def _nonce(form: Form) -> int | str | None:
    nonce = form.data.get("nonce")
    if nonce is None or (isinstance(nonce, int) and not isinstance(nonce, bool)):
        return nonce
    if not isinstance(nonce, str):
        form.bad("nonce", "NONCE_TYPE_INVALID", f'Value "{nonce}" is not a nonce.')
        return None
    if len(nonce) > _NONCE_LENGTH:
        form.bad_length("nonce", 0, _NONCE_LENGTH)
    return nonce


def _reference(form: Form, channel: Channel) -> dict[str, object] | None:
    reference = form.form("message_reference")
    if reference is None:
        return None
    message_id = reference.snowflake("message_id")
    form.settle()
    if message_id not in channel.messages:
        if not reference.flag("fail_if_not_exists", True):
            return None
        form.bad("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        form.settle()
    return {
        "type": 0,
        "message_id": str(message_id),
        "channel_id": str(channel.id),
        "guild_id": str(channel.guild_id),
    }


@routes.on("GET", "/channels/{channel_id}/messages")
def list_messages(call: Call) -> Answer:
    """Newest first; without READ_MESSAGE_HISTORY there is nothing to see."""
    _, channel, standing = call.channel()
    limit = call.number("limit", 50, 1, 100)
    if not standing.within(channel) & READ_MESSAGE_HISTORY:
        return ok([])
    before, after, around = call.snowflake("before"), call.snowflake("after"), call.snowflake("around")
    ids = sorted(channel.messages)
    if around is not None:
        half = limit // 2
        ids = [each for each in ids if each < around][-half:] + [each for each in ids if each >= around][
            : half + 1
        ]
    elif after is not None:
        ids = [each for each in ids if each > after][:limit]
    else:
        ids = [each for each in ids if before is None or each < before][-limit:]
    return ok([posting.payload(call.world, channel.messages[each]) for each in reversed(ids)])


@routes.on("GET", "/channels/{channel_id}/messages/{message_id}")
def get_message(call: Call) -> Answer:
    _, channel, standing = call.channel()
    standing.require_within(channel, READ_MESSAGE_HISTORY)
    return ok(posting.payload(call.world, _found(call, channel)))


@routes.on("PATCH", "/channels/{channel_id}/messages/{message_id}")
def edit_message(call: Call) -> Answer:
    guild, channel, _ = call.channel()
    message = _found(call, channel)
    if message.author_id != call.actor_id:
        raise refuse(50005)
    if message.type == CHANNEL_FOLLOW_ADD:
        raise refuse(50021)
    edited = drafts.write(call.form(), message, guild, call.world)
    enforce(call, guild, channel, edited)
    posting.replace(call.world, guild, channel, edited)
    return ok(posting.payload(call.world, edited))


@routes.on("DELETE", "/channels/{channel_id}/messages/{message_id}")
def delete_message(call: Call) -> Answer:
    """Only a message of somebody else needs a permission, and only that is in the audit log."""
    guild, channel, standing = call.channel()
    message = _found(call, channel)
    if message.author_id != call.actor_id:
        standing.require_within(channel, MANAGE_MESSAGES)
        _log(call, guild, message)
    posting.remove(call.world, guild, channel, message)
    return DONE


def _log(call: Call, guild: Guild, message: Message) -> None:
    options: dict[str, object] = {"channel_id": str(message.channel_id), "count": "1"}
    audit.record(call, guild, audit.MESSAGE_DELETE, message.author_id, options=options)


@routes.on("POST", "/channels/{channel_id}/typing")
def trigger_typing(call: Call) -> Answer:
    _, channel, standing = call.channel()
    standing.require_within(channel, SEND_MESSAGES)
    return Answer(204, wrote=False)


def _found(call: Call, channel: Channel) -> Message:
    message = channel.messages.get(call.id("message_id"))
    if message is None:
        raise refuse(10008)
    return message
