"""Webhooks: their names and places, how they are found, shown and told of (Discord docs: Resources > Webhook)."""

from secrets import token_urlsafe

from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.payloads import maybe, user
from bot.simulator.shapes import JsonObject
from bot.simulator.state import CATEGORY, TEXT, Channel, Guild, Webhook
from bot.simulator.state.webhooks import CHANNEL_FOLLOWER, INCOMING
from bot.simulator.world import World

CHANNEL_LIMIT, GUILD_LIMIT = 15, 1000
NAME_LENGTH = 80
_TOKEN_BYTES = 51  # 68 characters, as Discord's
_FORBIDDEN = ("clyde", "discord")


def read_name(form: Form, key: str, default: str) -> str:
    """Trimmed, runs of blanks made one (docs: User > Usernames and Nicknames); ``null`` is the default too."""
    raw = form.text(key, least=1, most=NAME_LENGTH)
    if raw is None:
        return default
    name = " ".join(raw.split())
    if not name:
        form.bad_length(key, 1, NAME_LENGTH)
    for part in _FORBIDDEN:
        if part in name.lower():
            form.bad(key, "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{part}"')
    return name


def incoming(world: World, channel: Channel, name: str, user_id: int, *, by_bot: bool = False) -> Webhook:
    """A new webhook with a token; one that a bot makes belongs to the bot's application, which has the bot's id."""
    return Webhook(
        id=world.mint(),
        type=INCOMING,
        guild_id=channel.guild_id,
        channel_id=channel.id,
        name=name,
        user_id=user_id,
        token=token_urlsafe(_TOKEN_BYTES),
        application_id=user_id if by_bot else None,
    )


def find(world: World, webhook_id: int) -> tuple[Guild, Webhook]:
    """The webhook and its guild, or 10015."""
    for guild in world.guilds.values():
        if webhook_id in guild.webhooks:
            return guild, guild.webhooks[webhook_id]
    raise refuse(10015)


def require_place(guild: Guild, channel: Channel, kind: int) -> None:
    """50024 where such a webhook cannot be, 30007 where there are too many.

    Announcements are followed into text channels: Discord's client offers no others, its docs are silent.
    """
    fits = channel.type == TEXT if kind == CHANNEL_FOLLOWER else channel.type != CATEGORY
    if not fits:
        raise refuse(50024)
    if sum(each.channel_id == channel.id for each in guild.webhooks.values()) >= CHANNEL_LIMIT:
        raise refuse(30007)


def require_room(guild: Guild) -> None:
    if len(guild.webhooks) >= GUILD_LIMIT:
        raise refuse(30058)


def payload(world: World, webhook: Webhook, *, token: bool = False, maker: bool = True) -> JsonObject:
    """The webhook with or without its token and the user who made it."""
    body: JsonObject = {
        "id": str(webhook.id),
        "type": webhook.type,
        "guild_id": str(webhook.guild_id),
        "channel_id": str(webhook.channel_id),
        "name": webhook.name,
        "avatar": webhook.avatar,
        "application_id": maybe(webhook.application_id),
    }
    if maker:
        body["user"] = user(world.users[webhook.user_id])
    if token and webhook.token is not None:
        body["token"] = webhook.token
    return body | _source(world, webhook)


def payload_for(world: World, webhook: Webhook, reader_id: int) -> JsonObject:
    """As somebody who may manage it sees it: the token of an application's webhook is for that application alone.

    That is not in the docs; Discord has done so since June 2021 (discord-api-docs issue 3056, discord.js pull 5798).
    """
    return payload(world, webhook, token=webhook.application_id in (None, reader_id))


def _source(world: World, webhook: Webhook) -> JsonObject:
    """What a follower follows; absent once its maker has left that guild (docs: Webhook Structure)."""
    guild = world.guilds.get(webhook.source_guild_id or 0)
    channel = None if guild is None else guild.channels.get(webhook.source_channel_id or 0)
    if guild is None or channel is None or webhook.user_id not in guild.members:
        return {}
    return {
        "source_guild": {"id": str(guild.id), "name": guild.name, "icon": guild.icon},
        "source_channel": {"id": str(channel.id), "name": channel.name},
    }


def author(webhook: Webhook, name: str | None = None, avatar: str | None = None) -> JsonObject:
    """Who its messages are by, under its own name and avatar or those of one message."""
    return {
        "id": str(webhook.id),
        "username": name or webhook.name,
        "global_name": None,
        "avatar": avatar or webhook.avatar,
        "discriminator": "0000",
        "public_flags": 0,
        "flags": 0,
        "bot": True,
        "primary_guild": None,
    }


def facts(webhook: Webhook) -> JsonObject:
    """What the audit log has of it, the image under a name of its own (docs: Audit Log Change Exceptions)."""
    return {
        "name": webhook.name,
        "type": webhook.type,
        "channel_id": str(webhook.channel_id),
        "avatar_hash": webhook.avatar,
    }


def tell(world: World, guild: Guild, *channel_ids: int) -> None:
    """WEBHOOKS_UPDATE says of which channel, not what."""
    for channel_id in dict.fromkeys(channel_ids):
        world.emit("WEBHOOKS_UPDATE", guild, {"guild_id": str(guild.id), "channel_id": str(channel_id)})
