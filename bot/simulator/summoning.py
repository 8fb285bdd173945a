"""Building an interaction as Discord's client would: the command found, options typed, entities resolved."""

from secrets import token_urlsafe

from bot.simulator import payloads, permissions, posting
from bot.simulator.command_access import Access, may_use
from bot.simulator.command_options import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    GROUP,
    INTEGER,
    MENTIONABLE,
    NUMBER,
    ROLE,
    STRING,
    SUBCOMMAND,
    USER,
)
from bot.simulator.errors import Refusal, bad_field, refuse
from bot.simulator.ledger import Interaction
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object
from bot.simulator.state import Channel, Guild, Member, Message
from bot.simulator.world import World

ATTACHMENT_LIMIT = 10 << 20
_ENTITIES = (USER, CHANNEL, ROLE, MENTIONABLE)
_VALUES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
    ATTACHMENT: (str,),
}


class Resolver:
    """Finds users, roles and channels by id or name and collects them under ``resolved``."""

    def __init__(self, world: World, guild: Guild) -> None:
        self._world = world
        self._guild = guild
        self.found: dict[str, JsonObject] = {}

    def _add(self, kind: str, entity_id: int, body: JsonObject) -> str:
        self.found.setdefault(kind, {})[str(entity_id)] = body
        return str(entity_id)

    def entity(self, kind: int, value: object) -> str:
        text = str(value)
        if (
            kind in (USER, MENTIONABLE)
            and (user := self._world.user_named(text.removeprefix("@"))) is not None
        ):
            member = self._guild.members.get(user.id)
            if member is not None:
                whole = self._world.member_payload(member) | {"permissions": "0"}
                partial = {key: each for key, each in whole.items() if key not in ("user", "deaf", "mute")}
                self._add("members", user.id, partial)
            return self._add("users", user.id, payloads.user(user))
        if kind in (ROLE, MENTIONABLE):
            for role in self._guild.roles.values():
                if text in (str(role.id), role.name):
                    return self._add("roles", role.id, payloads.role(role))
        if kind == CHANNEL:
            for channel in self._guild.channels.values():
                if text in (str(channel.id), channel.name):
                    return self._add("channels", channel.id, brief_channel(channel))
        raise bad_field("options", "INTERACTION_OPTION_UNKNOWN", f"Nothing called {text!r} to choose")


def brief_channel(channel: Channel) -> JsonObject:
    whole = payloads.channel(channel)
    return {key: value for key, value in whole.items() if key != "permission_overwrites"} | {
        "permissions": str(permissions.ALL)
    }


class CommandData:
    """``data`` of a command or autocomplete interaction."""

    def __init__(self, world: World, guild: Guild, *, focused: str | None) -> None:
        self._resolver = Resolver(world, guild)
        self._focused = focused

    def build(self, command: JsonObject, path: list[str], given: dict[str, object]) -> JsonObject:
        data: JsonObject = {key: command[key] for key in ("id", "name", "type")}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        options = self._descend(as_list(command.get("options")) or [], path, given)
        if options:
            data["options"] = options
        if self._resolver.found:
            data["resolved"] = self._resolver.found
        return data

    def _descend(self, options: list[object], path: list[str], given: dict[str, object]) -> list[JsonObject]:
        known = [found for each in options if (found := as_object(each)) is not None]
        nested = [option for option in known if option["type"] in (SUBCOMMAND, GROUP)]
        if not path:
            if nested:
                names = ", ".join(str(option["name"]) for option in nested)
                raise bad_field("name", "INTERACTION_SUBCOMMAND", f"Name one of its subcommands: {names}")
            return self._leaves(known, given)
        chosen = next((option for option in nested if option["name"] == path[0]), None)
        if chosen is None:
            raise refuse(10063)
        inner = self._descend(as_list(chosen.get("options")) or [], path[1:], given)
        return [{"type": chosen["type"], "name": chosen["name"], "options": inner}]

    def _leaves(self, known: list[JsonObject], given: dict[str, object]) -> list[JsonObject]:
        names = {str(option["name"]) for option in known}
        for name in given:
            if name not in names:
                raise bad_field(
                    f"options.{name}", "INTERACTION_OPTION_UNKNOWN", "The command has no such option"
                )
        found: list[JsonObject] = []
        for option in known:
            name = str(option["name"])
            if given.get(name) is not None:
                found.append(self._leaf(option, given[name]))
            elif option.get("required") and self._focused is None:
                raise bad_field(f"options.{name}", "BASE_TYPE_REQUIRED", "This field is required")
        return found

    def _leaf(self, option: JsonObject, value: object) -> JsonObject:
        kind, name = as_int(option["type"]) or 0, str(option["name"])
        body: JsonObject = {"type": kind, "name": name}
        if name == self._focused:
            return body | {"value": str(value), "focused": True}
        if kind in _ENTITIES:
            return body | {"value": self._resolver.entity(kind, value)}
        if not isinstance(value, _VALUES[kind]) or (kind != BOOLEAN and isinstance(value, bool)):
            raise bad_field(
                f"options.{name}", "INTERACTION_OPTION_TYPE", f"Not a value for an option of type {kind}"
            )
        _check_choice(option, value)
        return body | {"value": value}


def _check_choice(option: JsonObject, value: object) -> None:
    choices = [as_object(each) or {} for each in as_list(option.get("choices")) or []]
    if choices and value not in [choice.get("value") for choice in choices]:
        raise bad_field(f"options.{option['name']}", "INTERACTION_OPTION_CHOICE", "Not one of the choices")


def require_allowed(
    world: World, guild: Guild, member: Member, channel: Channel, command: JsonObject
) -> None:
    """403 unless Discord's client would show the command to this person here."""
    command_id = as_int(command["id"]) or 0
    book = world.commands
    access = Access(
        guild,
        book.permissions_of(guild.id, command_id),
        book.permissions_of(guild.id, world.application.id),
    )
    if not may_use(access, member, channel, command, world.clock.now()):
        raise Refusal(403, 50013, "This member does not see the command")


def interaction_payload(world: World, interaction: Interaction, guild: Guild, channel: Channel) -> JsonObject:
    """What INTERACTION_CREATE carries."""
    now = world.clock.now()
    member = guild.members[interaction.user_id]
    bot = guild.members.get(world.application.bot_id)
    held = permissions.in_channel(guild, member, channel, now)
    app_held = 0 if bot is None else permissions.in_channel(guild, bot, channel, now)
    body: JsonObject = {
        "id": str(interaction.id),
        "application_id": str(world.application.id),
        "type": interaction.type,
        "data": interaction.data,
        "guild": {"id": str(guild.id), "locale": guild.preferred_locale, "features": list(guild.features)},
        "guild_id": str(guild.id),
        "channel": brief_channel(channel),
        "channel_id": str(channel.id),
        "member": world.member_payload(member) | {"permissions": str(held)},
        "token": interaction.token,
        "version": 1,
        "app_permissions": str(app_held),
        "locale": "en-US",
        "guild_locale": guild.preferred_locale,
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(guild.id)},
        "context": 0,
        "attachment_size_limit": ATTACHMENT_LIMIT,
    }
    if interaction.source is not None:
        body["message"] = posting.payload(world, interaction.source)
    return body


def begin(
    world: World,
    *,
    kind: int,
    guild: Guild,
    channel: Channel,
    user_id: int,
    data: JsonObject,
    name: str = "",
    source: Message | None = None,
) -> Interaction:
    """Enter it in the ledger and send it to the bot."""
    interaction = Interaction(
        id=world.mint(),
        token=token_urlsafe(96),
        type=kind,
        guild_id=guild.id,
        channel_id=channel.id,
        user_id=user_id,
        created=world.clock.now(),
        data=data,
        name=name,
        source=source,
    )
    world.interactions.add(interaction)
    world.emit("INTERACTION_CREATE", guild, interaction_payload(world, interaction, guild, channel))
    return interaction
