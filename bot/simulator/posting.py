"""Messages in their channels: storing, showing and telling the gateway."""

import contextlib

from bot.simulator import crossposts, events, payloads
from bot.simulator.clock import iso
from bot.simulator.components import walk
from bot.simulator.errors import Refusal
from bot.simulator.message_flags import EPHEMERAL, SUPPRESS_EMBEDS
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object
from bot.simulator.snowflakes import born_at
from bot.simulator.state import Channel, Guild, Message
from bot.simulator.world import World

_REPLY, _CONTEXT_MENU = 19, 23
_BULK = 100


def payload(world: World, message: Message, *, with_nonce: bool = False) -> JsonObject:
    """A message as REST shows it; the nonce appears only in the answer and event of its creation."""
    body = _alone(world, message)
    if message.reference is not None and message.type in (_REPLY, _CONTEXT_MENU):
        replied = _referenced(world, message.reference)
        body["referenced_message"] = None if replied is None else _alone(world, replied)
    if with_nonce and message.nonce is not None:
        body["nonce"] = message.nonce
    return body


def _alone(world: World, message: Message) -> JsonObject:
    """Without the message it replies to."""
    body: JsonObject = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": message.type,
        "content": message.content,
        "author": message.author or payloads.user(world.users[message.author_id]),
        "timestamp": message.timestamp,
        "edited_timestamp": message.edited,
        "tts": message.tts,
        "pinned": False,
        "mention_everyone": message.mention_everyone,
        "mentions": [payloads.user(world.users[each]) for each in message.mentions],
        "mention_roles": [str(each) for each in message.mention_roles],
        "attachments": _loose(message),
        "embeds": [] if message.flags & SUPPRESS_EMBEDS else message.embeds,
        "components": message.components,
        "flags": message.flags,
    }
    if message.webhook_id is not None:
        body["webhook_id"] = str(message.webhook_id)
    if message.application_id is not None:
        body["application_id"] = str(message.application_id)
    if message.interaction is not None:
        body |= message.interaction
    if message.reference is not None:
        body["message_reference"] = message.reference
    return body


def _loose(message: Message) -> list[JsonObject]:
    """Attachments that neither an embed nor a component shows (Discord docs: Message > Message Structure)."""
    shown: set[object] = set()
    for embed in message.embeds:
        for key in ("image", "thumbnail", "footer", "author"):
            part = as_object(embed.get(key)) or {}
            shown |= {part.get("url"), part.get("icon_url")}
    for component in walk(message.components):
        items = [as_object(each) or {} for each in as_list(component.get("items")) or ()]
        for each in [component, *items]:
            media = as_object(each.get("media") or each.get("file")) or {}
            shown.add(media.get("url"))
    return [each for each in message.attachments if each["url"] not in shown]


def _referenced(world: World, reference: JsonObject) -> Message | None:
    with contextlib.suppress(Refusal):
        _, channel = world.find_channel(as_int(reference.get("channel_id")) or 0)
        return channel.messages.get(as_int(reference.get("message_id")) or 0)
    return None


def seen_by(world: World, actor_id: int, message: Message) -> JsonObject:
    """A message as REST shows it to one reader: what people wrote is kept from a bot whose portal does not grant it.

    Discord docs: Gateway > Message Content Intent.
    """
    body = payload(world, message)
    own = actor_id == world.application.bot_id
    if own and not events.content_granted(world.application.flags):
        return events.without_content(body, actor_id)
    return body


def store(world: World, guild: Guild, channel: Channel, message: Message) -> None:
    """Put a new message into its channel and tell sessions that can see it."""
    channel.messages[message.id] = message
    channel.last_message_id = message.id
    _publish(world, guild, channel, "MESSAGE_CREATE", message)


def replace(world: World, guild: Guild, channel: Channel, message: Message, *, is_edit: bool = True) -> None:
    """Put a changed message in its place, and its crossposted copies in theirs; a flag that was set is no edit."""
    if is_edit:
        message.edited = iso(world.clock.now())
    channel.messages[message.id] = message
    _publish(world, guild, channel, "MESSAGE_UPDATE", message)
    for carried in crossposts.revised(world, message):
        replace(world, *carried, is_edit=is_edit)


def remove(world: World, guild: Guild, channel: Channel, message: Message) -> None:
    del channel.messages[message.id]
    tell(world, guild, channel, "MESSAGE_DELETE", {"id": str(message.id)})
    _orphan(world, [message])


def remove_many(world: World, guild: Guild, channel: Channel, messages: list[Message]) -> None:
    """In one event for every hundred."""
    for at in range(0, len(messages), _BULK):
        chunk = messages[at : at + _BULK]
        for message in chunk:
            del channel.messages[message.id]
        tell(world, guild, channel, "MESSAGE_DELETE_BULK", {"ids": [str(message.id) for message in chunk]})
    _orphan(world, messages)


def _orphan(world: World, gone: list[Message]) -> None:
    """Crossposted copies say that their source was deleted."""
    for message in gone:
        for copied in crossposts.orphaned(world, message):
            replace(world, *copied, is_edit=False)


def purge(world: World, guild: Guild, author_id: int, since: float) -> None:
    """Delete what somebody wrote since a moment, in every channel."""
    for channel in guild.channels.values():
        found = [
            message
            for message in channel.messages.values()
            if message.author_id == author_id and born_at(message.id) >= since
        ]
        if len(found) == 1:
            remove(world, guild, channel, found[0])
        else:
            remove_many(world, guild, channel, found)


def _publish(world: World, guild: Guild, channel: Channel, name: str, message: Message) -> None:
    """The event has the author as a member, and so those who are mentioned; an update is never read aloud."""
    if message.flags & EPHEMERAL:
        return
    body = payload(world, message, with_nonce=name == "MESSAGE_CREATE") | {"channel_type": channel.type}
    if name == "MESSAGE_UPDATE":
        body["tts"] = False
    if (author := _partial_member(world, guild, message.author_id)) is not None:
        body["member"] = author
    body["mentions"] = [_mentioned(world, guild, user_id) for user_id in message.mentions]
    tell(world, guild, channel, name, body)


def _mentioned(world: World, guild: Guild, user_id: int) -> JsonObject:
    user, member = payloads.user(world.users[user_id]), _partial_member(world, guild, user_id)
    return user if member is None else user | {"member": member}


def _partial_member(world: World, guild: Guild, user_id: int) -> JsonObject | None:
    member = guild.members.get(user_id)
    if member is None or guild.is_room:
        return None
    return {key: value for key, value in world.member_payload(member).items() if key != "user"}


def tell(world: World, guild: Guild, channel: Channel, name: str, data: JsonObject) -> None:
    """Send an event of a channel."""
    place: JsonObject = {"channel_id": str(channel.id)} | in_guild(guild)
    world.emit(name, guild, data | place)


def in_guild(guild: Guild) -> JsonObject:
    """The guild of what is shown, which a direct message has none of."""
    return {} if guild.is_room else {"guild_id": str(guild.id)}
