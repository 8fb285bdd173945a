"""What happens in a world beside the calls of a walk."""

from random import Random
from typing import Any

from bot.simulator.components import walk
from bot.simulator.routes.interactions import MODAL
from bot.simulator.shapes import JsonObject
from bot.simulator.state import ANNOUNCEMENT, TEXT, VOICE, Guild
from bot.simulator.world import World
from tests.simulator.calls import Wire

_FEWEST = 4
_HELLO: JsonObject = {
    "name": "hello",
    "description": "Greets",
    "options": [{"type": 3, "name": "whom", "description": "Who is greeted", "autocomplete": True}],
}
_BUTTON: JsonObject = {"type": 2, "style": 1, "custom_id": "go", "label": "Go"}
_TEXT: JsonObject = {"type": 1, "components": [{"type": 4, "custom_id": "t", "label": "T", "style": 1}]}
_ANSWERS: tuple[JsonObject, ...] = (
    {"type": 4, "data": {"content": "aye"}},
    {"type": 4, "data": {"content": "aye", "flags": 64}},
    {"type": 4, "data": {"components": [{"type": 1, "components": [_BUTTON]}], "content": "go?"}},
    {"type": 5},
)
_ASKS: JsonObject = {"type": MODAL, "data": {"custom_id": "form", "title": "F", "components": [_TEXT]}}


async def come_back(wire: Wire, world: World, guild: Guild) -> None:
    """The bot after it left, and guests where most have gone, so that there is always somebody to call about."""
    if not world.bot_in(guild):
        if world.application.bot_id in guild.bans:
            unban = f"/guilds/{guild.id}/bans/{world.application.bot_id}"
            edit = {"user": str(guild.owner_id), "method": "DELETE", "path": unban}
            await wire.control("POST", "/edits", edit)
        joined = await wire.control("POST", f"/guilds/{guild.id}/bot", {})
        assert joined.status == 200, joined.body
    while len(guild.members) < _FEWEST:
        joined = await wire.control(
            "POST", f"/guilds/{guild.id}/members", {"user": f"guest{len(world.users)}"}
        )
        assert joined.status == 201, joined.body


async def interact(wire: Wire, world: World, guild: Guild, chance: Random) -> None:
    """Somebody uses the bot: a command, a button, an option's text, a modal. Every other time it answers at once.

    Who does not see the command, or nothing to write in, is told so, and nothing follows.
    """
    if world.commands.visible(guild.id, "hello", 1) is None:
        path = f"/applications/{world.application.id}/commands"
        made = await wire("POST", path, _HELLO)
        assert made.status in (200, 201, 400), made.body
    people = [each for each in guild.members if not world.users[each].bot]
    begun = await wire.control("POST", "/interactions", _use(world, guild, people, chance))
    assert begun.status < 500, begun.body
    if begun.status < 400 and begun.body["type"] != 4 and chance.randint(0, 1):
        interaction = world.interactions.by_id[int(begun.body["id"])]
        may_ask = interaction.type != 5
        body = _ASKS if may_ask and chance.randint(0, 4) == 0 else chance.choice(_ANSWERS)
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        answered = await wire("POST", path, body)
        assert answered.status == 204, answered.body


async def speak(wire: Wire, world: World, guild: Guild, chance: Random) -> None:
    """The bot writes where it is followed, or the owner anywhere."""
    by_bot = chance.randint(0, 1)
    places = [
        each.id
        for each in guild.channels.values()
        if each.type == ANNOUNCEMENT or (not by_bot and each.type in (TEXT, VOICE))
    ]
    if not places:
        return
    path, body = f"/channels/{chance.choice(places)}/messages", {"content": "Land in sight"}
    if by_bot:
        sent = (await wire("POST", path, body)).status
    else:
        edit = {"user": str(guild.owner_id), "method": "POST", "path": path, "body": body}
        sent = (await wire.control("POST", "/edits", edit)).body["status"]
    assert sent in (200, 403), sent


async def permit(wire: Wire, world: World, guild: Guild, chance: Random) -> None:
    """The owner says in their client who may use one of the commands, or any of them."""
    application = world.application.id
    there = [*world.commands.of(None), *world.commands.of(guild.id), application]
    path = f"/applications/{application}/guilds/{guild.id}/commands/{chance.choice(there)}/permissions"
    level: list[JsonObject] = [
        {"id": str(guild.id), "type": 1, "permission": bool(chance.randint(0, 3))},
        {"id": str(chance.choice(list(guild.members))), "type": 2, "permission": True},
        {"id": str(guild.id - 1), "type": 3, "permission": bool(chance.randint(0, 3))},
    ]
    body = {"permissions": chance.sample(level, chance.randint(1, 3))}
    edit = {"user": str(guild.owner_id), "method": "PUT", "path": path, "body": body}
    edited = await wire.control("POST", "/edits", edit)
    assert edited.body["status"] == 200, edited.body


def _use(world: World, guild: Guild, people: list[int], chance: Random) -> dict[str, Any]:
    """A component or a modal only where one was shown."""
    said: dict[str, Any] = {"guild_id": str(guild.id), "user": str(chance.choice(people)), "timeout": 0}
    pressed = [
        {"type": "component", "message_id": str(message.id), "custom_id": each["custom_id"]}
        for channel in guild.channels.values()
        for message in channel.messages.values()
        if message.author_id == world.application.bot_id
        for each in walk(message.components)
        if "custom_id" in each
    ]
    asked = [
        {"type": "modal", "custom_id": "form", "fields": {"t": "x"}, "user": str(each.user_id)}
        for each in world.interactions.by_id.values()
        if each.response_type == MODAL and each.guild_id == guild.id
    ]
    kinds: list[dict[str, Any]] = [
        {"type": "command", "name": "hello"},
        {"type": "autocomplete", "name": "hello", "options": {"whom": "ad"}},
        *([chance.choice(pressed)] * 2 if pressed else []),
        *([chance.choice(asked)] if asked else []),
    ]
    return said | chance.choice(kinds)
