"""Guilds made and read whole.

``POST /_sim/guilds`` takes a spec (see :mod:`bot.simulator.specs`) or ``{"native_template": …, **spec keys that win}``
and answers 201 ``{"id", "roles": {key: id}, "channels": {key: id}, "members": {username: id}}``, and likewise
``emojis``, ``stickers``, ``scheduled_events`` and ``auto_moderation`` by name.

``GET /_sim/guilds/{id}`` is the whole state in REST shapes: ``guild``, ``roles`` from @everyone up by hierarchy,
``channels`` by (position, id), ``members``, ``bans``, ``emojis``, ``stickers``, ``scheduled_events`` (to come and under
way), ``auto_moderation``, ``messages`` (``{channel id: [oldest first]}``), ``webhooks`` without their tokens,
``onboarding``, ``welcome_screen`` (null: none).

``DELETE /_sim/guilds/{id}`` removes the guild. ``POST /_sim/guilds/{id}/bot`` ``{"permissions",
"position"}`` and ``DELETE`` make the bot join and leave; one that is banned is refused (40007).
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.simulator import (
    membership,
    onboarding,
    payloads,
    permissions,
    posting,
    scheduled_events,
    webhooks,
    welcome,
)
from bot.simulator.auto_moderation import telling
from bot.simulator.casting import read_bits
from bot.simulator.control.wire import body_of, endpoints, guild_in, reply
from bot.simulator.errors import Refusal, refuse
from bot.simulator.forms import Form
from bot.simulator.native import spec_from
from bot.simulator.shapes import JsonObject, as_object
from bot.simulator.specs import SpecReader
from bot.simulator.state import Guild
from bot.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    return endpoints(
        world,
        ("POST", "/guilds", _create),
        ("GET", "/guilds/{guild_id}", _read),
        ("DELETE", "/guilds/{guild_id}", _remove),
        ("POST", "/guilds/{guild_id}/bot", _join),
        ("DELETE", "/guilds/{guild_id}/bot", _leave),
    )


async def _create(world: World, request: Request) -> Response:
    spec = await body_of(request)
    template = as_object(spec.pop("native_template", None))
    if template is not None:
        spec = spec_from(template) | spec
    reader = SpecReader(world, spec)
    guild = reader.build()
    return reply({"id": str(guild.id)} | reader.ids(), 201)


async def _read(world: World, request: Request) -> JsonObject:
    return dump(world, guild_in(world, request))


async def _remove(world: World, request: Request) -> JsonObject:
    world.forget_guild(guild_in(world, request))
    return {"ok": True}


async def _join(world: World, request: Request) -> JsonObject:
    guild = guild_in(world, request)
    if world.bot_in(guild):
        raise Refusal(409, 0, "The bot is a member already")
    if world.application.bot_id in guild.bans:
        raise refuse(40007)
    form = Form(await body_of(request))
    granted = read_bits(form, "permissions", permissions.ADMINISTRATOR)
    position = form.number("position", least=1)
    form.settle()
    membership.add_bot(world, guild, granted, position)
    world.adopt(guild)
    return {"ok": True}


async def _leave(world: World, request: Request) -> JsonObject:
    guild = guild_in(world, request)
    if not world.bot_in(guild):
        raise Refusal(409, 0, "The bot is not a member")
    membership.remove(world, guild, world.application.bot_id)
    return {"ok": True}


def dump(world: World, guild: Guild) -> JsonObject:
    ranked = sorted(guild.roles.values(), key=lambda role: permissions.rank(guild, role))
    channels = guild.ordered_channels()
    return {
        "guild": payloads.guild(guild),
        "roles": [payloads.role(role) for role in ranked],
        "emojis": [payloads.emoji(emoji, world.users[emoji.user_id]) for emoji in guild.emojis.values()],
        "stickers": [payloads.sticker(each, world.users[each.user_id]) for each in guild.stickers.values()],
        "scheduled_events": scheduled_events.listed(guild),
        "auto_moderation": [telling.payload(rule) for rule in guild.auto_moderation.values()],
        "channels": [payloads.channel(channel) for channel in channels],
        "members": [world.member_payload(member) for member in guild.members.values()],
        "messages": {
            str(channel.id): [posting.payload(world, message) for message in channel.messages.values()]
            for channel in channels
            if channel.messages
        },
        "bans": [payloads.ban(ban, world.users[ban.user_id]) for ban in guild.bans.values()],
        "webhooks": [webhooks.payload(world, webhook) for webhook in guild.webhooks.values()],
        "onboarding": onboarding.payload(guild, guild.onboarding),
        "welcome_screen": welcome.payload(guild.welcome_screen) if guild.welcome_screen.set_up else None,
    }
