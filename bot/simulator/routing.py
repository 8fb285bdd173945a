"""The route table and what passes through it: a :class:`Call` in, an :class:`Answer` or a refusal out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.simulator.access import Standing
from bot.simulator.errors import FieldErrors, bad_field, no_method, no_route, refuse
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_list, as_object
from bot.simulator.state import AccessToken, Channel, Guild
from bot.simulator.world import World


@dataclass(slots=True)
class Call:
    """One call by one actor: the bot over REST, a human through ``/_sim/edits``, or an app for the user who
    authorised it, whose ``token`` it then is."""

    world: World
    actor_id: int
    method: str
    route: "Route"
    path: str
    params: dict[str, str]
    query: dict[str, str] = field(default_factory=dict[str, str])
    body: object = None
    reason: str | None = None
    origin: str = "127.0.0.1"
    published: JsonObject | None = None
    token: AccessToken | None = None
    authorization: str | None = None
    locale: str = "en-US"

    def id(self, name: str) -> int:
        raw = self.params[name]
        if not raw.isdigit():
            raise bad_field(name, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not snowflake.')
        return int(raw)

    def form(self) -> Form:
        """The body as a form; an empty body counts as an empty object. ``published`` complaints count as its own."""
        found = as_object({} if self.body is None else self.body)
        if found is None:
            raise bad_field("", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return Form(found, FieldErrors(self.published))

    def forms(self) -> list[Form]:
        """The body as a list of objects, sharing one set of errors."""
        found = as_list(self.body)
        if found is None:
            raise bad_field("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        whole = Form({}, FieldErrors(self.published))
        return [whole.nested(each, (str(index),)) for index, each in enumerate(found)]

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A query number within bounds."""
        value = Form({name: self.query[name]} if name in self.query else {})
        found = value.number(name, default, least=least, most=most)
        value.settle()
        return default if found is None else found

    def snowflake(self, name: str) -> int | None:
        raw = self.query.get(name)
        if raw is None:
            return None
        if not raw.isdigit():
            raise bad_field(name, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not snowflake.')
        return int(raw)

    def guild(self) -> tuple[Guild, Standing]:
        """The guild in the path; one the actor is not a member of is unknown to it."""
        guild = self.world.guilds.get(self.id("guild_id"))
        if guild is None or self.actor_id not in guild.members:
            raise refuse(10004)
        return guild, self.standing(guild)

    def channel(self, *, direct: bool = False) -> tuple[Guild, Channel, Standing]:
        """The channel in the path, which the actor must be able to see (50001). One of direct messages is none that a
        call can be about (50024), unless it says so."""
        guild, channel = self.world.find_channel(self.id("channel_id"))
        if self.actor_id not in guild.members:
            raise refuse(50001)
        standing = self.standing(guild)
        standing.require_view(channel)
        if guild.is_room and not direct:
            raise refuse(50024)
        return guild, channel, standing

    def standing(self, guild: Guild) -> Standing:
        return Standing(guild, guild.members[self.actor_id], self.world.clock.now())


@dataclass(slots=True, frozen=True)
class Answer:
    """``targets`` are ids of what was made, beside those in the path; ``wrote`` False: nothing was changed."""

    status: int = 204
    body: object = None
    targets: dict[str, str] = field(default_factory=dict[str, str])
    wrote: bool = True
    headers: dict[str, str] = field(default_factory=dict[str, str])


def ok(body: object, *, status: int = 200, wrote: bool = True, **targets: int) -> Answer:
    return Answer(status, body, {name: str(value) for name, value in targets.items()}, wrote)


_REASON_LENGTH = 512
DONE = Answer()
Handler: TypeAlias = Callable[[Call], Answer]


@dataclass(slots=True, frozen=True)
class Route:
    """``keyed``: authorised by what it carries itself, such as a token in the path, or open to everybody.

    ``scope``: what a Bearer token must be good for, None where none is taken. ``bots``: whether the bot token opens it.
    ``encoded``: the body is a form, application/x-www-form-urlencoded, and comes as pairs.
    """

    method: str
    template: str
    handler: Handler
    keyed: bool = False
    scope: str | None = None
    bots: bool = True
    encoded: bool = False


class Routes:
    """The routes of one resource, filled by decorators."""

    def __init__(self) -> None:
        self.found: list[Route] = []

    def on(
        self,
        method: str,
        *templates: str,
        keyed: bool = False,
        scope: str | None = None,
        bots: bool = True,
        encoded: bool = False,
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.found.extend(
                Route(method, template, handler, keyed, scope, bots, encoded) for template in templates
            )
            return handler

        return register


class _Node:
    __slots__ = ("literals", "methods", "parameter")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.methods: dict[str, Route] = {}


class Table:
    """All routes as a tree of path segments; a literal segment wins over a parameter."""

    def __init__(self, groups: Iterable[Routes]) -> None:
        self._root = _Node()
        self.routes: list[Route] = [route for group in groups for route in group.found]
        for route in self.routes:
            self._plant(route)

    def _plant(self, route: Route) -> None:
        node = self._root
        for part in route.template.strip("/").split("/"):
            if part.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(part, _Node())
        node.methods[route.method] = route

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and its parameters; 404 or 405 as Discord's."""
        parts = path.strip("/").split("/")
        node = self._walk(self._root, parts, 0)
        if node is None:
            raise no_route()
        route = node.methods.get(method)
        if route is None:
            raise no_method()
        names = route.template.strip("/").split("/")
        return route, {
            name[1:-1]: part for name, part in zip(names, parts, strict=True) if name.startswith("{")
        }

    def _walk(self, node: _Node, parts: list[str], at: int) -> _Node | None:
        if at == len(parts):
            return node if node.methods else None
        found: _Node | None = None
        literal = node.literals.get(parts[at])
        if literal is not None:
            found = self._walk(literal, parts, at + 1)
        if found is None and node.parameter is not None:
            found = self._walk(node.parameter, parts, at + 1)
        return found


def perform(call: Call, *, via: str) -> Answer:
    """Run the handler and note the effect the moment it has happened."""
    if call.reason is not None and len(call.reason) > _REASON_LENGTH:
        raise bad_field("reason", "BASE_TYPE_MAX_LENGTH", f"Must be {_REASON_LENGTH} or fewer in length.")
    answer = call.route.handler(call)
    if call.method != "GET" and answer.wrote:
        ids = {name: value for name, value in call.params.items() if not name.endswith("token")}
        call.world.journal.wrote(
            method=call.method,
            route=call.route.template,
            path=call.path,
            targets=ids | answer.targets,
            reason=call.reason,
            actor_id=call.actor_id,
            via=via,
        )
    return answer
