"""The few questions to Discord that the doctor has, over plain REST: it must work where the bot does not."""

import asyncio
from datetime import datetime
from typing import Any, TypeAlias

import httpx
import msgspec
from disnake.http import Route

from bot.address import point_at

Json: TypeAlias = dict[str, Any]

_AGENT = "DiscordBot (https://github.com/guildwright, 0.1)"
_PATIENCE_SECONDS = 10.0
_LONGEST_PAUSE = 15.0
_TRIES = 3
_PAGE = 200


class Unreachable(Exception):
    """No answer from Discord, or none that helps; the message says which."""


class TokenRefused(Exception):
    """Discord does not know the token."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """`date` is Discord's clock when it answered, `asked_at` and `heard_at` ours around it."""

    body: Any
    date: str | None
    asked_at: datetime
    heard_at: datetime


class DiscordApi:
    """Asks as the bot. Every question raises `Unreachable` or `TokenRefused` where there is no answer."""

    def __init__(self, api_base: str, token: str) -> None:
        point_at(api_base)  # refuses what the bot would refuse
        self.base = Route.BASE
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bot {token}", "User-Agent": _AGENT},
            timeout=_PATIENCE_SECONDS,
            trust_env=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def me(self) -> Answered:
        return await self._ask("/users/@me")

    async def application(self) -> Json:
        return (await self._ask("/applications/@me")).body

    async def guilds(self) -> list[Json]:
        """Those that the bot is in, each with the bot's own permissions there."""
        found: list[Json] = []
        after = "0"
        while True:
            page: list[Json] = (await self._ask(f"/users/@me/guilds?limit={_PAGE}&after={after}")).body
            found += page
            if len(page) < _PAGE:
                return found
            after = page[-1]["id"]

    async def roles(self, guild_id: str) -> list[Json]:
        return (await self._ask(f"/guilds/{guild_id}/roles")).body

    async def member(self, guild_id: str, user_id: str) -> Json:
        return (await self._ask(f"/guilds/{guild_id}/members/{user_id}")).body

    async def _ask(self, path: str) -> Answered:
        for _ in range(_TRIES):
            asked_at = datetime.now().astimezone()
            try:
                answer = await self._http.get(f"{self.base}{path}")
            except httpx.HTTPError as error:
                raise Unreachable(f"{type(error).__name__} {error}".strip()) from error
            if answer.status_code == httpx.codes.TOO_MANY_REQUESTS.value:
                await asyncio.sleep(min(float(answer.headers.get("Retry-After", "1")), _LONGEST_PAUSE))
                continue
            return Answered(
                body=_body(answer, path),
                date=answer.headers.get("Date"),
                asked_at=asked_at,
                heard_at=datetime.now().astimezone(),
            )
        raise Unreachable(f"GET {path} is rate limited; ask again in a minute")


def _body(answer: httpx.Response, path: str) -> Any:
    if answer.status_code == httpx.codes.UNAUTHORIZED.value:
        raise TokenRefused
    if answer.is_error:
        raise Unreachable(f"GET {path} is answered with {answer.status_code}: {answer.text[:100]}")
    try:
        return msgspec.json.decode(answer.content)
    except msgspec.DecodeError as error:
        raise Unreachable(f"GET {path} is answered with something that is not JSON") from error
