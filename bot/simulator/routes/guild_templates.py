"""Discord's native templates (Discord docs: Resources > Guild Template). No event tells of them."""

import string
from secrets import choice

from bot.simulator import payloads
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import MANAGE_GUILD
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.serializing import serialized
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, GuildTemplate

routes = Routes()

_LETTERS = string.ascii_letters + string.digits
_CODE_LENGTH, _NAME, _DESCRIPTION = 12, 100, 120
_OF_GUILD = "/guilds/{guild_id}/templates"
_ONE = _OF_GUILD + "/{code}"


@routes.on("GET", "/guilds/templates/{code}", keyed=True)
def get_template(call: Call) -> Answer:
    """Whoever knows the code may read it, without authorisation too."""
    for guild in call.world.guilds.values():
        if guild.template is not None and guild.template.code == call.params["code"]:
            return ok(_payload(call, guild, guild.template))
    raise refuse(10057)


@routes.on("POST", "/guilds", "/guilds/templates/{code}")
def create_guild(_: Call) -> Answer:
    """Apps can no longer create guilds, with or without a template (Discord change log, July 2025).

    Guilds are made through ``/_sim/guilds``, which takes such a template too.
    """
    raise refuse(20001)


@routes.on("GET", _OF_GUILD)
def list_templates(call: Call) -> Answer:
    """One or none."""
    guild = _managed(call)
    return ok([] if guild.template is None else [_payload(call, guild, guild.template)])


@routes.on("POST", _OF_GUILD)
def create_template(call: Call) -> Answer:
    guild = _managed(call)
    form = call.form()
    form.require("name")
    now = call.world.clock.stamp()
    template = GuildTemplate(
        code="".join(choice(_LETTERS) for _ in range(_CODE_LENGTH)),
        name="",
        description=None,
        creator_id=call.actor_id,
        created_at=now,
        updated_at=now,
        source=serialized(guild),
    )
    _read(form, template)
    if guild.template is not None:
        raise refuse(30031)
    guild.template = template
    return ok(_payload(call, guild, template))


@routes.on("PUT", _ONE)
def sync_template(call: Call) -> Answer:
    """Takes the snapshot anew."""
    guild, template = _found(call)
    template.source = serialized(guild)
    template.updated_at = call.world.clock.stamp()
    return ok(_payload(call, guild, template))


@routes.on("PATCH", _ONE)
def edit_template(call: Call) -> Answer:
    """Name and description alone; the snapshot stays."""
    guild, template = _found(call)
    _read(call.form(), template)
    return ok(_payload(call, guild, template))


@routes.on("DELETE", _ONE)
def delete_template(call: Call) -> Answer:
    guild, template = _found(call)
    body = _payload(call, guild, template)
    guild.template = None
    return ok(body)


def _managed(call: Call) -> Guild:
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    return guild


def _found(call: Call) -> tuple[Guild, GuildTemplate]:
    """The guild's template of that code; another guild's is unknown here."""
    guild = _managed(call)
    template = guild.template
    if template is None or template.code != call.params["code"]:
        raise refuse(10057)
    return guild, template


def _read(form: Form, template: GuildTemplate) -> None:
    """Writes into the template once all of it was read without an error."""
    if "name" in form:
        form.require("name")
    name = form.text("name", template.name, least=1, most=_NAME)
    description = form.text("description", template.description, most=_DESCRIPTION)
    form.settle()
    template.name, template.description = template.name if name is None else name, description


def _payload(call: Call, guild: Guild, template: GuildTemplate) -> JsonObject:
    """``is_dirty`` is true while the guild differs from the snapshot, and null otherwise."""
    return {
        "code": template.code,
        "name": template.name,
        "description": template.description,
        "usage_count": template.usage_count,
        "creator_id": str(template.creator_id),
        "creator": payloads.user(call.world.users[template.creator_id]),
        "created_at": template.created_at,
        "updated_at": template.updated_at,
        "source_guild_id": str(guild.id),
        "serialized_source_guild": template.source,
        "is_dirty": True if serialized(guild) != template.source else None,
    }
