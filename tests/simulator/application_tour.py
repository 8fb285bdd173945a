"""Every route of OAuth2, the application and its commands, once with success: for the tour of the whole table."""

from typing import Any

import httpx

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest
from tests.simulator.clients import OAuth2Client

# These are Discord's, but not in its published document; the tests of OAuth2 check what they answer.
UNPUBLISHED = {("POST", "/oauth2/token"), ("POST", "/oauth2/token/revoke")}

PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
SETTINGS: dict[str, Any] = {
    "description": {"default": "Keeps the harbour", "localizations": {"de": "Hütet den Hafen"}},
    "icon": PIXEL,
    "cover_image": PIXEL,
    "flags": 1 << 13 | 1 << 15 | 1 << 19,
    "tags": ["harbour", "ships"],
    "custom_install_url": "https://app.example/install",
    "role_connections_verification_url": "https://app.example/verify",
    "install_params": {"scopes": ["bot"], "permissions": "8"},
    "integration_types_config": {"0": {"oauth2_install_params": {"scopes": ["bot"], "permissions": "8"}}},
    "interactions_endpoint_url": None,
    "event_webhooks_types": ["APPLICATION_AUTHORIZED"],
    "max_participants": 5,
    "explicit_content_filter": 1,
}


async def application_tour(
    http: httpx.AsyncClient, rest: Rest, sim: Control, simulator: Simulator, made: dict[str, Any]
) -> None:
    app = OAuth2Client(http, simulator.world.application.id)
    await app.register()
    team = {"name": "Harbour Works", "members": [{"user": "ada", "role": "developer", "state": "invited"}]}
    await sim("PATCH", "/application", {"team": team})
    for path in ("/applications/@me", f"/applications/{app.id}"):
        await rest.ok("PATCH", path, SETTINGS)
        await rest.ok("GET", path)
    await rest.ok("GET", "/oauth2/applications/@me")
    await _sign_in(rest, sim, app, made)
    await _command_permissions(rest, app, made)


async def _sign_in(rest: Rest, sim: Control, app: OAuth2Client, made: dict[str, Any]) -> None:
    scope = "identify email guilds guilds.members.read"
    token = await app.exchange(await app.code("ada", scope))
    fields = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    token = (await app.post("/api/v10/oauth2/token", fields)).json()
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    guilds = "/users/@me/guilds"
    for path in ("/users/@me", "/oauth2/@me", guilds, f"{guilds}/{made['id']}/member"):
        await rest.ok("GET", path, **bearer)
    await app.post("/api/v10/oauth2/token/revoke", {"token": token["access_token"]})
    user = await sim("POST", "/users", {"username": "newcomer"})
    joins = {"access_token": (await app.token("newcomer", "guilds.join"))["access_token"]}
    for _ in range(2):
        await rest.ok("PUT", f"/guilds/{made['id']}/members/{user['id']}", joins)


async def _command_permissions(rest: Rest, app: OAuth2Client, made: dict[str, Any]) -> None:
    command = await rest.ok("POST", f"/applications/{app.id}/commands", {"name": "dock", "description": "d"})
    base = f"/applications/{app.id}/guilds/{made['id']}/commands"
    path = f"{base}/{command['id']}/permissions"
    bearer = await app.bearer("owner", "applications.commands.permissions.update")
    allowed = [
        {"id": made["roles"]["Crew"], "type": 1, "permission": True},
        {"id": made["members"]["ada"], "type": 2, "permission": False},
        {"id": made["channels"]["rules"], "type": 3, "permission": True},
    ]
    await rest.ok("PUT", path, {"permissions": allowed}, **bearer)
    await rest.ok("GET", path)
    await rest.ok("GET", f"{base}/permissions")
