"""The guild itself: reading it, looking at it from outside, and changing its settings."""

import copy
from dataclasses import fields

from bot.simulator import audit, communities, guild_forms, payloads
from bot.simulator.errors import refuse
from bot.simulator.permissions import MANAGE_GUILD
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild

routes = Routes()


@routes.on("GET", "/guilds/{guild_id}")
def get_guild(call: Call) -> Answer:
    guild, _ = call.guild()
    body = payloads.guild(guild)
    if call.query.get("with_counts") in ("true", "True", "1"):
        body |= _counts(guild)
    return ok(body)


@routes.on("GET", "/guilds/{guild_id}/preview")
def get_preview(call: Call) -> Answer:
    """Those who are not members see discoverable guilds only (docs: Guild > Get Guild Preview)."""
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None or not (call.actor_id in guild.members or "DISCOVERABLE" in guild.features):
        raise refuse(10004)
    body = payloads.settings(guild)
    keys = ("id", "name", "icon", "description", "home_header", "splash", "discovery_splash", "features")
    return ok({key: body[key] for key in (*keys, "emojis", "stickers")} | _counts(guild))


def _counts(guild: Guild) -> JsonObject:
    return {"approximate_member_count": len(guild.members), "approximate_presence_count": 0}


@routes.on("PATCH", "/guilds/{guild_id}")
def edit_guild(call: Call) -> Answer:
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    form = call.form()
    edited = copy.copy(guild)
    guild_forms.read_settings(form, edited)
    communities.read_features(form, edited, standing, call.world.clock.now())
    communities.read_channels(form, edited)
    communities.check(form, edited)
    pictures = guild_forms.read_pictures(form)
    form.settle()
    edited.owner_id = guild_forms.read_owner(form, guild, standing, call.world.users)
    communities.require_text_channels(edited)
    communities.make_channels(call, edited)
    guild_forms.keep_pictures(call.world.images, edited, pictures)
    before = _facts(guild)
    adopt(guild, edited)
    after = _facts(guild)
    body = payloads.guild(guild)
    if after != before:
        call.world.emit("GUILD_UPDATE", guild, body)
    audit.record(call, guild, audit.GUILD_UPDATE, guild.id, audit.changes(before, after, audit.GUILD_KEYS))
    return ok(body)


def _facts(guild: Guild) -> JsonObject:
    """The settings, with the pictures under the names the audit log has for them."""
    body = payloads.settings(guild)
    return body | {f"{key}_hash": body[key] for key in guild_forms.PICTURE_KEYS}


def adopt(guild: Guild, edited: Guild) -> None:
    """Write a changed copy into the guild everyone already holds; what is in the guild is shared by both."""
    for field in fields(guild):
        setattr(guild, field.name, getattr(edited, field.name))
