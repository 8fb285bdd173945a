"""Credentials of programs and of browsers, as tests get hold of them."""

from typing import Any

from api.cookies import SESSION
from core.accounts.schemas import DiscordLogin, NewSession, Visit
from tests.api.world import SECRET, Api


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def cookie(secret: str) -> dict[str, str]:
    """Of a browser; the owner's token of these tests goes away, for a header goes first."""
    return {"Cookie": f"{SESSION}={secret}"}


async def token(api: Api, of: str = SECRET, /, **limits: Any) -> str:
    """The secret of a new one, made with another."""
    answer = await api.post("/me/tokens", json={"name": "ci", **limits}, headers=bearer(of))
    assert answer.status_code == 201, answer.text
    return answer.json()["secret"]


async def access_token(api: Api, of: str = SECRET, /, **limits: Any) -> str:
    answer = await api.post("/auth/token", json=limits, headers=bearer(of))
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


async def session(api: Api, user_id: str = "77") -> NewSession:
    """As after a login with Discord."""
    login = DiscordLogin(
        user_id=user_id, name="grace", access_token="x", expires_in=600, scopes="identify guilds"
    )
    async with api.database.unit() as unit:
        return await unit.sessions.log_in(login, Visit())


async def session_jwt(api: Api, made: NewSession, **limits: Any) -> str:
    """What a page of ours gets for its session."""
    async with api.database.read() as unit:
        actor = await unit.sessions.authenticate(made.secret)
        return (await unit.access_tokens.issue(actor, **limits)).secret
