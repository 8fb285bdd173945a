"""What a new message has to observe beside its form: nonces, replies, slowmode (Discord docs: Message > Create
Message, Channel > Channel Structure)."""

from bot.simulator import posting
from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import BYPASS_SLOWMODE, READ_MESSAGE_HISTORY
from bot.simulator.state import Channel, Guild, Message
from bot.simulator.world import World

NONCE_SECONDS = 300.0
REPLY = 19
# DEFAULT, REPLY, CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND; every other type is a message by the system.
ORDINARY = (0, REPLY, 20, 23)
_NONCE_LENGTH = 25


def read_nonce(form: Form) -> int | str | None:
    nonce = form.data.get("nonce")
    if nonce is None or (isinstance(nonce, int) and not isinstance(nonce, bool)):
        return nonce
    if not isinstance(nonce, str):
        form.bad("nonce", "NONCE_TYPE_INVALID_TYPE", "This field must be a string or integer.")
        return None
    if len(nonce) > _NONCE_LENGTH:
        form.bad("nonce", "NONCE_TYPE_TOO_LONG", f"Must be {_NONCE_LENGTH} or fewer characters long.")
    return nonce


def sent_before(world: World, form: Form, channel: Channel, message: Message) -> Message | None:
    """With ``enforce_nonce`` the author's message of the last minutes with the same nonce, while it is there."""
    if message.nonce is None or not form.flag("enforce_nonce", False):
        return None
    at, message_id = world.nonces.get(_key(message), (0.0, 0))
    return channel.messages.get(message_id) if world.clock.now() - at <= NONCE_SECONDS else None


def remember(world: World, channel: Channel, message: Message) -> None:
    """That it was sent, for the nonce and for slowmode."""
    now = world.clock.now()
    channel.last_sent[message.author_id] = now
    if message.nonce is not None:
        world.nonces[_key(message)] = (now, message.id)


def _key(message: Message) -> tuple[int, int, str]:
    return (message.channel_id, message.author_id, str(message.nonce))


def read_reply(form: Form, message: Message, guild: Guild, channel: Channel, powers: int) -> None:
    """Make it a reply. With ``fail_if_not_exists`` false it is sent as an ordinary message where there is no other."""
    found = form.form("message_reference")
    if found is None:
        return
    found.require("message_id")
    found.choice("type", 0, (0,))
    message_id, channel_id = found.snowflake("message_id"), found.snowflake("channel_id") or channel.id
    must_exist = found.flag("fail_if_not_exists", True)
    form.settle()
    if not powers & READ_MESSAGE_HISTORY:
        raise refuse(160_002)
    replied = channel.messages.get(message_id or 0)
    if channel_id != channel.id:
        other = "Cannot reply to a message in a different channel"
        form.bad("message_reference", "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", other)
    elif replied is None and must_exist:
        form.bad("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    elif replied is not None and replied.type not in ORDINARY:
        system = "Cannot reply to a system message"
        form.bad("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", system)
    form.settle()
    if replied is not None:
        message.type = REPLY
        message.reference = {
            "type": 0,
            "message_id": str(replied.id),
            "channel_id": str(channel.id),
            **posting.in_guild(guild),
        }


def require_patience(world: World, standing: Standing, channel: Channel, powers: int) -> None:
    """Slowmode: 20016 with the seconds that are left. Bots and who has BYPASS_SLOWMODE need not wait; managing messages
    or the channel has not been enough since 23 February 2026."""
    last = channel.last_sent.get(standing.member.user_id)
    if not channel.rate_limit_per_user or last is None:
        return
    if world.users[standing.member.user_id].bot or powers & BYPASS_SLOWMODE:
        return
    left = last + channel.rate_limit_per_user - world.clock.now()
    if left > 0:
        refusal = refuse(20016)
        refusal.body |= {"retry_after": left, "global": False}
        raise refusal
