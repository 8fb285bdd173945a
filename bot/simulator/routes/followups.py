"""Messages of an interaction after its initial response, through the interaction's token (valid 15 minutes)."""

from bot.simulator import posting
from bot.simulator.errors import refuse
from bot.simulator.ledger import Interaction
from bot.simulator.routes.interactions import AUTOCOMPLETE, new_response, revise, show
from bot.simulator.routing import DONE, Answer, Call, ok
from bot.simulator.state import Channel, Guild, Message


def follow_up(call: Call) -> Answer:
    """The first followup after a deferred response takes the place of its loading message."""
    interaction, guild, channel = _interaction(call)
    form = call.form()
    original = interaction.messages.get(interaction.original_id or 0)
    if interaction.loading and original is not None:
        message = revise(call, guild, channel, original, form)
        interaction.loading = False
    else:
        message = new_response(call, interaction, guild, channel, form)
        show(call, interaction, guild, channel, message)
    _keep(call, interaction, message, "followup")
    return ok(posting.payload(call.world, message), message_id=message.id)


def get_response(call: Call) -> Answer:
    interaction, _, channel = _interaction(call)
    return ok(posting.payload(call.world, _found(call, interaction, channel)))


def edit_response(call: Call) -> Answer:
    interaction, guild, channel = _interaction(call)
    message = _found(call, interaction, channel)
    edited = revise(call, guild, channel, message, call.form())
    if message.id == interaction.original_id:
        interaction.loading = False
    _keep(call, interaction, edited, "edit")
    return ok(posting.payload(call.world, edited), message_id=edited.id)


def delete_response(call: Call) -> Answer:
    interaction, guild, channel = _interaction(call)
    message = _found(call, interaction, channel)
    if message.id in channel.messages:
        posting.remove(call.world, guild, channel, message)
    interaction.messages.pop(message.id, None)
    interaction.history.append(
        {"at": call.world.clock.stamp(), "what": "delete", "message_id": str(message.id)}
    )
    return DONE


def _interaction(call: Call) -> tuple[Interaction, Guild, Channel]:
    """Only after the initial response: before it the token opens nothing (10015).

    That of an option being typed never does: it has no message to show or to follow. What Discord answers to that is
    not documented.
    """
    interaction = call.world.interactions.by_token.get(call.params["webhook_token"])
    if interaction is None or interaction.token_expired(call.world.clock.now()):
        raise refuse(50027)
    if interaction.response_type is None or interaction.type == AUTOCOMPLETE:
        raise refuse(10015)
    guild, channel = call.world.find_channel(interaction.channel_id)
    return interaction, guild, channel


def _found(call: Call, interaction: Interaction, channel: Channel) -> Message:
    wanted = call.id("message_id") if "message_id" in call.params else interaction.original_id
    message = None if wanted is None else interaction.messages.get(wanted)
    newest = None if message is None else call.world.interactions.newest(channel, message)
    if newest is None:
        raise refuse(10008)
    return newest


def _keep(call: Call, interaction: Interaction, message: Message, what: str) -> None:
    interaction.messages[message.id] = message
    interaction.history.append(
        {"at": call.world.clock.stamp(), "what": what, "message": posting.payload(call.world, message)}
    )
