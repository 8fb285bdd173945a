"""A walk through a world: random legal and illegal calls by the bot and by people, each judged when it is done.

Driven by the route table and the document; a route that is added is walked from then on.
"""

from collections.abc import Collection
from functools import partial
from random import Random
from typing import Any, cast

from bot.simulator import Simulator
from bot.simulator.contract import Contract
from bot.simulator.permissions import BITS
from bot.simulator.routes import TABLE
from bot.simulator.routing import Route
from bot.simulator.shapes import JsonObject, words
from bot.simulator.state import Guild
from tests.simulator.calls import Reply, Wire
from tests.simulator.consents import Consents
from tests.simulator.generating import Author
from tests.simulator.happenings import come_back, interact, permit, speak
from tests.simulator.heads import Head
from tests.simulator.judging import Evidence, Judge, Step
from tests.simulator.naming import Spot, living, named
from tests.simulator.overhearing import Frame, Overhearing
from tests.simulator.pictures import uri
from tests.simulator.spoiling import spoiled

_TRIES = 4
_WEIGHTS = {"POST": 5, "PUT": 3, "PATCH": 3, "GET": 2, "DELETE": 1}
_HEADERS = ("via", *(f"x-ratelimit-{each}" for each in words("limit remaining reset reset-after bucket")))
_FEATURES = words(
    "COMMUNITY NEWS ROLE_ICONS INVITE_SPLASH BANNER ANIMATED_ICON WELCOME_SCREEN_ENABLED VIP_REGIONS"
)
_RULE: JsonObject = {
    "name": "No krakens",
    "enabled": True,
    "trigger_type": 1,
    "event_type": 1,
    "trigger_metadata": {"keyword_filter": ["*kraken*"]},
    "actions": [{"type": 1}, {"type": 2, "metadata": {"channel_id": "log"}}],
}


def guild_spec(name: str, granted: object) -> JsonObject:
    """A small guild with a channel of every type; Harbour is a Community with all it can have."""
    grand = name == "Harbour"
    roles: list[JsonObject] = [
        {"name": "Crew"},
        {"name": "Mate", "permissions": ["MANAGE_ROLES", "MANAGE_CHANNELS", "BAN_MEMBERS"]},
        {"name": "Boost", "managed": True, "tags": {"premium_subscriber": None}},
    ]
    hooks = [{"name": "Gulls", "user": "ada"}]
    channels: list[JsonObject] = [
        {"name": "Deck", "type": "category", "permission_overwrites": [{"role": "Crew", "allow": "1024"}]},
        {"name": "log", "type": "text", "parent": "Deck", "synced": True},
        {"name": "rules", "type": "text", "webhooks": hooks},
        *({"name": kind, "type": kind} for kind in words("voice announcement stage forum media")),
    ]
    spec: JsonObject = {"name": name, "roles": roles, "channels": channels, "bot_permissions": granted}
    spec |= {"emojis": [{"name": "anchor"}], "stickers": [{"name": "Wave"}]}
    spec |= {"scheduled_events": [{"name": "Regatta"}, {"name": "Shanties", "channel": "voice"}]}
    spec |= {"auto_moderation": [_RULE]}
    spec["members"] = [{"username": "ada", "roles": ["Crew"]}, {"username": "grace", "roles": ["Mate"]}]
    if grand:
        spec |= {"features": list(_FEATURES), "verification_level": 1, "explicit_content_filter": 2}
        spec |= {"premium_tier": 3, "rules_channel": "rules", "public_updates_channel": "rules"}
        spec["welcome_screen"] = {"enabled": True, "channels": [{"channel": "rules", "description": "Read"}]}
    return spec


def _has_files(body: Any) -> bool:
    return isinstance(body, dict) and any(
        isinstance(each, bytes) for each in cast("dict[str, Any]", body).values()
    )


class Walk:
    """One world. ``contract`` judges here in the tests, whether or not the simulator has one inside (``alone``).

    One body in ``spoils`` has something wrong in it. ``head`` is a client's that hears everything.
    """

    def __init__(
        self,
        simulator: Simulator,
        document: JsonObject,
        contract: Contract,
        chance: Random,
        evidence: Evidence,
        *,
        alone: bool,
        spoils: int = 6,
    ) -> None:
        self.world = simulator.world
        self._simulator = simulator
        self.head = Head(simulator)
        self.overhearing = Overhearing(simulator, self._read)
        self._wire = Wire(simulator.app)
        self._consents = Consents(self._wire, self.world)
        self._document = document
        self._judge = Judge(simulator, self.overhearing, contract, evidence, alone=alone)
        self._chance = chance
        self._spoils = spoils

    async def start(self) -> None:
        """Two guilds: where the bot may do everything, or as little as in the other: some random things."""
        some = [name for name in BITS if name != "ADMINISTRATOR" and self._rarely(3)]
        for name, granted in (("Harbour", some if self._rarely(3) else ["ADMINISTRATOR"]), ("Lagoon", some)):
            made = await self._wire.control("POST", "/guilds", guild_spec(name, granted))
            assert made.status == 201, made.body
        await self._consents.register()
        await self._listen()

    def _read(self, frame: Frame) -> None:
        self.head.read(frame)

    async def _listen(self) -> None:
        """From the beginning, with a head that knows nothing yet."""
        self.head = Head(self._simulator)
        await self.overhearing.begin()
        await self.overhearing.heard()

    async def _listen_again(self) -> None:
        """After the application gave up an intent, which ends the session, its portal page allows it again."""
        intents = {"intents": ["presences", "members", "message_content"]}
        assert (await self._wire.control("PATCH", "/application", intents)).status == 200
        await self._listen()

    async def end(self) -> None:
        await self.overhearing.end()

    async def step(self, wanted: Collection[Route] = ()) -> Step:
        """One call, rather of those wanted; AssertionError if anything about it is wrong."""
        guild = self._chance.choice(list(self.world.guilds.values()))
        if not self.overhearing.is_on:
            await self._listen_again()
        await self._happen(guild)
        route, spot, path = self._destination(guild, wanted)
        author = Author(self._document, self._chance, partial(living, spot))
        body = self._body(route, author)
        if route.template.endswith("/members/{user_id}") and route.method == "PUT":
            path, body = self._joining(spot, path, body)
        if body is not None and self._rarely(self._spoils):
            body = spoiled(body, self._chance)
        await self._judge.watch()
        by_hand = not route.keyed and self._rarely(5)
        step = await (
            self._edit(guild, route, path, body) if by_hand else self._call(guild, route, path, body, author)
        )
        await self._judge.check(step)
        return step

    async def _happen(self, guild: Guild) -> None:
        """What comes about without the call that is judged."""
        await come_back(self._wire, self.world, guild)
        for happens, one_in in ((interact, 12), (permit, 30), (speak, 15)):
            if self._rarely(one_in):
                await happens(self._wire, self.world, guild, self._chance)
        if self._rarely(20):
            await self._consents.agree(guild, self._chance)

    def _rarely(self, one_in: int) -> bool:
        return self._chance.randint(1, one_in) == one_in

    def _body(self, route: Route, author: Author) -> Any:
        """As the document has it; a form's, which is not in there, is written from what was granted."""
        if route.encoded:
            return self._consents.fields(route, self._chance)
        return author.body(route.method, route.template)

    def _joining(self, spot: Spot, path: str, body: Any) -> tuple[str, Any]:
        """Mostly with the token of whoever is to join."""
        joining = self._consents.joining(spot.guild)
        if not joining or self._rarely(5):
            return path, body
        token = self._chance.choice(joining)
        path = spot.template.format(guild_id=spot.guild.id, user_id=token.user_id)
        return path, body | {"access_token": token.text}

    def _destination(self, guild: Guild, wanted: Collection[Route]) -> tuple[Route, Spot, str]:
        """Where to call. What is wanted has to wait until there is something that its path can name."""
        tries = 0
        while True:
            tries += 1
            route = self._route(wanted if tries <= _TRIES else ())
            spot = Spot(self.world, guild, route.template)
            path = named(spot, self._chance)
            if spot.is_peopled or tries == 2 * _TRIES:
                return route, spot, path

    def _route(self, wanted: Collection[Route]) -> Route:
        if wanted and self._chance.randint(0, 2):
            return self._chance.choice(list(wanted))
        method = self._chance.choice([each for each, weight in _WEIGHTS.items() for _ in range(weight)])
        return self._chance.choice([each for each in TABLE.routes if each.method == method])

    async def _call(self, guild: Guild, route: Route, path: str, body: Any, author: Author) -> Step:
        query, reason = author.query(route.method, route.template), author.reason()
        authorization = self._consents.authorization(route, guild, self._chance)
        if route.encoded:
            fields: dict[str, Any] = body if isinstance(body, dict) else {}
            reply = await self._wire.form(path, fields, authorization)
            self._consents.heard(reply)
        else:
            headers = {} if reason is None else {"x-audit-log-reason": reason}
            headers |= {} if authorization is None else {"authorization": authorization}
            if _has_files(body):
                reply = await self._wire.multipart(path, body, headers=headers)
                return Step(route, path, body, reply, extra=f"{reason or ''} {authorization or ''}")
            reply = await self._wire(route.method, path, body, query=query, headers=headers)
        missing = [each for each in _HEADERS if each not in reply.headers]
        assert not missing, f"{route.method} {path}: no header {missing}"
        return Step(route, path, body, reply, extra=f"{query or ''} {reason or ''} {authorization or ''}")

    async def _edit(self, guild: Guild, route: Route, path: str, body: Any) -> Step:
        people = [each for each in guild.members if each != self.world.application.bot_id]
        user = str(self._chance.choice(people))
        edit = {"user": user, "method": route.method, "path": path, "body": body}
        if _has_files(body):
            plain = {key: each for key, each in body.items() if not isinstance(each, bytes)}
            edit |= {
                "body": plain,
                "file": uri(next(each for each in body.values() if isinstance(each, bytes))),
            }
        told = await self._wire.control("POST", "/edits", edit)
        if told.status != 200:
            assert told.body["code"] == 50109, (edit, told.body)  # a number too large for any JSON
            told = Reply(200, {}, {"status": told.status, "body": told.body})
        return Step(route, path, body, Reply(told.body["status"], {}, told.body["body"]), by=user)
