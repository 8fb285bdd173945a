"""A person uses the bot: runs a command, types into an option, presses a button, chooses, submits a modal.

``POST /_sim/interactions`` answers when the bot has answered, or after ``timeout`` (3 s) with ``"answered": false``::

    {"guild_id", "user": id or username, "channel": id or name (default: the first text channel they see), "locale"?,
     "type": "command",      "name": "template plan", "options": {"template": "x", "who": "ada"}}
    {… "type": "command",    "kind": "user", "name": "Look At", "target": "grace"}
    {… "type": "command",    "kind": "message", "name": "Keep This", "target": message id}
    {… "type": "autocomplete", "name": …, "options": {…}, "focused": "template"}     // default: the last option given
    {… "type": "component",  "message_id", "custom_id", "values": [...]}             // values: selects only
    {… "type": "modal",      "custom_id", "fields": {custom_id: value or [values]}, "interaction_id"?}

Without ``guild_id`` components and modals are those of the user's direct messages with the bot.
Options are also taken as a list of ``{"name", "value"}``. Users, roles and channels are named by id or name; a file by
its name, or as ``{"filename", "content" or "base64", "content_type"?}``. A member who does not see the command, by its
permissions or by what it asks for by default, gets 403 and nothing is sent to the bot. Without ``values`` a select
keeps what was chosen beforehand, as a modal does for ``fields`` that are left out. A modal must have been shown to this
user; ``interaction_id`` picks which, otherwise the last with that custom id.
The answer, and ``GET /_sim/interactions/{id}``: ``{"id", "type", "answered", "response_type", "data" (as sent),
"ephemeral", "loading", "choices", "modal", "message" (the original response as it is now, null if deleted),
"followups", "messages", "history"}``.
"""

import asyncio
import contextlib

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.simulator import direct, posting
from bot.simulator.control.wire import body_of, endpoints, guild_of, user_of
from bot.simulator.errors import Refusal, refuse
from bot.simulator.forms import Form
from bot.simulator.ledger import ANSWER_SECONDS, Interaction
from bot.simulator.routes.interactions import AUTOCOMPLETE, CHOICES, COMMAND, COMPONENT, MODAL, MODAL_SUBMIT
from bot.simulator.scenes import Scene
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, Message
from bot.simulator.world import World

_KINDS = {"command": COMMAND, "autocomplete": AUTOCOMPLETE, "component": COMPONENT, "modal": MODAL_SUBMIT}


def routes(world: World) -> list[BaseRoute]:
    return endpoints(
        world, ("POST", "/interactions", _start), ("GET", "/interactions/{interaction_id}", _read)
    )


async def _start(world: World, request: Request) -> JsonObject:
    form = Form(await body_of(request))
    for key in ("user", "type"):
        form.require(key)
    kind = _KINDS.get(form.word("type", None, tuple(_KINDS)) or "")
    if kind in (COMMAND, AUTOCOMPLETE):
        form.require("guild_id")
    form.settle()
    guild = _place(world, form)
    if not world.bot_in(guild):
        raise Refusal(409, 0, "The bot is not a member of this guild")
    member = guild.members.get(user_of(world, form).id)
    if member is None:
        raise refuse(10007)
    scene = Scene(world, guild, member, form, str(request.base_url).rstrip("/").removesuffix("/_sim"))
    if kind in (COMMAND, AUTOCOMPLETE):
        interaction = scene.command(autocomplete=kind == AUTOCOMPLETE)
    elif kind == COMPONENT:
        interaction = scene.component()
    else:
        interaction = scene.modal()
    return await _outcome(world, interaction, _timeout(form))


def _place(world: World, form: Form) -> Guild:
    """The guild, or where none is named the room of the person's direct messages."""
    if "guild_id" in form.data:
        return guild_of(world, str(form.data["guild_id"]))
    room = direct.find_room(world, user_of(world, form).id)
    if room is None:
        raise refuse(10003)
    return room


async def _outcome(world: World, interaction: Interaction, seconds: float) -> JsonObject:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(interaction.answered.wait(), seconds)
    return report(world, interaction)


async def _read(world: World, request: Request) -> JsonObject:
    raw = str(request.path_params["interaction_id"])
    interaction = world.interactions.by_id.get(int(raw)) if raw.isdigit() else None
    if interaction is None:
        raise refuse(10062)
    return report(world, interaction)


def report(world: World, interaction: Interaction) -> JsonObject:
    now = {key: _current(world, message) for key, message in interaction.messages.items()}
    shown = {key: posting.payload(world, message) for key, message in now.items() if message is not None}
    data = interaction.response_data or {}
    return {
        "id": str(interaction.id),
        "type": interaction.type,
        "answered": interaction.response_type is not None,
        "response_type": interaction.response_type,
        "data": interaction.response_data,
        "ephemeral": interaction.ephemeral,
        "loading": interaction.loading,
        "choices": data.get("choices") if interaction.response_type == CHOICES else None,
        "modal": data if interaction.response_type == MODAL else None,
        "message": shown.get(interaction.original_id or 0),
        "followups": [body for key, body in shown.items() if key != interaction.original_id],
        "messages": list(shown.values()),
        "history": interaction.history,
    }


def _current(world: World, message: Message) -> Message | None:
    try:
        _, channel = world.find_channel(message.channel_id)
    except Refusal:
        return None
    return world.interactions.newest(channel, message)


def _timeout(form: Form) -> float:
    value = form.data.get("timeout", ANSWER_SECONDS)
    return float(value) if isinstance(value, int | float) else ANSWER_SECONDS
