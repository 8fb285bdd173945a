"""Webhooks as those manage them who may: made, listed, read, edited, moved, deleted (docs: Resources > Webhook)."""

import copy

from bot.simulator import audit, webhooks
from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.images import Image, read_image
from bot.simulator.permissions import MANAGE_WEBHOOKS
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.state import Guild, Webhook
from bot.simulator.state.webhooks import INCOMING
from bot.simulator.webhooks import payload_for

routes = Routes()


@routes.on("POST", "/channels/{channel_id}/webhooks")
def create_webhook(call: Call) -> Answer:
    guild, channel, standing = call.channel()
    standing.require_within(channel, MANAGE_WEBHOOKS)
    form = call.form()
    form.require("name")
    name, avatar = webhooks.read_name(form, "name", ""), read_image(form, "avatar")
    form.settle()
    webhooks.require_place(guild, channel, INCOMING)
    webhooks.require_room(guild)
    by_bot = call.world.users[call.actor_id].bot
    webhook = webhooks.incoming(call.world, channel, name, call.actor_id, by_bot=by_bot)
    webhook.avatar = call.world.images.keep(avatar, f"avatars/{webhook.id}")
    add(call, guild, webhook)
    return ok(payload_for(call.world, webhook, call.actor_id), webhook_id=webhook.id)


@routes.on("GET", "/channels/{channel_id}/webhooks")
def list_channel_webhooks(call: Call) -> Answer:
    guild, channel, standing = call.channel()
    standing.require_within(channel, MANAGE_WEBHOOKS)
    found = [each for each in guild.webhooks.values() if each.channel_id == channel.id]
    return ok([payload_for(call.world, each, call.actor_id) for each in found])


@routes.on("GET", "/guilds/{guild_id}/webhooks")
def list_guild_webhooks(call: Call) -> Answer:
    guild, standing = call.guild()
    standing.require(MANAGE_WEBHOOKS)
    return ok([payload_for(call.world, each, call.actor_id) for each in guild.webhooks.values()])


@routes.on("GET", "/webhooks/{webhook_id}")
def get_webhook(call: Call) -> Answer:
    """The application that owns it needs no permission."""
    guild, webhook = webhooks.find(call.world, call.id("webhook_id"))
    if webhook.application_id != call.actor_id:
        _manager(call, guild, webhook)
    return ok(payload_for(call.world, webhook, call.actor_id))


@routes.on("PATCH", "/webhooks/{webhook_id}")
def edit_webhook(call: Call) -> Answer:
    """``channel_id`` moves it within its guild, where MANAGE_WEBHOOKS is needed too."""
    guild, webhook = webhooks.find(call.world, call.id("webhook_id"))
    standing = _manager(call, guild, webhook)
    form = call.form()
    edited, avatar = read(form, webhook)
    channel_id = form.snowflake("channel_id")
    form.settle()
    if channel_id is not None and channel_id != webhook.channel_id:
        _move(standing, edited, channel_id)
    change(call, guild, webhook, edited, avatar)
    return ok(payload_for(call.world, edited, call.actor_id))


@routes.on("DELETE", "/webhooks/{webhook_id}")
def delete_webhook(call: Call) -> Answer:
    guild, webhook = webhooks.find(call.world, call.id("webhook_id"))
    _manager(call, guild, webhook)
    remove(call, guild, webhook)
    return DONE


def _manager(call: Call, guild: Guild, webhook: Webhook) -> Standing:
    if call.actor_id not in guild.members:
        raise refuse(50001)
    standing = call.standing(guild)
    standing.require_within(guild.channels[webhook.channel_id], MANAGE_WEBHOOKS)
    return standing


def _move(standing: Standing, edited: Webhook, channel_id: int) -> None:
    guild = standing.guild
    channel = guild.channels.get(channel_id)
    if channel is None:
        raise refuse(10003)
    standing.require_within(channel, MANAGE_WEBHOOKS)
    webhooks.require_place(guild, channel, edited.type)
    edited.channel_id = channel.id


# What the routes with a token do too


def read(form: Form, webhook: Webhook) -> tuple[Webhook, Image | None]:
    """The webhook with a form's name and avatar; the image is kept when everything else is right."""
    edited = copy.copy(webhook)
    if "name" in form:
        form.require("name")
        edited.name = webhooks.read_name(form, "name", webhook.name)
    avatar = read_image(form, "avatar")
    if "avatar" in form:
        edited.avatar = None if avatar is None else avatar.hash
    return edited, avatar


def add(call: Call, guild: Guild, webhook: Webhook) -> None:
    guild.webhooks[webhook.id] = webhook
    webhooks.tell(call.world, guild, webhook.channel_id)
    facts = webhooks.facts(webhook)
    audit.record(call, guild, audit.WEBHOOK_CREATE, webhook.id, audit.changes({}, facts, facts))


def change(call: Call, guild: Guild, webhook: Webhook, edited: Webhook, avatar: Image | None) -> None:
    """One that moves is told of in both channels."""
    call.world.images.keep(avatar, f"avatars/{webhook.id}")
    guild.webhooks[webhook.id] = edited
    before, after = webhooks.facts(webhook), webhooks.facts(edited)
    if before != after:
        webhooks.tell(call.world, guild, webhook.channel_id, edited.channel_id)
    audit.record(call, guild, audit.WEBHOOK_UPDATE, webhook.id, audit.changes(before, after, after))


def remove(call: Call, guild: Guild, webhook: Webhook) -> None:
    """Its messages stay."""
    del guild.webhooks[webhook.id]
    webhooks.tell(call.world, guild, webhook.channel_id)
    facts = webhooks.facts(webhook)
    audit.record(call, guild, audit.WEBHOOK_DELETE, webhook.id, audit.changes(facts, {}, facts))
