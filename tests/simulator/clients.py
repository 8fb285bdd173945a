"""An app that signs people in with the simulated Discord: the client's side of OAuth2."""

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx

from tests.simulator.calls import Control

REDIRECT = "https://app.example/callback?from=discord"
SECRET = "sim-secret"
# A guild of ada's, which grace may manage and linus may not.
CREW: dict[str, Any] = {
    "owner": "ada",
    "roles": [{"name": "Crew"}, {"name": "Mods", "permissions": ["MANAGE_GUILD"]}],
    "members": [{"username": "grace", "roles": ["Mods"]}, {"username": "linus"}],
}


class OAuth2Client:
    """Every call must succeed unless ``status`` says otherwise."""

    def __init__(self, http: httpx.AsyncClient, application_id: int) -> None:
        self._http = http
        self._sim = Control(http)
        self.id = str(application_id)

    async def register(self, *uris: str) -> None:
        await self._sim("PATCH", "/application", {"redirect_uris": list(uris or (REDIRECT,))})

    async def location(self, user: str, scope: str, **asked: Any) -> str:
        """Where the person's browser goes after they pressed Authorize."""
        body = {"user": user, "scope": scope, "redirect_uri": REDIRECT} | asked
        return (await self._sim("POST", "/oauth2/authorize", body))["location"]

    async def code(self, user: str, scope: str, **asked: Any) -> str:
        return told(await self.location(user, scope, **asked))["code"]

    async def post(
        self, path: str, fields: dict[str, Any], *, basic: bool = True, status: int = 200
    ) -> httpx.Response:
        auth = httpx.BasicAuth(self.id, SECRET) if basic else None
        answer = await self._http.post(path, data=fields, auth=auth or httpx.USE_CLIENT_DEFAULT)
        assert answer.status_code == status, answer.text
        return answer

    async def exchange(self, code: str, *, status: int = 200, **more: Any) -> dict[str, Any]:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT} | more
        return (await self.post("/api/oauth2/token", fields, status=status)).json()

    async def token(self, user: str, scope: str, **asked: Any) -> dict[str, Any]:
        return await self.exchange(await self.code(user, scope, **asked))

    async def bearer(self, user: str, scope: str) -> dict[str, str]:
        """The header of a call in somebody's name."""
        return {"Authorization": f"Bearer {(await self.token(user, scope))['access_token']}"}


def told(location: str) -> dict[str, str]:
    """What a redirect address is told in its query, without what it had there before."""
    had = parse_qs(urlsplit(REDIRECT).query)
    return {key: value for key, value in parse_qsl(urlsplit(location).query) if key not in had}
