"""Published announcements: the copies in following channels, and what becomes of them with their source.

Discord docs: Resources > Message > Message Flags and Message Reference Content Attribution.
"""

import copy
from collections.abc import Iterator

from bot.simulator.components import IS_COMPONENTS_V2
from bot.simulator.drafts import new_message
from bot.simulator.errors import Refusal
from bot.simulator.message_flags import SILENT, SUPPRESS_EMBEDS
from bot.simulator.state import Channel, Guild, Message, Webhook
from bot.simulator.state.webhooks import CHANNEL_FOLLOWER
from bot.simulator.webhooks import author
from bot.simulator.world import World

CROSSPOSTED, IS_CROSSPOST, SOURCE_MESSAGE_DELETED = 1 << 0, 1 << 1, 1 << 3
CHANNEL_FOLLOW_ADD = 12
_CARRIED = SUPPRESS_EMBEDS | SILENT | IS_COMPONENTS_V2


def followers(world: World, channel: Channel) -> Iterator[tuple[Guild, Channel, Webhook]]:
    """Where an announcement channel's messages go: each guild, channel and webhook that follows it."""
    for guild in world.guilds.values():
        for webhook in guild.webhooks.values():
            if webhook.type == CHANNEL_FOLLOWER and webhook.source_channel_id == channel.id:
                yield guild, guild.channels[webhook.channel_id], webhook


def copied(world: World, source: Message, origin: Guild, into: Channel, webhook: Webhook) -> Message:
    """A new copy by the webhook that follows; the source keeps where it went."""
    made = new_message(world, into, webhook.id)
    made.webhook_id = webhook.id
    made.author = author(webhook)
    made.reference = {
        "type": 0,
        "message_id": str(source.id),
        "channel_id": str(source.channel_id),
        "guild_id": str(origin.id),
    }
    _take(made, source, world.guilds[into.guild_id])
    source.copies.append((into.id, made.id))
    return made


def revised(world: World, source: Message) -> list[tuple[Guild, Channel, Message]]:
    """The copies as they should be after the source was changed."""
    found: list[tuple[Guild, Channel, Message]] = []
    for guild, channel, kept in _kept(world, source):
        made = copy.copy(kept)
        _take(made, source, guild)
        found.append((guild, channel, made))
    return found


def orphaned(world: World, source: Message) -> list[tuple[Guild, Channel, Message]]:
    """The copies after the source was deleted: what they say stays."""
    found: list[tuple[Guild, Channel, Message]] = []
    for guild, channel, kept in _kept(world, source):
        made = copy.copy(kept)
        made.flags |= SOURCE_MESSAGE_DELETED
        found.append((guild, channel, made))
    return found


def _kept(world: World, source: Message) -> Iterator[tuple[Guild, Channel, Message]]:
    """Copies that are still there; whether the channel still follows does not matter."""
    for channel_id, message_id in source.copies:
        try:
            guild, channel = world.find_channel(channel_id)
        except Refusal:
            continue
        if message_id in channel.messages:
            yield guild, channel, channel.messages[message_id]


def _take(made: Message, source: Message, guild: Guild) -> None:
    """What the source says. Of its mentions only people of the guild it arrives in; roles are another guild's.

    The docs are silent on mentions and components of copies; ``mention_channels`` needs a public guild and is left out.
    """
    made.content = source.content
    made.embeds = source.embeds
    made.attachments = source.attachments
    made.components = source.components
    made.mentions = [each for each in source.mentions if each in guild.members]
    made.flags = source.flags & _CARRIED | made.flags & ~_CARRIED | IS_CROSSPOST
