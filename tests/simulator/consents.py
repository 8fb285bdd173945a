"""People who authorise the application in a walk, and what it holds of theirs since: codes and tokens."""

import base64
from random import Random
from urllib.parse import parse_qsl, urlsplit

from bot.simulator.oauth2.scopes import ANY
from bot.simulator.routing import Route
from bot.simulator.shapes import JsonObject, words
from bot.simulator.state import AccessToken, Guild
from bot.simulator.world import World
from tests.simulator.calls import Reply, Wire

REDIRECT = "https://app.example/callback"
_SCOPES = words(
    "identify email guilds guilds.join guilds.members.read applications.commands.permissions.update"
)
_OWN = "applications.commands.update identify"


class Consents:
    """A token that was refreshed or revoked stays in the list, so that a dead one is shown too now and then."""

    def __init__(self, wire: Wire, world: World) -> None:
        self._wire = wire
        self._world = world
        self._codes: list[str] = ["never-issued"]
        self._tokens: list[str] = []
        self._refresh: list[str] = ["never-issued"]

    async def register(self) -> None:
        """Tell the portal page where people come back to."""
        done = await self._wire.control("PATCH", "/application", {"redirect_uris": [REDIRECT]})
        assert done.status == 200, done.body

    async def agree(self, guild: Guild, chance: Random) -> None:
        """A member, the owner or somebody new allows some scopes; every other time the code is exchanged at once."""
        user_id = await self._somebody(guild, chance)
        scopes = [each for each in _SCOPES if chance.randint(0, 2)] or ["identify"]
        asked = {"user": str(user_id), "scope": " ".join(scopes), "redirect_uri": REDIRECT}
        agreed = await self._wire.control("POST", "/oauth2/authorize", asked)
        assert agreed.status == 200, agreed.body
        code = dict(parse_qsl(urlsplit(agreed.body["location"]).query)).get("code")
        if code is None:  # an application that is not for guilds any more is not offered
            return
        self._codes.append(code)
        if chance.randint(0, 1):
            fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
            self.heard(await self._wire.form("/oauth2/token", fields, self._basic()))

    async def _somebody(self, guild: Guild, chance: Random) -> int:
        people = [each for each in guild.members if not self._world.users[each].bot]
        choice = chance.randint(0, 3)
        if choice == 0:
            name = f"stranger{len(self._world.users)}"
            made = await self._wire.control("POST", "/users", {"username": name})
            assert made.status == 201, made.body
            return int(made.body["id"])
        return guild.owner_id if choice == 1 else chance.choice(people)

    def heard(self, reply: Reply) -> None:
        """Keep the tokens of an answer of the token endpoint."""
        if reply.status == 200 and "access_token" in reply.body:
            self._tokens.append(reply.body["access_token"])
            self._refresh += [reply.body["refresh_token"]] if "refresh_token" in reply.body else []

    def fields(self, route: Route, chance: Random) -> JsonObject:
        """What the token endpoint or that of revocation is sent; the app's own id and secret stand in the header."""
        if route.template.endswith("/revoke"):
            return {"token": chance.choice(self._tokens or ["never-issued"])}
        kinds: tuple[JsonObject, ...] = (
            {
                "grant_type": "authorization_code",
                "code": chance.choice(self._codes),
                "redirect_uri": REDIRECT,
            },
            {"grant_type": "refresh_token", "refresh_token": self._refresh[-1]},
            {"grant_type": "client_credentials", "scope": chance.choice((_OWN, "identify", "guilds"))},
        )
        return dict(chance.choice(kinds))

    def authorization(self, route: Route, guild: Guild, chance: Random) -> str | None:
        """The header instead of the bot's, where a route takes another one; mostly one that opens it."""
        if route.encoded:
            return self._basic() if chance.randint(0, 9) else "Basic bm9ib2R5Om5vdGhpbmc="
        if route.scope is None or chance.randint(0, 1 if route.bots else 5) == 0:
            return None
        live = [found for each in self._tokens if (found := self._world.oauth2.find(each)) is not None]
        fitting = [each for each in live if route.scope in (ANY, *each.scopes)]
        within = [each for each in fitting if each.user_id in guild.members]
        chosen = within if within and chance.randint(0, 3) else fitting
        texts = [each.text for each in (chosen if chance.randint(0, 5) else live)] or self._tokens
        return f"Bearer {chance.choice(texts)}" if texts else None

    def joining(self, guild: Guild) -> list[AccessToken]:
        """Of those who are not in the guild, and let the application bring them into guilds."""
        live = [found for each in self._tokens if (found := self._world.oauth2.find(each)) is not None]
        return [each for each in live if each.user_id not in guild.members and "guilds.join" in each.scopes]

    def _basic(self) -> str:
        application = self._world.application
        pair = f"{application.id}:{application.client_secret}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"
