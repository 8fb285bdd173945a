"""Stickers of a guild: read, create, edit, delete (Discord docs: Resources > Sticker)."""

import copy

from bot.simulator import audit, payloads, stickers
from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.multipart import uploads_in
from bot.simulator.permissions import CREATE_GUILD_EXPRESSIONS, MANAGE_GUILD_EXPRESSIONS
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject, words
from bot.simulator.state import Guild, Sticker

routes = Routes()

_ALL = "/guilds/{guild_id}/stickers"
_ONE = _ALL + "/{sticker_id}"
_KEYS = words("name tags description format_type type available guild_id")
_DESCRIPTION = (2, 100)


@routes.on("GET", _ALL)
def list_stickers(call: Call) -> Answer:
    guild, standing = call.guild()
    return ok([_shown(call, each, standing) for each in guild.stickers.values()])


@routes.on("GET", _ONE)
def get_guild_sticker(call: Call) -> Answer:
    guild, standing = call.guild()
    return ok(_shown(call, _found(call, guild), standing))


@routes.on("GET", "/stickers/{sticker_id}")
def get_sticker(call: Call) -> Answer:
    """Of whatever guild, and without its creator."""
    sticker_id = call.id("sticker_id")
    for guild in call.world.guilds.values():
        if sticker_id in guild.stickers:
            return ok(payloads.sticker(guild.stickers[sticker_id]))
    raise refuse(10060)


@routes.on("POST", _ALL)
def create_sticker(call: Call) -> Answer:
    """The body is multipart, with the file under ``file``."""
    guild, standing = call.guild()
    standing.require(CREATE_GUILD_EXPRESSIONS)
    form = call.form()
    sticker = Sticker(id=call.world.mint(), guild_id=guild.id, name="", user_id=call.actor_id)
    form.require("name")
    form.require("tags")
    _read(form, sticker)
    uploads = uploads_in(form)
    if not uploads:
        form.bad("file", "BASE_TYPE_REQUIRED", "This field is required")
    form.settle()
    if len(guild.stickers) >= stickers.slots(guild):
        raise refuse(30039)
    sticker.format, image = stickers.read_file(uploads[0].content, guild)
    call.world.images.keep_as(image, stickers.path(sticker.id))
    guild.stickers[sticker.id] = sticker
    stickers.tell(call.world, guild)
    body = payloads.sticker(sticker)
    audit.record(call, guild, audit.STICKER_CREATE, sticker.id, audit.changes({}, body, _KEYS))
    return ok(_shown(call, sticker, standing), status=201, sticker_id=sticker.id)


@routes.on("PATCH", _ONE)
def edit_sticker(call: Call) -> Answer:
    """The file cannot be changed."""
    guild, standing = call.guild()
    sticker = _found(call, guild)
    _require_manage(standing, sticker)
    form = call.form()
    edited = copy.copy(sticker)
    for key in ("name", "tags"):
        if key in form:
            form.require(key)
    _read(form, edited)
    form.settle()
    before, body = payloads.sticker(sticker), payloads.sticker(edited)
    guild.stickers[sticker.id] = edited
    if body != before:
        stickers.tell(call.world, guild)
    audit.record(call, guild, audit.STICKER_UPDATE, sticker.id, audit.changes(before, body, _KEYS))
    return ok(_shown(call, edited, standing))


@routes.on("DELETE", _ONE)
def delete_sticker(call: Call) -> Answer:
    """The file goes with it."""
    guild, standing = call.guild()
    sticker = _found(call, guild)
    _require_manage(standing, sticker)
    del guild.stickers[sticker.id]
    call.world.images.drop(stickers.path(sticker.id))
    stickers.tell(call.world, guild)
    gone = audit.changes(payloads.sticker(sticker), {}, _KEYS)
    audit.record(call, guild, audit.STICKER_DELETE, sticker.id, gone)
    return DONE


def _found(call: Call, guild: Guild) -> Sticker:
    sticker = guild.stickers.get(call.id("sticker_id"))
    if sticker is None:
        raise refuse(10060)
    return sticker


def _shown(call: Call, sticker: Sticker, standing: Standing) -> JsonObject:
    """With its creator for those who may make or manage stickers."""
    seen = bool(standing.permissions & (CREATE_GUILD_EXPRESSIONS | MANAGE_GUILD_EXPRESSIONS))
    return payloads.sticker(sticker, call.world.users.get(sticker.user_id) if seen else None)


def _require_manage(standing: Standing, sticker: Sticker) -> None:
    """One's own stickers need the permission to make them only."""
    sufficient = MANAGE_GUILD_EXPRESSIONS
    if sticker.user_id == standing.member.user_id:
        sufficient |= CREATE_GUILD_EXPRESSIONS
    if not standing.permissions & sufficient:
        raise refuse(50013)


def _read(form: Form, sticker: Sticker) -> None:
    sticker.name = form.text("name", sticker.name, least=2, most=30) or sticker.name
    sticker.tags = form.text("tags", sticker.tags, least=1, most=200) or sticker.tags
    if "description" not in form:
        return
    found = form.text("description") or None
    if found is not None and not _DESCRIPTION[0] <= len(found) <= _DESCRIPTION[1]:
        form.bad_length("description", *_DESCRIPTION)
    sticker.description = found
