"""What a person's token opens for the application, and what it does not."""

import json
from functools import cache
from typing import Any

import disnake
import httpx
import pytest

from bot.simulator import Simulator, build
from bot.simulator.permissions import BITS
from bot.simulator.routes import applications, authorized, commands, oauth2, users
from bot.simulator.routing import Route, Table
from bot.simulator.state import Ban
from tests.simulator.calls import Control, Rest, heard_by, until
from tests.simulator.clients import CREW, REDIRECT, OAuth2Client
from tests.simulator.conftest import Connect, MakeTwins
from tests.simulator.published import PUBLISHED, needs_document


async def test_a_person_is_told_of_as_far_as_they_allowed(
    app: OAuth2Client, rest: Rest, sim: Control
) -> None:
    await sim("POST", "/users", {"username": "mary", "email": "mary@example.org"})
    me = await rest.ok("GET", "/users/@me", **await app.bearer("mary", "identify"))
    assert (me["username"], "email" in me, "verified" in me) == ("mary", False, False)
    me = await rest.ok("GET", "/users/@me", **await app.bearer("mary", "identify email"))
    assert (me["email"], me["verified"]) == ("mary@example.org", True)
    answer = await rest("GET", "/users/@me", **await app.bearer("ada", "guilds"))
    assert (answer.status_code, answer.json()["code"]) == (403, 50026)


async def test_a_persons_guilds_and_memberships_are_theirs(
    app: OAuth2Client, rest: Rest, sim: Control, crew: dict[str, Any]
) -> None:
    elsewhere = await sim.guild(name="Elsewhere", owner="linus", bot_in=False)
    hers = await rest.ok("GET", "/users/@me/guilds?with_counts=true", **await app.bearer("ada", "guilds"))
    assert [(guild["id"], guild["owner"], guild["approximate_member_count"]) for guild in hers] == [
        (crew["id"], True, 4)
    ]
    his = await rest.ok("GET", "/users/@me/guilds", **await app.bearer("linus", "guilds"))
    assert {guild["id"] for guild in his} == {crew["id"], elsewhere["id"]}
    path = f"/users/@me/guilds/{crew['id']}/member"
    member = await rest.ok("GET", path, **await app.bearer("grace", "guilds.members.read"))
    assert (member["user"]["username"], member["roles"]) == ("grace", [crew["roles"]["Mods"]])
    away = path.replace(crew["id"], elsewhere["id"])
    answer = await rest("GET", away, **await app.bearer("grace", "guilds.members.read"))
    assert (answer.status_code, answer.json()["code"]) == (404, 10004)
    assert await rest.refused("GET", path) == (403, 20001)


async def test_an_app_reads_its_own_authorisation(app: OAuth2Client, rest: Rest, simulator: Any) -> None:
    found = await rest.ok("GET", "/oauth2/@me", **await app.bearer("ada", "identify guilds"))
    assert (found["scopes"], found["user"]["username"]) == (["identify", "guilds"], "ada")
    assert found["application"]["id"] == app.id
    assert "owner" not in found["application"]
    assert "user" not in await rest.ok("GET", "/oauth2/@me", **await app.bearer("ada", "guilds"))
    assert await rest.refused("GET", "/oauth2/@me") == (403, 20001)
    counted = await rest.ok("GET", "/applications/@me")
    assert counted["approximate_user_authorization_count"] == 1


async def test_a_persons_token_opens_nothing_that_is_the_bots(
    app: OAuth2Client, rest: Rest, crew: dict[str, Any]
) -> None:
    everything = "identify email guilds guilds.join guilds.members.read connections"
    bearer = await app.bearer("ada", everything)
    for method, path, body in (
        ("GET", f"/guilds/{crew['id']}", None),
        ("GET", "/gateway/bot", None),
        ("POST", f"/guilds/{crew['id']}/roles", {"name": "x"}),
        ("PUT", f"/guilds/{crew['id']}/members/{crew['members']['linus']}", {"access_token": "x"}),
        ("PATCH", "/applications/@me", {"description": "x"}),
    ):
        answer = await rest(method, path, body, **bearer)
        assert (answer.status_code, answer.json()["code"]) == (401, 0)
    answer = await rest("GET", "/users/@me", Authorization="Bearer nonsense")
    assert answer.status_code == 401


@cache
def published() -> dict[str, Any]:
    return json.loads(PUBLISHED.read_text())


# The modules whose routes an application may call in somebody's name.
DELEGATED = Table(module.routes for module in (applications, authorized, commands, oauth2, users))


@needs_document
@pytest.mark.parametrize("route", DELEGATED.routes, ids=lambda route: f"{route.method} {route.template}")
def test_bearer_tokens_are_taken_where_the_document_has_them(route: Route) -> None:
    operation = published()["paths"].get(route.template, {}).get(route.method.lower())
    if operation is None:
        assert route.encoded, "only the token endpoint is not in the document"
        return
    schemes = {name: scopes for each in operation["security"] for name, scopes in each.items()}
    scopes = schemes.get("OAuth2", [])
    assert scopes == [] if route.scope is None else route.scope in scopes or len(scopes) > 30


async def test_limits_are_each_persons_own() -> None:
    simulator = build(profile="discord", redirect_uris=[REDIRECT])
    transport = httpx.ASGITransport(app=simulator.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as own:
        sim, rest = Control(own), Rest(own)
        await sim.guild(**CREW)
        app = OAuth2Client(own, simulator.world.application.id)
        ada, again = await app.bearer("ada", "identify"), await app.bearer("ada", "identify")
        linus = await app.bearer("linus", "identify")
        statuses = [(await rest("GET", "/users/@me", **ada)).status_code for _ in range(11)]
        assert statuses == [200] * 10 + [429]
        assert (await rest("GET", "/users/@me", **again)).status_code == 429
        assert (await rest("GET", "/users/@me", **linus)).status_code == 200
        assert (await rest("GET", "/users/@me")).status_code == 200


# Letting people in


async def test_a_person_who_allowed_it_is_let_in(
    *, app: OAuth2Client, connect: Connect, sim: Control, rest: Rest, crew: dict[str, Any], twins: MakeTwins
) -> None:
    user = await sim("POST", "/users", {"username": "newcomer"})
    token = await app.token("newcomer", "identify guilds.join")
    path = f"/guilds/{crew['id']}/members/{user['id']}"
    body = {"access_token": token["access_token"], "nick": "New", "roles": [crew["roles"]["Crew"]]}
    bot = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    heard = heard_by(bot, "on_member_join")
    async with connect(bot):
        both = twins(bot)
        answer = await rest("PUT", path, body | {"mute": True})
        assert (answer.status_code, answer.json()["nick"]) == (201, "New")
        await both.agree()
        await until(lambda: heard)
        assert [role.name for role in heard[0].roles] == ["@everyone", "Crew"]
        assert (await rest("PUT", path, body)).status_code == 204
        await both.agree()
    mine = await rest.ok("GET", "/users/@me/guilds", **await app.bearer("newcomer", "guilds"))
    assert [guild["id"] for guild in mine] == [crew["id"]]


async def test_nobody_is_let_in_without_a_token_of_their_own(
    app: OAuth2Client, sim: Control, rest: Rest, crew: dict[str, Any]
) -> None:
    user = await sim("POST", "/users", {"username": "newcomer"})
    path = f"/guilds/{crew['id']}/members/{user['id']}"
    other = (await app.token("linus", "guilds.join"))["access_token"]
    narrow = (await app.token("newcomer", "identify"))["access_token"]
    assert await rest.refused("PUT", path, {"access_token": "x"}) == (403, 50025)
    assert await rest.refused("PUT", path, {"access_token": other}) == (403, 50025)
    assert await rest.refused("PUT", path, {"access_token": narrow}) == (403, 50026)
    assert await rest.refused("PUT", path, {}) == (400, 50035)
    assert await rest.refused("PUT", f"/guilds/{crew['id']}/members/1", {"access_token": "x"}) == (404, 10013)
    assert await rest.refused("PUT", f"/guilds/1/members/{user['id']}", {"access_token": "x"}) == (404, 10004)


async def test_the_bot_lets_in_only_as_far_as_it_may(
    app: OAuth2Client, sim: Control, rest: Rest, simulator: Simulator
) -> None:
    weak = await sim.guild(
        owner="ada",
        everyone_permissions=[],
        bot_permissions=["CREATE_INSTANT_INVITE"],
        bot_role_position=1,
        features=["MEMBER_VERIFICATION_GATE_ENABLED"],
        roles=[{"name": "high"}],
    )
    deaf = await sim.guild(owner="ada", everyone_permissions=[], bot_permissions=[])
    user = await sim("POST", "/users", {"username": "newcomer"})
    token = {"access_token": (await app.token("newcomer", "guilds.join"))["access_token"]}
    path = f"/guilds/{weak['id']}/members/{user['id']}"
    for more in ({"nick": "x"}, {"mute": True}, {"deaf": True}, {"roles": [weak["roles"]["high"]]}):
        assert await rest.refused("PUT", path, token | more) == (403, 50013)
    assert await rest.refused("PUT", path.replace(weak["id"], deaf["id"]), token) == (403, 50013)
    guild = simulator.world.guilds[int(weak["id"])]
    guild.bans[int(user["id"])] = Ban(int(user["id"]))
    assert await rest.refused("PUT", path, token) == (403, 40007)
    guild.bans.clear()
    strong = next(role for role in guild.roles.values() if role.managed)
    strong.permissions |= BITS["MANAGE_ROLES"]
    assert await rest.refused("PUT", path, token | {"roles": [weak["roles"]["high"]]}) == (403, 50013)
    assert await rest.refused("PUT", path, token | {"roles": ["1"]}) == (400, 50028)
    assert (await rest.ok("PUT", path, token))["pending"] is True


# The application in its own name


async def test_an_app_gets_a_token_of_its_owner(app: OAuth2Client, rest: Rest) -> None:
    fields = {"grant_type": "client_credentials", "scope": "identify applications.commands.update"}
    token = (await app.post("/oauth2/token", fields)).json()
    assert set(token) == {"access_token", "token_type", "expires_in", "scope"}
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    assert (await rest.ok("GET", "/users/@me", **bearer))["username"] == "owner"
    made = await rest.ok(
        "POST", f"/applications/{app.id}/commands", {"name": "hi", "description": "d"}, **bearer
    )
    assert [each["id"] for each in await rest.ok("GET", f"/applications/{app.id}/commands")] == [made["id"]]


async def test_a_teams_app_is_nobody_in_particular(app: OAuth2Client, rest: Rest, sim: Control) -> None:
    await sim("PATCH", "/application", {"team": {"name": "Harbour Works"}})
    fields = {"grant_type": "client_credentials", "scope": "identify"}
    token = (await app.post("/oauth2/token", fields)).json()
    me = await rest.ok("GET", "/users/@me", Authorization=f"Bearer {token['access_token']}")
    assert me["username"].startswith("team")
    await app.post("/oauth2/token", fields | {"scope": "identify guilds"}, status=400)
