"""What a message says of the interaction it came of (Discord docs: Message > Message Interaction Metadata)."""

from bot.simulator import payloads
from bot.simulator.ledger import Interaction
from bot.simulator.shapes import JsonObject
from bot.simulator.world import World

_COMMAND, _COMPONENT = 2, 3


def told_of(world: World, interaction: Interaction) -> JsonObject:
    """``interaction_metadata``, and for commands the older ``interaction`` beside it.

    Messages after the first one also name that one.
    """
    body = _metadata(world, interaction)
    if interaction.original_id is not None:
        body["original_response_message_id"] = str(interaction.original_id)
    if interaction.type != _COMMAND:
        return {"interaction_metadata": body}
    old: JsonObject = {
        "id": str(interaction.id),
        "type": _COMMAND,
        "name": interaction.name,
        "user": body["user"],
    }
    return {"interaction_metadata": body, "interaction": old}


def _metadata(world: World, interaction: Interaction) -> JsonObject:
    body: JsonObject = {
        "id": str(interaction.id),
        "type": interaction.type,
        "user": payloads.user(world.users[interaction.user_id]),
        "authorizing_integration_owners": {"0": "0" if interaction.is_direct else str(interaction.guild_id)},
    }
    body |= interaction.target
    if interaction.type == _COMPONENT and interaction.source is not None:
        body["interacted_message_id"] = str(interaction.source.id)
    if interaction.trigger is not None:
        body["triggering_interaction_metadata"] = _metadata(world, interaction.trigger)
    return body
