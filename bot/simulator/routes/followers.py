"""Announcement channels followed into other channels (Discord docs: Channel > Follow Announcement Channel)."""

from bot.simulator import posting, webhooks
from bot.simulator.crossposts import CHANNEL_FOLLOW_ADD
from bot.simulator.drafts import new_message
from bot.simulator.errors import refuse
from bot.simulator.permissions import MANAGE_WEBHOOKS
from bot.simulator.routes.webhooks import add
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.state import ANNOUNCEMENT, Channel, Guild, Webhook
from bot.simulator.state.webhooks import CHANNEL_FOLLOWER

routes = Routes()


@routes.on("POST", "/channels/{channel_id}/followers")
def follow_channel(call: Call) -> Answer:
    """The target may be another guild's; nothing says that a channel is followed into the same one only once."""
    origin, source, _ = call.channel()
    if source.type != ANNOUNCEMENT:
        raise refuse(50024)
    form = call.form()
    form.require("webhook_channel_id")
    channel_id = form.snowflake("webhook_channel_id")
    form.settle()
    guild, channel = call.world.find_channel(channel_id or 0)
    if call.actor_id not in guild.members:
        raise refuse(50001)
    call.standing(guild).require_within(channel, MANAGE_WEBHOOKS)
    webhooks.require_place(guild, channel, CHANNEL_FOLLOWER)
    webhooks.require_room(guild)
    webhook = _follower(call, origin, source, channel)
    add(call, guild, webhook)
    _announce(call, guild, channel, webhook)
    body = {"channel_id": str(source.id), "webhook_id": str(webhook.id)}
    return ok(body, webhook_id=webhook.id)


def _follower(call: Call, origin: Guild, source: Channel, channel: Channel) -> Webhook:
    """It speaks with the followed guild's icon, under the names of guild and channel."""
    webhook = Webhook(
        id=call.world.mint(),
        type=CHANNEL_FOLLOWER,
        guild_id=channel.guild_id,
        channel_id=channel.id,
        name=f"{origin.name} #{source.name}"[: webhooks.NAME_LENGTH],
        user_id=call.actor_id,
        avatar=origin.icon,
        source_guild_id=origin.id,
        source_channel_id=source.id,
    )
    icon = call.world.images.find(f"icons/{origin.id}/{origin.icon}")
    call.world.images.keep(icon, f"avatars/{webhook.id}")
    return webhook


def _announce(call: Call, guild: Guild, channel: Channel, webhook: Webhook) -> None:
    """The system message by whoever followed, which refers to the followed channel and to no message of it."""
    message = new_message(call.world, channel, call.actor_id)
    message.type = CHANNEL_FOLLOW_ADD
    message.content = webhook.name
    message.reference = {
        "type": 0,
        "channel_id": str(webhook.source_channel_id),
        "guild_id": str(webhook.source_guild_id),
    }
    posting.store(call.world, guild, channel, message)
