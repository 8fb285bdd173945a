"""The settings of a guild's widget (Discord docs: Guild > Guild Widget Settings Object)."""

import copy

from bot.simulator import audit, payloads
from bot.simulator.guild_forms import read_channel
from bot.simulator.permissions import MANAGE_GUILD
from bot.simulator.routes.guilds import adopt
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild

routes = Routes()


@routes.on("GET", "/guilds/{guild_id}/widget")
def get_widget_settings(call: Call) -> Answer:
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    return ok(_shown(guild))


@routes.on("PATCH", "/guilds/{guild_id}/widget")
def edit_widget_settings(call: Call) -> Answer:
    """They are part of the guild, so GUILD_UPDATE tells of them, and so does its audit entry."""
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    form = call.form()
    edited = copy.copy(guild)
    edited.widget_enabled = form.flag("enabled", guild.widget_enabled)
    edited.widget_channel_id = read_channel(form, "channel_id", guild, guild.widget_channel_id)
    form.settle()
    before = payloads.settings(guild)
    adopt(guild, edited)
    body = payloads.guild(guild)
    changed = audit.changes(before, body, ("widget_enabled", "widget_channel_id"))
    if changed:
        call.world.emit("GUILD_UPDATE", guild, body)
    audit.record(call, guild, audit.GUILD_UPDATE, guild.id, changed)
    return ok(_shown(guild))


def _shown(guild: Guild) -> JsonObject:
    return {"enabled": guild.widget_enabled, "channel_id": payloads.maybe(guild.widget_channel_id)}
