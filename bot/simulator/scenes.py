"""A person at the client: which command, component or modal they use, where, and with what."""

from collections.abc import Iterator

from bot.simulator import summoning
from bot.simulator.components import ENTITY_SELECTS, SELECTS, walk
from bot.simulator.errors import Refusal, bad_field, refuse
from bot.simulator.forms import Form
from bot.simulator.ledger import Interaction
from bot.simulator.permissions import VIEW_CHANNEL, in_channel
from bot.simulator.routes.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, MODAL_SUBMIT
from bot.simulator.shapes import JsonObject, as_list, as_object, as_text
from bot.simulator.state import CATEGORY, TEXT, Channel, Guild, Member, Message
from bot.simulator.world import World

# Select types and the option types whose entities they offer: user, role, mentionable, channel.
_OFFERS: dict[int, int] = dict(zip(ENTITY_SELECTS, (6, 8, 9, 7), strict=True))


class Scene:
    """Who does it and where."""

    def __init__(self, world: World, guild: Guild, member: Member, form: Form) -> None:
        self._world = world
        self._guild = guild
        self._member = member
        self._form = form

    def _sees(self, channel: Channel) -> bool:
        return bool(in_channel(self._guild, self._member, channel, self._world.clock.now()) & VIEW_CHANNEL)

    def _channel(self) -> Channel:
        asked = self._form.data.get("channel")
        for channel in self._guild.ordered_channels():
            if asked is None and channel.type == TEXT and self._sees(channel):
                return channel
            if (
                asked is not None
                and channel.type != CATEGORY
                and str(asked) in (str(channel.id), channel.name)
            ):
                if not self._sees(channel):
                    raise refuse(50001)
                return channel
        raise refuse(10003)

    # Commands

    def command(self, *, autocomplete: bool) -> Interaction:
        words = (as_text(self._form.data.get("name")) or "").removeprefix("/").split()
        command = self._world.commands.visible(self._guild.id, words[0], 1) if words else None
        if command is None:
            raise refuse(10063)
        channel = self._channel()
        summoning.require_allowed(self._world, self._guild, self._member, channel, command)
        given = self._options()
        focused = None
        if autocomplete:
            focused = as_text(self._form.data.get("focused")) or next(reversed(given), None)
            if focused is None:
                raise bad_field("focused", "BASE_TYPE_REQUIRED", "This field is required")
            given.setdefault(focused, "")
        data = summoning.CommandData(self._world, self._guild, focused=focused).build(
            command, words[1:], given
        )
        kind = AUTOCOMPLETE if autocomplete else COMMAND
        return self._begin(kind, channel, data, name=" ".join(words))

    def _options(self) -> dict[str, object]:
        raw = self._form.data.get("options")
        listed = as_list(raw)
        if listed is None:
            return dict(as_object(raw) or {})
        pairs = [as_object(each) or {} for each in listed]
        return {str(each.get("name")): each.get("value") for each in pairs}

    # Components

    def component(self) -> Interaction:
        custom_id = as_text(self._form.data.get("custom_id"))
        message = self._message()
        component = next(
            (each for each in walk(message.components) if each.get("custom_id") == custom_id), None
        )
        if component is None or custom_id is None:
            raise bad_field("custom_id", "INTERACTION_COMPONENT_UNKNOWN", "The message has no such component")
        if component.get("disabled"):
            raise Refusal(409, 0, "The component is disabled")
        _, channel = self._world.find_channel(message.channel_id)
        if not self._sees(channel):
            raise refuse(50001)
        data: JsonObject = {
            "custom_id": custom_id,
            "component_type": component["type"],
            "id": component["id"],
        }
        if component["type"] in SELECTS:
            data |= self._selected(component)
        return self._begin(COMPONENT, channel, data, source=message)

    def _message(self) -> Message:
        """In a channel, or an ephemeral one that was shown to this user."""
        message_id = self._form.snowflake("message_id")
        self._form.settle()
        for channel in self._guild.channels.values():
            if message_id in channel.messages:
                return channel.messages[message_id]
        for interaction in self._world.interactions.by_id.values():
            if interaction.user_id == self._member.user_id and message_id in interaction.messages:
                return interaction.messages[message_id]
        raise refuse(10008)

    def _selected(self, component: JsonObject) -> JsonObject:
        values = as_list(self._form.data.get("values")) or []
        least, most = component.get("min_values", 1), component.get("max_values", 1)
        if not int(str(least)) <= len(values) <= int(str(most)):
            raise bad_field(
                "values", "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length."
            )
        kind = component["type"]
        if kind in ENTITY_SELECTS:
            resolver = summoning.Resolver(self._world, self._guild)
            chosen = [resolver.entity(_OFFERS[int(str(kind))], value) for value in values]
            return {"values": chosen, "resolved": resolver.found}
        offered = [(as_object(each) or {}).get("value") for each in as_list(component.get("options")) or []]
        for value in values:
            if value not in offered:
                raise bad_field("values", "INTERACTION_OPTION_CHOICE", f"{value!r} is not offered")
        return {"values": values}

    # Modals

    def modal(self) -> Interaction:
        custom_id = as_text(self._form.data.get("custom_id"))
        shown = next(
            (each for each in self._modals() if (each.response_data or {}).get("custom_id") == custom_id),
            None,
        )
        if shown is None:
            raise bad_field("custom_id", "INTERACTION_MODAL_UNKNOWN", "No such modal was shown to this user")
        fields = as_object(self._form.data.get("fields")) or {}
        components = as_list((shown.response_data or {}).get("components")) or []
        filled = [_filled(found, fields) for each in components if (found := as_object(each)) is not None]
        _, channel = self._world.find_channel(shown.channel_id)
        data: JsonObject = {"custom_id": custom_id, "components": filled}
        return self._begin(MODAL_SUBMIT, channel, data, source=shown.source)

    def _modals(self) -> Iterator[Interaction]:
        asked = as_text(self._form.data.get("interaction_id"))
        for interaction in reversed(self._world.interactions.by_id.values()):
            mine = interaction.user_id == self._member.user_id and interaction.response_type == MODAL
            if mine and asked in (None, str(interaction.id)):
                yield interaction

    def _begin(
        self, kind: int, channel: Channel, data: JsonObject, *, name: str = "", source: Message | None = None
    ) -> Interaction:
        return summoning.begin(
            self._world,
            kind=kind,
            guild=self._guild,
            channel=channel,
            user_id=self._member.user_id,
            data=data,
            name=name,
            source=source,
        )


def _filled(component: JsonObject, fields: JsonObject) -> JsonObject:
    """The modal's components as they come back: ids and values only."""
    body: JsonObject = {"type": component.get("type"), "id": component.get("id", 1)}
    nested = as_list(component.get("components"))
    if nested is not None:
        body["components"] = [
            _filled(found, fields) for each in nested if (found := as_object(each)) is not None
        ]
    inner = as_object(component.get("component"))
    if inner is not None:
        body["component"] = _filled(inner, fields)
    custom_id = as_text(component.get("custom_id"))
    if custom_id is not None:
        value = fields.get(custom_id, component.get("value") or "")
        body["custom_id"] = custom_id
        body["values" if isinstance(value, list) else "value"] = value
    return body
