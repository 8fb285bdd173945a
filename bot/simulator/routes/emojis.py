"""Emojis of a guild: read, create, edit, delete (Discord docs: Resources > Emoji)."""

import copy
import re

from bot.simulator import audit, emojis, payloads
from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.images import SMALL, Image, read_image
from bot.simulator.permissions import CREATE_GUILD_EXPRESSIONS, MANAGE_GUILD_EXPRESSIONS
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Emoji, Guild

routes = Routes()

_ALL = "/guilds/{guild_id}/emojis"
_ONE = _ALL + "/{emoji_id}"
_NAME = re.compile(r"[A-Za-z0-9_]*")
_KEYS = ("name",)  # docs: Audit Log Events, "Emoji name was updated"


@routes.on("GET", _ALL)
def list_emojis(call: Call) -> Answer:
    """With their creators for those who may make or manage emojis."""
    guild, standing = call.guild()
    seen = bool(standing.permissions & (CREATE_GUILD_EXPRESSIONS | MANAGE_GUILD_EXPRESSIONS))
    return ok([_shown(call, each, with_creator=seen) for each in guild.emojis.values()])


@routes.on("GET", _ONE)
def get_emoji(call: Call) -> Answer:
    """With its creator for those who may manage it."""
    guild, standing = call.guild()
    emoji = _found(call, guild)
    return ok(_shown(call, emoji, with_creator=_may_manage(standing, emoji)))


@routes.on("POST", _ALL)
def create_emoji(call: Call) -> Answer:
    """Images up to 256 KiB.

    The docs say of a larger one that it has no JSON error code; Discord sends 50035 with BINARY_TYPE_MAX_SIZE.
    """
    guild, standing = call.guild()
    standing.require(CREATE_GUILD_EXPRESSIONS)
    form = call.form()
    emoji = Emoji(id=call.world.mint(), name="", user_id=call.actor_id)
    form.require("name")
    form.require("image")
    _read(form, emoji)
    image = read_image(form, "image", most=SMALL)
    form.settle()
    emojis.require_alike(guild, emoji.roles)
    emoji.animated = image is not None and image.animated
    _require_room(guild, emoji)
    _keep(call, emoji, image)
    guild.emojis[emoji.id] = emoji
    emojis.tell(call.world, guild)
    body = _shown(call, emoji, with_creator=True)
    audit.record(call, guild, audit.EMOJI_CREATE, emoji.id, audit.changes({}, body, _KEYS))
    return ok(body, status=201, emoji_id=emoji.id)


@routes.on("PATCH", _ONE)
def edit_emoji(call: Call) -> Answer:
    """Neither the image nor whether it is a premium emoji can be changed."""
    guild, standing = call.guild()
    emoji = _found(call, guild)
    _require_manage(standing, emoji)
    form = call.form()
    edited = copy.copy(emoji)
    if "name" in form:
        form.require("name")
    _read(form, edited)
    form.settle()
    if edited.roles != emoji.roles:
        emojis.require_alike(guild, edited.roles)
        if emojis.is_premium(guild, edited) != emojis.is_premium(guild, emoji):
            raise refuse(50145)
    before = payloads.emoji(emoji)
    guild.emojis[emoji.id] = edited
    body = payloads.emoji(edited)
    if body != before:
        emojis.tell(call.world, guild)
    audit.record(call, guild, audit.EMOJI_UPDATE, emoji.id, audit.changes(before, body, _KEYS))
    return ok(_shown(call, edited, with_creator=True))


@routes.on("DELETE", _ONE)
def delete_emoji(call: Call) -> Answer:
    """The image goes with it; forum tags and messages that name the emoji keep its id."""
    guild, standing = call.guild()
    emoji = _found(call, guild)
    _require_manage(standing, emoji)
    del guild.emojis[emoji.id]
    call.world.images.drop(emojis.path(emoji.id))
    emojis.tell(call.world, guild)
    gone = audit.changes(payloads.emoji(emoji), {}, _KEYS)
    audit.record(call, guild, audit.EMOJI_DELETE, emoji.id, gone)
    return DONE


def _found(call: Call, guild: Guild) -> Emoji:
    emoji = guild.emojis.get(call.id("emoji_id"))
    if emoji is None:
        raise refuse(10014)
    return emoji


def _shown(call: Call, emoji: Emoji, *, with_creator: bool) -> JsonObject:
    return payloads.emoji(emoji, call.world.users.get(emoji.user_id) if with_creator else None)


def _may_manage(standing: Standing, emoji: Emoji) -> bool:
    """One's own emojis need the permission to make them only."""
    sufficient = MANAGE_GUILD_EXPRESSIONS
    if emoji.user_id == standing.member.user_id:
        sufficient |= CREATE_GUILD_EXPRESSIONS
    return bool(standing.permissions & sufficient)


def _require_manage(standing: Standing, emoji: Emoji) -> None:
    if not _may_manage(standing, emoji):
        raise refuse(50013)


def _read(form: Form, emoji: Emoji) -> None:
    name = form.text("name", emoji.name, least=2, most=32)
    if name is not None and not _NAME.fullmatch(name):
        form.bad("name", "STRING_TYPE_REGEX", "String value did not match validation regex.")
    emoji.name = name or emoji.name
    if "roles" in form:
        emoji.roles = form.snowflakes("roles", most=250) or []


def _require_room(guild: Guild, emoji: Emoji) -> None:
    """Premium, still and animated emojis are counted apart."""
    if emojis.is_premium(guild, emoji):
        if sum(emojis.is_premium(guild, each) for each in guild.emojis.values()) >= emojis.PREMIUM_SLOTS:
            raise refuse(30056)
        return
    alike = [
        each
        for each in guild.emojis.values()
        if each.animated == emoji.animated and not emojis.is_premium(guild, each)
    ]
    if len(alike) >= emojis.slots(guild):
        raise refuse(30018 if emoji.animated else 30008)


def _keep(call: Call, emoji: Emoji, image: Image | None) -> None:
    if image is not None:
        call.world.images.keep_as(image, emojis.path(emoji.id))
