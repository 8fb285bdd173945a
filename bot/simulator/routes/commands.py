"""The application's commands, global and of one guild (Discord docs: Interactions > Application Commands)."""

from collections.abc import Collection

from bot.simulator.command_forms import read_command
from bot.simulator.command_names import localized
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.oauth2.scopes import UPDATE_COMMANDS
from bot.simulator.routes.applications import require_own
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object

routes = Routes()

GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"
_GLOBAL = "/applications/{application_id}/commands"
_ONE = "/{command_id}"
_MOST = {1: 100, 2: 15, 3: 15}
_CREATES_A_DAY = 200


@routes.on("GET", _GLOBAL, GUILD_COMMANDS, scope=UPDATE_COMMANDS)
def list_commands(call: Call) -> Answer:
    """Without ``with_localizations`` only the wordings for the caller's locale, where there are any."""
    commands = call.world.commands.of(_scope(call)).values()
    if call.query.get("with_localizations") in ("true", "True", "1"):
        return ok(list(commands))
    return ok([_plain(command, call.locale) for command in commands])


@routes.on("PUT", _GLOBAL, GUILD_COMMANDS, scope=UPDATE_COMMANDS)
def overwrite_commands(call: Call) -> Answer:
    """The list becomes all there is; a command of the same name and type keeps its id, or one whose id is given."""
    scope = _scope(call)
    forms = call.forms()
    read = [(_read(call, scope, form, None), form.snowflake("id")) for form in forms]
    _check_unique(forms, read)
    if forms:
        forms[0].settle()
    claimed = {command_id for _, command_id in read if command_id is not None}
    kept = [_finished(call, scope, body, command_id, claimed) for body, command_id in read]
    _store(call, scope, kept, whole=True)
    return ok(kept)


def _check_unique(forms: list[Form], read: list[tuple[JsonObject, int | None]]) -> None:
    names: set[tuple[object, object]] = set()
    ids: set[int] = set()
    for form, (body, command_id) in zip(forms, read, strict=True):
        if (body["name"], body["type"]) in names:
            form.bad_whole("APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        elif command_id in ids:
            form.bad("id", "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
        names.add((body["name"], body["type"]))
        if command_id is not None:
            ids.add(command_id)


@routes.on("POST", _GLOBAL, GUILD_COMMANDS, scope=UPDATE_COMMANDS)
def create_command(call: Call) -> Answer:
    """Creating one that exists overwrites it: 200 instead of 201."""
    scope = _scope(call)
    form = call.form()
    body = _read(call, scope, form, None)
    form.settle()
    known = call.world.commands.named(scope, str(body["name"]), as_int(body["type"]) or 1)
    command = _finished(call, scope, body, None)
    _store(call, scope, [command], whole=False)
    return ok(command, status=200 if known else 201, command_id=as_int(command["id"]) or 0)


@routes.on("GET", _GLOBAL + _ONE, GUILD_COMMANDS + _ONE, scope=UPDATE_COMMANDS)
def get_command(call: Call) -> Answer:
    return ok(_found(call, _scope(call)))


@routes.on("PATCH", _GLOBAL + _ONE, GUILD_COMMANDS + _ONE, scope=UPDATE_COMMANDS)
def edit_command(call: Call) -> Answer:
    scope = _scope(call)
    known = _found(call, scope)
    form = call.form()
    body = _read(call, scope, form, known)
    form.settle()
    namesake = call.world.commands.named(scope, str(body["name"]), as_int(body["type"]) or 1)
    if namesake is not None and namesake is not known:
        raise refuse(40041)
    command = _finished(call, scope, body, as_int(known["id"]))
    call.world.commands.put(scope, command)
    return ok(command)


@routes.on("DELETE", _GLOBAL + _ONE, GUILD_COMMANDS + _ONE, scope=UPDATE_COMMANDS)
def delete_command(call: Call) -> Answer:
    scope = _scope(call)
    call.world.commands.drop(scope, int(str(_found(call, scope)["id"])))
    return DONE


def _scope(call: Call) -> int | None:
    """Only one's own application; for a guild only one it was added to."""
    require_own(call)
    if "guild_id" not in call.params:
        return None
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None or not call.world.bot_in(guild):
        raise refuse(50001)
    return guild.id


def _read(call: Call, scope: int | None, form: Form, known: JsonObject | None) -> JsonObject:
    installs = [int(key) for key in call.world.application.install]
    body = read_command(form, known, installs=installs, guild=scope is not None)
    if scope is not None:
        body.pop("dm_permission", None)
    return body


def _found(call: Call, scope: int | None) -> JsonObject:
    command = call.world.commands.of(scope).get(call.id("command_id"))
    if command is None:
        raise refuse(10063)
    return command


def _finished(
    call: Call,
    scope: int | None,
    body: JsonObject,
    command_id: int | None,
    claimed: Collection[int] = (),
) -> JsonObject:
    """With its id, and a new version if anything changed; ids that are ``claimed`` are not found by name."""
    book = call.world.commands
    known = None if command_id is None else book.of(scope).get(command_id)
    namesake = book.named(scope, str(body["name"]), as_int(body["type"]) or 1)
    if known is None and namesake is not None and as_int(namesake["id"]) not in claimed:
        known = namesake
    command: JsonObject = {"application_id": str(call.world.application.id)}
    if scope is not None:
        command["guild_id"] = str(scope)
    command |= {key: value for key, value in body.items() if key not in ("id", "version")}
    made = str(call.world.mint())
    if known is None:
        return command | {"id": made, "version": made}
    command |= {"id": known["id"], "version": known["version"]}
    return known if known == command else command | {"version": made}


def _store(call: Call, scope: int | None, commands: list[JsonObject], *, whole: bool) -> None:
    """Within the numbers a scope may hold, and be given in a day."""
    book, now = call.world.commands, call.world.clock.now()
    had = book.of(scope)
    new = {int(str(command["id"])): command for command in commands}
    _check_count(new if whole else had | new)
    created = len(new.keys() - had.keys())
    limited = call.world.limits.profile == "discord"
    if created and limited and book.created_lately(scope, now) + created > _CREATES_A_DAY:
        raise refuse(30034)
    book.count_created(scope, now, created)
    if whole:
        for command_id in had.keys() - new.keys():
            book.drop(scope, command_id)
        ordered = {key: had.get(key, command) for key, command in new.items()}
        had.clear()
        had.update(ordered)
    for command in commands:
        book.put(scope, command)


def _check_count(commands: dict[int, JsonObject]) -> None:
    for kind, most in _MOST.items():
        if sum(command["type"] == kind for command in commands.values()) > most:
            raise refuse(30032)


def _plain(command: JsonObject, locale: str) -> JsonObject:
    found = {key: value for key, value in command.items() if not key.endswith("_localizations")}
    for key in ("name", "description"):
        text = localized(command.get(f"{key}_localizations"), locale)
        if text is not None:
            found[f"{key}_localized"] = text
    for key in ("options", "choices"):
        nested = as_list(found.get(key))
        if nested is not None:
            found[key] = [_plain(each, locale) for item in nested if (each := as_object(item)) is not None]
    return found
