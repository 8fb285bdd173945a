"""Messages in their channels: storing, showing and telling the gateway."""

from bot.simulator import crossposts, payloads, permissions
from bot.simulator.clock import iso
from bot.simulator.drafts import EPHEMERAL
from bot.simulator.permissions import VIEW_CHANNEL
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Channel, Guild, Message
from bot.simulator.world import World


def payload(world: World, message: Message, *, with_nonce: bool = False) -> JsonObject:
    """A message as REST shows it; the nonce appears only in the answer and event of its creation."""
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
        "attachments": message.attachments,
        "embeds": message.embeds,
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
    if with_nonce and message.nonce is not None:
        body["nonce"] = message.nonce
    return body


def store(world: World, guild: Guild, channel: Channel, message: Message) -> None:
    """Put a new message into its channel and tell sessions that can see it."""
    channel.messages[message.id] = message
    channel.last_message_id = message.id
    _tell(world, guild, channel, "MESSAGE_CREATE", message)


def replace(world: World, guild: Guild, channel: Channel, message: Message, *, is_edit: bool = True) -> None:
    """Put a changed message in its place, and its crossposted copies in theirs; a flag that was set is no edit."""
    if is_edit:
        message.edited = iso(world.clock.now())
    channel.messages[message.id] = message
    _tell(world, guild, channel, "MESSAGE_UPDATE", message)
    for carried in crossposts.revised(world, message):
        replace(world, *carried, is_edit=is_edit)


def remove(world: World, guild: Guild, channel: Channel, message: Message) -> None:
    del channel.messages[message.id]
    if _visible(world, guild, channel):
        world.emit(
            "MESSAGE_DELETE",
            guild,
            {"id": str(message.id), "channel_id": str(channel.id), "guild_id": str(guild.id)},
        )
    for orphan in crossposts.orphaned(world, message):
        replace(world, *orphan, is_edit=False)


def _tell(world: World, guild: Guild, channel: Channel, name: str, message: Message) -> None:
    if message.flags & EPHEMERAL or not _visible(world, guild, channel):
        return
    body = payload(world, message, with_nonce=name == "MESSAGE_CREATE") | {"guild_id": str(guild.id)}
    author = guild.members.get(message.author_id)
    if author is not None:
        whole = world.member_payload(author)
        body["member"] = {key: value for key, value in whole.items() if key != "user"}
    world.emit(name, guild, body)


def _visible(world: World, guild: Guild, channel: Channel) -> bool:
    bot = guild.members.get(world.application.bot_id)
    if bot is None:
        return False
    return bool(permissions.in_channel(guild, bot, channel, world.clock.now()) & VIEW_CHANNEL)
