"""A person at the client: which command, menu entry, component or modal they use, where, and with what."""

from collections.abc import Iterator

from bot.simulator import summoning
from bot.simulator.command_forms import CHAT_INPUT, MESSAGE_MENU, USER_MENU
from bot.simulator.components import ENTITY_SELECTS, SELECTS, walk
from bot.simulator.errors import Refusal, bad_field, refuse
from bot.simulator.forms import Form
from bot.simulator.ledger import Interaction
from bot.simulator.modal_answers import OFFERS, ModalAnswers
from bot.simulator.option_values import OptionValues
from bot.simulator.payloads import user as user_payload
from bot.simulator.permissions import READ_MESSAGE_HISTORY, SEND_MESSAGES, VIEW_CHANNEL, in_channel
from bot.simulator.resolving import Place, Resolver
from bot.simulator.routes.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, MODAL_SUBMIT
from bot.simulator.shapes import JsonObject, as_list, as_object, as_text
from bot.simulator.state import CATEGORY, TEXT, Channel, Guild, Member, Message
from bot.simulator.summoning import Cause
from bot.simulator.world import World

KINDS = {"slash": CHAT_INPUT, "user": USER_MENU, "message": MESSAGE_MENU}


class Scene:
    """Who does it, with what they say of it; ``origin`` is the address the simulator was asked under."""

    def __init__(self, world: World, guild: Guild, member: Member, form: Form, origin: str) -> None:
        self._world = world
        self._guild = guild
        self._member = member
        self._form = form
        self._origin = origin
        self._locale = form.text("locale", "en-US") or "en-US"

    def _held(self, channel: Channel) -> int:
        return in_channel(self._guild, self._member, channel, self._world.clock.now())

    def _channel(self) -> Channel:
        asked = self._form.data.get("channel")
        for channel in self._guild.ordered_channels():
            sees = bool(self._held(channel) & VIEW_CHANNEL)
            if asked is None and channel.type == TEXT and sees:
                return channel
            named = str(asked) in (str(channel.id), channel.name)
            if asked is not None and channel.type != CATEGORY and named:
                if not sees:
                    raise refuse(50001)
                return channel
        raise refuse(10003)

    def _at(self, channel: Channel) -> Place:
        return Place(self._world, self._guild, channel, self._member, self._origin)

    def _found(self, name: str, kind: int) -> JsonObject:
        command = self._world.commands.visible(self._guild.id, name, kind)
        if command is None:
            raise refuse(10063)
        return command

    # Commands

    def command(self, *, autocomplete: bool) -> Interaction:
        """``kind``: whether it is typed, or chosen from the menu of a user or a message, which is the ``target``."""
        kind = KINDS[self._form.word("kind", "slash", tuple(KINDS)) or "slash"]
        self._form.settle()
        if kind == USER_MENU:
            return self._user_menu()
        if kind == MESSAGE_MENU:
            return self._message_menu()
        return self._slash(autocomplete=autocomplete)

    def _slash(self, *, autocomplete: bool) -> Interaction:
        words = (as_text(self._form.data.get("name")) or "").removeprefix("/").split() or [""]
        command = self._found(words[0], CHAT_INPUT)
        place = self._at(self._channel())
        summoning.require_allowed(place, command)
        given, focused = self._options(), None
        if autocomplete:
            focused = as_text(self._form.data.get("focused")) or next(reversed(given), None)
            if focused is None:
                raise bad_field("focused", "BASE_TYPE_REQUIRED", "This field is required")
            given.setdefault(focused, "")
        resolver = Resolver(place)
        values = OptionValues(resolver, focused=focused)
        options = values.fill(as_list(command.get("options")) or [], words[1:], given)
        data = _told(command) | ({"options": options} if options else {})
        kind = AUTOCOMPLETE if autocomplete else COMMAND
        return self._begin(place, kind, _with(data, resolver), Cause(name=" ".join(words)))

    def _user_menu(self) -> Interaction:
        """One needs to be able to write where it is used (docs: User Commands)."""
        name = as_text(self._form.data.get("name")) or ""
        command, place = self._found(name, USER_MENU), self._at(self._channel())
        summoning.require_allowed(place, command)
        if not self._held(place.channel) & SEND_MESSAGES:
            raise refuse(50013)
        resolver = Resolver(place)
        target_id = resolver.user(str(self._form.data.get("target")))
        if target_id is None:
            raise refuse(10013)
        target: JsonObject = {"target_user": user_payload(self._world.users[int(target_id)])}
        data = _told(command) | {"target_id": target_id}
        return self._begin(place, COMMAND, _with(data, resolver), Cause(name=name, target=target))

    def _message_menu(self) -> Interaction:
        """Where the message is; one must be able to read it."""
        name = as_text(self._form.data.get("name")) or ""
        command, message = self._found(name, MESSAGE_MENU), self._message("target")
        _, channel = self._world.find_channel(message.channel_id)
        wanted = VIEW_CHANNEL | READ_MESSAGE_HISTORY
        if self._held(channel) & wanted != wanted:
            raise refuse(50001)
        place = self._at(channel)
        summoning.require_allowed(place, command)
        resolver = Resolver(place)
        data = _told(command) | {"target_id": resolver.message(message)}
        target: JsonObject = {"target_message_id": str(message.id)}
        return self._begin(place, COMMAND, _with(data, resolver), Cause(name=name, target=target))

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
        message = self._message("message_id")
        component = next(
            (each for each in walk(message.components) if each.get("custom_id") == custom_id), None
        )
        if component is None or custom_id is None:
            raise bad_field("custom_id", "INTERACTION_COMPONENT_UNKNOWN", "The message has no such component")
        if component.get("disabled"):
            raise Refusal(409, 0, "The component is disabled")
        _, channel = self._world.find_channel(message.channel_id)
        if not self._held(channel) & VIEW_CHANNEL:
            raise refuse(50001)
        place = self._at(channel)
        data: JsonObject = {
            "custom_id": custom_id,
            "component_type": component["type"],
            "id": component["id"],
        }
        if component["type"] in SELECTS:
            data |= self._selected(place, component)
        return self._begin(place, COMPONENT, data, Cause(source=message))

    def _message(self, key: str) -> Message:
        """In a channel, or an ephemeral one that was shown to this user; as it is now."""
        message_id = self._form.snowflake(key)
        self._form.settle()
        for channel in self._guild.channels.values():
            if message_id in channel.messages:
                return channel.messages[message_id]
        for interaction in self._world.interactions.by_id.values():
            held = interaction.messages.get(message_id or 0)
            if held is not None and interaction.user_id == self._member.user_id:
                _, channel = self._world.find_channel(held.channel_id)
                if (now := self._world.interactions.newest(channel, held)) is not None:
                    return now
        raise refuse(10008)

    def _selected(self, place: Place, component: JsonObject) -> JsonObject:
        """Without ``values`` what was chosen beforehand stays chosen."""
        least, most = component.get("min_values", 1), component.get("max_values", 1)
        options = [as_object(each) or {} for each in as_list(component.get("options")) or []]
        values = as_list(self._form.data.get("values"))
        if values is None:
            chosen = [as_object(each) or {} for each in as_list(component.get("default_values")) or []]
            values = [each["value"] for each in options if each.get("default")]
            values += [each.get("id") for each in chosen]
        if not int(str(least)) <= len(values) <= int(str(most)):
            raise bad_field(
                "values", "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length."
            )
        kind = component["type"]
        if kind in ENTITY_SELECTS:
            resolver, types = Resolver(place), as_list(component.get("channel_types"))
            picked = [resolver.entity(OFFERS[int(str(kind))], value, types) for value in values]
            return {"values": picked, "resolved": resolver.found}
        offered = [each.get("value") for each in options]
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
        _, channel = self._world.find_channel(shown.channel_id)
        place = self._at(channel)
        resolver = Resolver(place)
        answers = ModalAnswers(resolver, as_object(self._form.data.get("fields")) or {})
        data: JsonObject = {"custom_id": custom_id, "components": answers.fill(shown.modal)}
        source = shown.source and self._world.interactions.newest(channel, shown.source)
        return self._begin(place, MODAL_SUBMIT, _with(data, resolver), Cause(source=source, trigger=shown))

    def _modals(self) -> Iterator[Interaction]:
        asked = as_text(self._form.data.get("interaction_id"))
        for interaction in reversed(self._world.interactions.by_id.values()):
            mine = interaction.user_id == self._member.user_id and interaction.response_type == MODAL
            if mine and asked in (None, str(interaction.id)):
                yield interaction

    def _begin(self, place: Place, kind: int, data: JsonObject, cause: Cause) -> Interaction:
        return summoning.begin(place, kind, data, cause, self._locale)


def _told(command: JsonObject) -> JsonObject:
    """What is said of the command itself; its guild only if it is that guild's own."""
    return {key: command[key] for key in ("id", "name", "type", "guild_id") if key in command}


def _with(data: JsonObject, resolver: Resolver) -> JsonObject:
    return data | ({"resolved": resolver.found} if resolver.found else {})
