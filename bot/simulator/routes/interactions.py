"""The initial response to an interaction (Discord docs: Interactions > Receiving and Responding)."""

from bot.simulator import drafts, posting
from bot.simulator.entries import read_double, read_localizations
from bot.simulator.errors import bad_field, refuse
from bot.simulator.forms import Form
from bot.simulator.interaction_facts import told_of
from bot.simulator.ledger import Interaction
from bot.simulator.mentions import IN_RESPONSES
from bot.simulator.message_flags import EPHEMERAL, LOADING
from bot.simulator.modal_forms import read_modal
from bot.simulator.permissions import ALL, MENTION_EVERYONE, in_channel
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject, as_text
from bot.simulator.state import Channel, Guild, Message

routes = Routes()

DEFAULT, CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND = 0, 20, 23
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
PONG, MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
_FITTING = {
    COMMAND: (MESSAGE, DEFERRED, MODAL),
    COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL_SUBMIT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE),
}


@routes.on("POST", "/interactions/{interaction_id}/{interaction_token}/callback", keyed=True)
def respond(call: Call) -> Answer:
    """Once (40060), within three seconds (10062 after)."""
    world = call.world
    interaction = world.interactions.by_id.get(call.id("interaction_id"))
    if interaction is None or interaction.token != call.params["interaction_token"]:
        raise refuse(10062)
    if interaction.response_type is not None:
        raise refuse(40060)
    if interaction.too_late(world.clock.now()):
        raise refuse(10062)
    form = call.form()
    kind = _kind(form, interaction)
    data = form.form("data") or Form({}, form.errors, ("data",))
    message = _act(call, interaction, kind, data)
    if message is not None:
        interaction.original_id = message.id
        interaction.messages[message.id] = message
    interaction.response_type = kind
    interaction.response_data = {key: value for key, value in data.data.items() if key != "_files"}
    interaction.history.append({"at": world.clock.stamp(), "what": "response", "type": kind})
    interaction.answered.set()
    if call.query.get("with_response") in ("true", "True", "1"):
        return ok(_resource(call, interaction, kind, message))
    return Answer()


def _act(call: Call, interaction: Interaction, kind: int, data: Form) -> Message | None:
    """Do what the response asks for; the message it made or changed, if any."""
    guild, channel = call.world.find_channel(interaction.channel_id)
    if kind in (UPDATE, DEFERRED_UPDATE):
        return _update(call, interaction, guild, channel, data if kind == UPDATE else None)
    if kind in (MESSAGE, DEFERRED):
        make = new_response if kind == MESSAGE else _loading
        message = make(call, interaction, guild, channel, data)
        show(call, interaction, guild, channel, message)
        return message
    if kind == CHOICES:
        _check_choices(data)
    else:
        modal = read_modal(data)
        data.settle()
        interaction.modal = modal
    return None


def _kind(form: Form, interaction: Interaction) -> int:
    form.require("type")
    fitting = _FITTING[interaction.type]
    if interaction.type == MODAL_SUBMIT and interaction.source is None:
        fitting = (MESSAGE, DEFERRED)
    kind = form.choice("type", None, fitting)
    form.settle()
    if kind is None:
        raise bad_field("type", "BASE_TYPE_REQUIRED", "This field is required")
    return kind


def new_response(call: Call, interaction: Interaction, guild: Guild, channel: Channel, data: Form) -> Message:
    """A message by the bot that belongs to the interaction."""
    blank = blank_response(call, interaction, guild, channel)
    powers = response_powers(call, guild, channel)
    return drafts.write(
        data, blank, guild, call.world, extra_flags=EPHEMERAL, powers=powers, parse=IN_RESPONSES
    )


def response_powers(call: Call, guild: Guild, channel: Channel) -> int:
    """A response needs no permission of its bot, but for pinging everyone."""
    bot = guild.members.get(call.world.application.bot_id)
    held = 0 if bot is None else in_channel(guild, bot, channel, call.world.clock.now())
    return ALL & ~MENTION_EVERYONE | held & MENTION_EVERYONE


def blank_response(call: Call, interaction: Interaction, guild: Guild, channel: Channel) -> Message:
    """What answers a component, or a message's menu, refers to that message (docs: Message Interaction Object)."""
    blank = drafts.new_message(call.world, channel, call.world.application.bot_id)
    blank.webhook_id = blank.application_id = call.world.application.id
    blank.type = _message_type(interaction)
    blank.interaction = told_of(call.world, interaction)
    about = _about(interaction)
    if about is not None:
        blank.reference = {
            "type": 0,
            "message_id": about,
            "channel_id": str(channel.id),
            **posting.in_guild(guild),
        }
    return blank


def _message_type(interaction: Interaction) -> int:
    """Docs: Message > Message Types."""
    if interaction.type != COMMAND:
        return DEFAULT
    return CONTEXT_MENU_COMMAND if "target_id" in interaction.data else CHAT_INPUT_COMMAND


def _about(interaction: Interaction) -> str | None:
    """The message a component is on, or on which a menu command was used."""
    if interaction.type == COMPONENT and interaction.source is not None:
        return str(interaction.source.id)
    return as_text(interaction.target.get("target_message_id"))


def show(call: Call, interaction: Interaction, guild: Guild, channel: Channel, message: Message) -> None:
    """Into the channel, unless only its user may see it."""
    interaction.ephemeral = interaction.ephemeral or bool(message.flags & EPHEMERAL)
    if not message.flags & EPHEMERAL:
        posting.store(call.world, guild, channel, message)


def _loading(call: Call, interaction: Interaction, guild: Guild, channel: Channel, data: Form) -> Message:
    message = blank_response(call, interaction, guild, channel)
    message.flags = data.whole("flags", 0) & EPHEMERAL | LOADING
    data.settle()
    interaction.loading = True
    return message


def _update(
    call: Call, interaction: Interaction, guild: Guild, channel: Channel, data: Form | None
) -> Message:
    source = interaction.source and call.world.interactions.newest(channel, interaction.source)
    if source is None:
        raise refuse(10008)
    if data is None:
        return source
    return revise(call, guild, channel, source, data)


def revise(call: Call, guild: Guild, channel: Channel, message: Message, data: Form) -> Message:
    """Edit a message of an interaction, in the channel too if it is there; one that was deleted is unknown."""
    if call.world.interactions.newest(channel, message) is None:
        raise refuse(10008)
    powers = response_powers(call, guild, channel)
    edited = drafts.rewrite(data, message, guild, call.world, powers=powers, parse=IN_RESPONSES)
    edited.flags &= ~LOADING
    if message.id in channel.messages:
        posting.replace(call.world, guild, channel, edited)
    else:
        edited.edited = call.world.clock.stamp()
    call.world.interactions.renew(edited)
    return edited


def _check_choices(data: Form) -> None:
    """All values are texts or all are numbers, as the option is; how Discord words its refusal is not documented."""
    data.require("choices")
    choices = data.forms("choices", most=25) or []
    if len({isinstance(each.data.get("value"), str) for each in choices}) > 1:
        data.bad("choices", "UNION_TYPE_CHOICES", "Value fits none of what may stand here.")
    for choice in choices:
        choice.require("name")
        choice.require("value")
        choice.text("name", least=1, most=100)
        read_localizations(choice, "name_localizations", most=100)
        if isinstance(choice.data.get("value"), str):
            choice.text("value", most=100)
        else:
            read_double(choice, "value")
    data.settle()


def _resource(call: Call, interaction: Interaction, kind: int, message: Message | None) -> JsonObject:
    brief: JsonObject = {
        "id": str(interaction.id),
        "type": interaction.type,
        "channel_id": str(interaction.channel_id),
    }
    if not interaction.is_direct:
        brief["guild_id"] = str(interaction.guild_id)
    if message is None:
        return {"interaction": brief}
    brief |= {
        "response_message_id": str(message.id),
        "response_message_loading": bool(message.flags & LOADING),
        "response_message_ephemeral": bool(message.flags & EPHEMERAL),
    }
    if kind not in (MESSAGE, UPDATE):
        return {"interaction": brief}
    return {"interaction": brief, "resource": {"type": kind, "message": posting.payload(call.world, message)}}
