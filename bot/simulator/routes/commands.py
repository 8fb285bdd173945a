"""The application's commands, global and of one guild."""

from bot.simulator.command_forms import read_command
from bot.simulator.errors import refuse
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object

routes = Routes()

_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"
_ONE = "/{command_id}"
_MOST = {1: 100, 2: 15, 3: 15}


@routes.on("GET", _GLOBAL, _GUILD)
def list_commands(call: Call) -> Answer:
    scope = _scope(call)
    return ok([_shown(call, command) for command in call.world.commands.of(scope).values()])


@routes.on("PUT", _GLOBAL, _GUILD)
def overwrite_commands(call: Call) -> Answer:
    """The list becomes all there is; a command of the same name and type keeps its id."""
    scope = _scope(call)
    forms = call.forms()
    read = [(form, read_command(form, None)) for form in forms]
    seen: set[tuple[object, object]] = set()
    for form, body in read:
        form.snowflake("id")  # which one is meant is told by name and type all the same
        if (body["name"], body["type"]) in seen:
            form.bad(
                "name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        seen.add((body["name"], body["type"]))
    if forms:
        forms[0].settle()
    kept = [_finished(call, scope, body) for _, body in read]
    _check_count(kept)
    call.world.commands.of(scope).clear()
    for command in kept:
        call.world.commands.put(scope, command)
    return ok([_shown(call, command) for command in kept])


@routes.on("POST", _GLOBAL, _GUILD)
def create_command(call: Call) -> Answer:
    """Creating one that exists overwrites it: 200 instead of 201."""
    scope = _scope(call)
    form = call.form()
    body = read_command(form, None)
    form.settle()
    known = call.world.commands.named(scope, str(body["name"]), as_int(body["type"]) or 1)
    command = _finished(call, scope, body)
    _check_count([*(each for each in call.world.commands.of(scope).values() if each is not known), command])
    call.world.commands.put(scope, command)
    return ok(_shown(call, command), status=200 if known else 201, command_id=as_int(command["id"]) or 0)


@routes.on("GET", _GLOBAL + _ONE, _GUILD + _ONE)
def get_command(call: Call) -> Answer:
    return ok(_found(call, _scope(call)))


@routes.on("PATCH", _GLOBAL + _ONE, _GUILD + _ONE)
def edit_command(call: Call) -> Answer:
    scope = _scope(call)
    known = _found(call, scope)
    form = call.form()
    body = read_command(form, known)
    form.settle()
    command = _identity(call, scope) | body | {"id": known["id"], "version": str(call.world.mint())}
    call.world.commands.put(scope, command)
    return ok(command)


@routes.on("DELETE", _GLOBAL + _ONE, _GUILD + _ONE)
def delete_command(call: Call) -> Answer:
    scope = _scope(call)
    command = _found(call, scope)
    del call.world.commands.of(scope)[int(str(command["id"]))]
    return DONE


@routes.on("GET", _GUILD + "/permissions")
def list_command_permissions(call: Call) -> Answer:
    """Nobody has set any: that is done by people in the guild's settings."""
    _scope(call)
    return ok([])


@routes.on("GET", _GUILD + _ONE + "/permissions")
def get_command_permissions(call: Call) -> Answer:
    scope = _scope(call)
    if call.id("command_id") not in call.world.commands.of(scope):
        _found(call, None)
    raise refuse(10066)


def _scope(call: Call) -> int | None:
    """Only one's own application; for a guild only one the bot is in."""
    if call.id("application_id") != call.world.application.id:
        raise refuse(50001)
    if "guild_id" not in call.params:
        return None
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None or call.actor_id not in guild.members:
        raise refuse(50001)
    return guild.id


def _found(call: Call, scope: int | None) -> JsonObject:
    command = call.world.commands.of(scope).get(call.id("command_id"))
    if command is None:
        raise refuse(10063)
    return command


def _identity(call: Call, scope: int | None) -> JsonObject:
    body: JsonObject = {"application_id": str(call.world.application.id)}
    if scope is not None:
        body["guild_id"] = str(scope)
    return body


def _finished(call: Call, scope: int | None, body: JsonObject) -> JsonObject:
    known = call.world.commands.named(scope, str(body["name"]), as_int(body["type"]) or 1)
    command = _identity(call, scope) | body
    if known is not None:
        if {**known, "version": None} == {**command, "id": known["id"], "version": None}:
            return known
        return command | {"id": known["id"], "version": str(call.world.mint())}
    made = str(call.world.mint())
    return command | {"id": made, "version": made}


def _check_count(commands: list[JsonObject]) -> None:
    for kind, most in _MOST.items():
        if sum(command["type"] == kind for command in commands) > most:
            raise refuse(30032)


def _shown(call: Call, command: JsonObject) -> JsonObject:
    """Lists leave the localizations out unless asked."""
    if call.method != "GET" or call.query.get("with_localizations") in ("true", "True", "1"):
        return command
    return _plain(command)


def _plain(command: JsonObject) -> JsonObject:
    found = {key: value for key, value in command.items() if not key.endswith("_localizations")}
    for key in ("options", "choices"):
        nested = as_list(found.get(key))
        if nested is not None:
            found[key] = [_plain(each) for item in nested if (each := as_object(item)) is not None]
    return found
