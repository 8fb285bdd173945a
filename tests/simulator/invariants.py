"""What must hold in every state, whatever was called: references, limits, and the document's shapes of all there is."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from bot.simulator import emojis, scheduled_events, stickers
from bot.simulator.auto_moderation.triggers import TRIGGERS
from bot.simulator.contract import Contract
from bot.simulator.state import CATEGORY, Channel, Guild, Overwrite
from bot.simulator.state.scheduled_events import EXTERNAL
from bot.simulator.state.webhooks import INCOMING
from bot.simulator.world import World

# Of the world everything but what only measures it, what merely counts up, and what the gateway keeps for itself.
_SERVICES = {
    *("clock", "snowflakes", "journal", "faults", "limits", "bans"),
    *("hub", "gateway", "starts", "whole_lists", "outages", "appearance", "_configured", "_portal"),
}
_POINTERS = (
    "afk_channel_id",
    "system_channel_id",
    "rules_channel_id",
    "public_updates_channel_id",
    "safety_alerts_channel_id",
    "widget_channel_id",
)
_MOST_WEBHOOKS, _MOST_SHOWN = 15, 5
_MOST_ROLES, _MOST_CHANNELS, _MOST_CHILDREN = 250, 500, 50


def _opened(value: object) -> object:
    """Of what is not plain data its attributes, but for the other services it holds."""
    if isinstance(value, asyncio.Event):
        return value.is_set()
    return {name: each for name, each in vars(value).items() if name.lstrip("_") not in _SERVICES}


_encoder = msgspec.msgpack.Encoder(enc_hook=_opened)


def state_of(world: World) -> bytes:
    """All that is remembered; equal bytes are an unchanged world."""
    # An empty book of commands for a guild that was asked about is none.
    scopes = {scope: found for scope, found in vars(world.commands)["_scopes"].items() if found}
    kept = {name: value for name, value in vars(world).items() if name not in _SERVICES}
    permissions = [
        (guild_id, list(levels.items())) for guild_id, levels in world.commands.permissions.items()
    ]
    return _encoder.encode(kept | {"commands": (scopes, str(permissions))})


def broken(world: World) -> list[str]:
    """Sentences about references and limits that do not hold."""
    return [
        f"guild {guild.id}: {each}" for guild in world.guilds.values() for each in _in_guild(world, guild)
    ]


def _in_guild(world: World, guild: Guild) -> Iterator[str]:
    for what, most in (("roles", _MOST_ROLES), ("channels", _MOST_CHANNELS)):
        if len(getattr(guild, what)) > most:
            yield f"{len(getattr(guild, what))} {what}"
    if guild.id not in guild.roles or guild.owner_id not in guild.members:
        yield "has lost @everyone or its owner"
    for name in _POINTERS:
        if (pointed := getattr(guild, name)) is not None and pointed not in guild.channels:
            yield f"{name} names no channel"
    for channel in guild.channels.values():
        yield from (f"channel {channel.id}: {each}" for each in _in_channel(world, guild, channel))
    yield from _webhooks(guild)
    yield from _expressions(world, guild)
    yield from _events(guild)
    yield from _rules(world, guild)
    yield from _newcomers(guild)
    yield from _people(world, guild)
    yield from _positions(guild)


def _webhooks(guild: Guild) -> Iterator[str]:
    per_channel = Counter(webhook.channel_id for webhook in guild.webhooks.values())
    for channel_id, count in per_channel.items():
        if channel_id not in guild.channels or count > _MOST_WEBHOOKS:
            yield f"{count} webhooks in channel {channel_id}"
    for webhook in guild.webhooks.values():
        if (webhook.type == INCOMING) != (webhook.token is not None) or webhook.guild_id != guild.id:
            yield f"webhook {webhook.id} has a token as no webhook of its type has, or is another guild's"


def _expressions(world: World, guild: Guild) -> Iterator[str]:
    for emoji in guild.emojis.values():
        if set(emoji.roles) - guild.roles.keys() or emoji.user_id not in world.users:
            yield f"emoji {emoji.id} is for roles that are gone, or from nobody"
        if world.images.find(emojis.path(emoji.id)) is None:
            yield f"emoji {emoji.id} has no picture"
    for sticker in guild.stickers.values():
        if world.images.find(stickers.path(sticker.id)) is None or sticker.user_id not in world.users:
            yield f"sticker {sticker.id} has no file, or is from nobody"
    if len(guild.stickers) > stickers.slots(guild):
        yield f"{len(guild.stickers)} stickers"


def _events(guild: Guild) -> Iterator[str]:
    if len(scheduled_events.open_events(guild)) > scheduled_events.MOST:
        yield f"{len(guild.scheduled_events)} scheduled events"
    for event in guild.scheduled_events.values():
        if (event.entity_type == EXTERNAL) != (event.channel_id is None):
            yield f"event {event.id} is elsewhere and in a channel, or in neither"
        if event.channel_id is not None and event.channel_id not in guild.channels:
            yield f"event {event.id} is in a channel that is gone"
        if event.entity_type == EXTERNAL and not (event.location and event.ends):
            yield f"event {event.id} is nowhere, or does not end"


def _rules(world: World, guild: Guild) -> Iterator[str]:
    """AutoMod's, and who may use which command."""
    for kind, count in Counter(rule.trigger_type for rule in guild.auto_moderation.values()).items():
        if count > TRIGGERS[kind].most:
            yield f"{count} AutoMod rules of type {kind}"
    for target_id in world.commands.permissions.get(guild.id, {}):
        if target_id != world.application.id and world.commands.by_id(guild.id, target_id) is None:
            yield f"permissions of command {target_id}, which is gone"


def _newcomers(guild: Guild) -> Iterator[str]:
    """Channels and roles that newcomers are shown."""
    shown = [int(str(each["channel_id"])) for each in guild.welcome_screen.channels]
    if set(shown) - guild.channels.keys() or len(shown) > _MOST_SHOWN:
        yield f"the welcome screen shows {shown}"
    asked = guild.onboarding
    if set(asked.default_channel_ids) - guild.channels.keys():
        yield "a default channel of onboarding is gone"
    options: list[Any] = [each for prompt in asked.prompts for each in cast("list[Any]", prompt["options"])]
    for option in options:
        if {*map(int, option["channel_ids"])} - guild.channels.keys():
            yield f"option {option['id']} leads to channels that are gone"
        if {*map(int, option["role_ids"])} - guild.roles.keys():
            yield f"option {option['id']} gives roles that are gone"


def _people(world: World, guild: Guild) -> Iterator[str]:
    for member in guild.members.values():
        if strangers := [each for each in member.roles if each not in guild.roles or each == guild.id]:
            yield f"member {member.user_id} has roles {strangers}"
        if member.user_id not in world.users:
            yield f"member {member.user_id} is nobody"
    for user_id in guild.bans:
        if user_id in guild.members or user_id not in world.users:
            yield f"the ban of {user_id} is of a member, or of nobody"


def _positions(guild: Guild) -> Iterator[str]:
    for each in (*guild.roles.values(), *guild.channels.values()):
        if type(each.position) is not int or each.position < 0:
            yield f"{each.id} is at position {each.position!r}"
    if guild.roles[guild.id].position != 0:
        yield "@everyone is not the lowest role"


def _in_channel(world: World, guild: Guild, channel: Channel) -> Iterator[str]:
    if world.find_channel(channel.id)[0] is not guild or channel.guild_id != guild.id:
        yield "belongs elsewhere"
    for key, overwrite in channel.overwrites.items():
        if not _known(world, guild, key, overwrite):
            yield f"overwrite {key} is for nobody"
    if channel.parent_id is not None:
        parent = guild.channels.get(channel.parent_id)
        if parent is None or parent.type != CATEGORY or channel.type == CATEGORY:
            yield "has no category for a parent"
    if (children := len(guild.children(channel.id))) > _MOST_CHILDREN or (
        children and channel.type != CATEGORY
    ):
        yield f"has {children} children"
    for message in channel.messages.values():
        people = {message.author_id, *message.mentions} - {message.webhook_id}
        if message.channel_id != channel.id or people - world.users.keys() - guild.webhooks.keys():
            yield f"message {message.id} is of another channel, or of people nobody knows"


def _known(world: World, guild: Guild, key: int, overwrite: Overwrite) -> bool:
    there = guild.roles if overwrite.type == 0 else world.users
    return overwrite.id == key and key in there


# What a dump shows, by the operation that would answer with it.
_DUMPED = {
    "guild": "/guilds/{guild_id}",
    "roles": "/guilds/{guild_id}/roles",
    "channels": "/guilds/{guild_id}/channels",
    "members": "/guilds/{guild_id}/members",
    "bans": "/guilds/{guild_id}/bans",
    "emojis": "/guilds/{guild_id}/emojis",
    "stickers": "/guilds/{guild_id}/stickers",
    "scheduled_events": "/guilds/{guild_id}/scheduled-events",
    "auto_moderation": "/guilds/{guild_id}/auto-moderation/rules",
    "webhooks": "/guilds/{guild_id}/webhooks",
    "onboarding": "/guilds/{guild_id}/onboarding",
}


def misshapen(dump: dict[str, Any], contract: Contract) -> list[str]:
    """What the document has against a guild as the control surface shows it: settings, roles … and all messages."""
    shown = [(template, dump[key]) for key, template in _DUMPED.items()]
    if dump["welcome_screen"] is not None:
        shown.append(("/guilds/{guild_id}/welcome-screen", dump["welcome_screen"]))
    shown += [("/channels/{channel_id}/messages", messages) for messages in dump["messages"].values()]
    return [each for template, body in shown for each in contract.answer_errors("GET", template, 200, body)]
