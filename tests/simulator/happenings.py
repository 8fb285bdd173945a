"""What happens in a world beside the calls of a walk."""

from random import Random

from bot.simulator.routes.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT
from bot.simulator.shapes import JsonObject
from bot.simulator.state import CATEGORY, FORUM, MEDIA, Guild
from bot.simulator.summoning import begin
from bot.simulator.world import World
from tests.simulator.calls import Wire

_FEWEST = 4
_DATA: dict[int, JsonObject] = {
    COMMAND: {"id": "1", "name": "hello", "type": 1},
    AUTOCOMPLETE: {"id": "1", "name": "hello", "type": 1, "options": []},
    COMPONENT: {"custom_id": "go", "component_type": 2},
    MODAL_SUBMIT: {"custom_id": "form", "components": []},
}


async def come_back(wire: Wire, world: World, guild: Guild) -> None:
    """The bot after it left, and guests where most have gone, so that there is always somebody to call about."""
    if not world.bot_in(guild):
        await wire.control("POST", f"/guilds/{guild.id}/bot", {})
    while len(guild.members) < _FEWEST:
        joined = await wire.control(
            "POST", f"/guilds/{guild.id}/members", {"user": f"guest{len(world.users)}"}
        )
        assert joined.status == 201, joined.body


async def interact(wire: Wire, world: World, guild: Guild, chance: Random) -> None:
    """Somebody uses the bot: a command, a button, an option's text, a modal. Every other time it answers at once."""
    places = [each for each in guild.channels.values() if each.type not in (CATEGORY, FORUM, MEDIA)]
    if not places:
        return
    channel = chance.choice(places)
    own = [each for each in channel.messages.values() if each.author_id == world.application.bot_id]
    kinds = [COMMAND, AUTOCOMPLETE, MODAL_SUBMIT, *([COMPONENT] * 2 if own else [])]
    kind = chance.choice(kinds)
    begun = begin(
        world,
        kind=kind,
        guild=guild,
        channel=channel,
        user_id=chance.choice([each for each in guild.members if not world.users[each].bot]),
        data=_DATA[kind],
        name="hello",
        source=chance.choice(own) if kind == COMPONENT else None,
    )
    if kind != AUTOCOMPLETE and chance.randint(0, 1):
        body = {"type": chance.choice((4, 5)), "data": {"content": "aye"}}
        answered = await wire("POST", f"/interactions/{begun.id}/{begun.token}/callback", body)
        assert answered.status == 204, answered.body
