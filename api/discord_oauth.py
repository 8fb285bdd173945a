"""The calls that a login makes to Discord, and where browsers are sent for it (Discord's docs: Topics > OAuth2)."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from api.locations import PREFIX
from core.accounts.logins import LoginRefused
from core.accounts.schemas import DiscordLogin, LoginGuild
from core.config import Settings
from core.errors import Conflict, Unavailable

SCOPES: Final = ("identify", "guilds")
_TIMEOUT = 10.0


class _Tokens(msgspec.Struct):
    access_token: str
    expires_in: int
    scope: str


class _User(msgspec.Struct):
    id: str
    username: str
    global_name: str | None = None


class _Guild(msgspec.Struct):
    id: str
    name: str
    owner: bool
    permissions: str


class DiscordOAuth:
    """At Discord or at the simulator, as `DISCORD_API_BASE` says. Redirects are not followed: the client secret goes
    nowhere else."""

    def __init__(self, settings: Settings) -> None:
        base = urlsplit(settings.discord_api_base.rstrip("/"))
        self._site = f"{base.scheme}://{base.netloc}"
        self._api = base.geturl() if base.path else f"{self._site}/api/v10"
        self._client = (settings.discord_client_id, settings.discord_client_credential)
        self.origin = settings.origin
        self.redirect_uri = f"{settings.origin}{PREFIX}/auth/discord/callback"

    def require_possible(self) -> None:
        """Raises `Conflict`, with what to set, where no login can succeed."""
        if not _is_safe(self.origin):
            raise Conflict(
                f"Nobody can log in at {self.origin}: browsers keep the session's cookie only over https, or over "
                "http on this machine itself. Set GUILDWRIGHT_PUBLIC_URL to an https address that leads here.",
                code="insecure_origin",
            )
        if not all(self._client):
            raise Conflict(
                "Login with Discord is not set up: set DISCORD_CLIENT_ID and DISCORD_CLIENT_SECRET, and add "
                f"{self.redirect_uri} to the redirects on the application's page OAuth2.",
                code="login_not_set_up",
            )
        if not _is_safe(self._site):
            raise Conflict(
                f"DISCORD_API_BASE is {self._api}: the client secret would cross the network unencrypted. Use https.",
                code="insecure_origin",
            )

    def authorize_url(self, state: str, challenge: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": self._client[0] or "",
            "scope": " ".join(SCOPES),
            "redirect_uri": self.redirect_uri,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "prompt": "none",
        }
        return f"{self._site}/oauth2/authorize?{urlencode(asked)}"

    async def who(self, code: str, verifier: str) -> DiscordLogin:
        """Raises `LoginRefused` for a code that Discord does not take, `Unavailable` where it does not answer."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        client_id, secret = self._client
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT) as http:
                token = await http.post(
                    f"{self._api}/oauth2/token", data=asked, auth=(client_id or "", secret or "")
                )
                tokens = msgspec.json.decode(_taken(token), type=_Tokens)
                if not set(SCOPES) <= set(tokens.scope.split()):
                    raise LoginRefused(
                        "Discord was not allowed to tell who you are: begin again, and agree to all."
                    )
                bearer = {"Authorization": f"Bearer {tokens.access_token}"}
                user = msgspec.json.decode(
                    _taken(await http.get(f"{self._api}/users/@me", headers=bearer)), type=_User
                )
                # As many as a person can be in: there is no second page.
                guilds = msgspec.json.decode(
                    _taken(await http.get(f"{self._api}/users/@me/guilds", headers=bearer)), type=list[_Guild]
                )
        except (httpx.HTTPError, msgspec.MsgspecError):
            raise Unavailable(
                "Discord does not answer as it should right now: log in again in a moment."
            ) from None
        return DiscordLogin(
            user_id=user.id,
            name=user.global_name or user.username,
            access_token=tokens.access_token,
            expires_in=tokens.expires_in,
            scopes=tokens.scope,
            guilds=tuple(
                LoginGuild(id=each.id, name=each.name, is_owner=each.owner, bits=int(each.permissions))
                for each in guilds
            ),
        )


def _taken(answer: httpx.Response) -> bytes:
    if answer.status_code in {400, 401, 403}:
        raise LoginRefused("Discord does not take this login (any more): begin again.")
    answer.raise_for_status()
    return answer.content


def _is_safe(origin: str) -> bool:
    """Whether browsers treat it as a trustworthy origin (W3C Secure Contexts, section 3.1)."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ip_address(host).is_loopback
    except ValueError:
        return parts.scheme == "http" and host == "localhost"
