"""Discord's limits, learned from its answers, and the guard that stands between disnake and the wire.

disnake sleeps on a limit for as long as Discord says, up to days, and a sleeping request must not be
cancelled (a cancelled global wait leaves every route hanging). So the decision is made before disnake can
sleep: each of our calls carries a `Guard`, an aiohttp client middleware, which sees the request last and the
answer first.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import aiohttp
import msgspec
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from disnake.http import Route

from bot.pace import Paces
from bot.translate import NEVER_SENT
from core.discord.errors import AnswerLost, DiscordError, GatewayAbsent, GatewayBusy
from core.discord.pace import Pace
from core.discord.sendable import may_be_sent

SHORT_WAIT = 5.0
# For a 429 that says nothing about its length, such as Cloudflare's.
UNSAID_WAIT = 60.0
TOO_MANY_REQUESTS = 429
SERVER_ERRORS = 500


class MethodRoute(Route):
    """A route whose lock in disnake belongs to one method, as Discord's buckets do.

    disnake's own key leaves the method out: a spent limit on creating roles would hold back ordering them.
    """

    @property
    def bucket(self) -> str:
        return f"{self.method} {super().bucket}"

    @property
    def top_level(self) -> str:
        """The resource that each bucket is counted for (Discord documentation, Topics > Rate Limits)."""
        return str(self.channel_id or self.guild_id or self.webhook_id or "")


class Limits:
    """The bucket table: until when nothing may be sent where. A bucket is Discord's once an answer named it.

    `now` is a clock that never goes back, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._names: dict[tuple[str, str], str] = {}
        self._closed_until: dict[tuple[str, str], float] = {}
        self._all_closed_until = 0.0
        self._paces = Paces(now)

    def pace_in(self, guild_id: str) -> Pace:
        """What answers have told so far, for plans."""
        return self._paces.pace_in(guild_id, datetime.now(UTC))

    def took(self, seconds: float) -> None:
        """A round trip that ended with an answer."""
        self._paces.took(seconds)

    def wait_before(self, route: MethodRoute) -> float:
        """Seconds until a call may be sent, 0 for at once."""
        until = max(self._closed_until.get(self._bucket(route), 0.0), self._all_closed_until)
        return max(until - self._now(), 0.0)

    def learn(self, route: MethodRoute, headers: Mapping[str, str]) -> None:
        """Reads the limit headers that stand on every answer."""
        self._paces.learn(route, headers)
        name = headers.get("X-RateLimit-Bucket")
        if name:
            self._names[route.method, route.path] = name
        if headers.get("X-RateLimit-Remaining") == "0":
            self._close(route, _seconds(headers.get("X-RateLimit-Reset-After")) or 0.0)

    def refused(self, route: MethodRoute, wait: float, *, everywhere: bool) -> None:
        """After a 429."""
        if everywhere:
            self._all_closed_until = max(self._all_closed_until, self._now() + wait)
        else:
            self._close(route, wait)
            self._paces.refused(route, wait)

    def busy(self, route: MethodRoute, doing: str, *, at_least: float = 0.0) -> GatewayBusy:
        """The error that names the moment from which on it is worth trying."""
        wait = max(self.wait_before(route), at_least)
        return GatewayBusy(
            f"Discord's rate limit stands for {wait:.0f} s before it can {doing}.",
            resume_at=datetime.now(UTC) + timedelta(seconds=wait),
        )

    def _bucket(self, route: MethodRoute) -> tuple[str, str]:
        name = self._names.get((route.method, route.path), f"{route.method} {route.path}")
        return name, route.top_level

    def _close(self, route: MethodRoute, wait: float) -> None:
        now = self._now()
        self._closed_until = {bucket: until for bucket, until in self._closed_until.items() if until > now}
        self._closed_until[self._bucket(route)] = now + wait


class Guard:
    """Watches one call through all of disnake's tries.

    It raises `GatewayBusy` where disnake would sleep for long, and `AnswerLost` where disnake would repeat a
    call that is not `repeatable` without knowing whether it was done. `abandoned` is set by whoever stops
    waiting for the call: from then on nothing of it is sent. `in_doubt`: sent, and nothing has told yet what
    became of it.
    """

    def __init__(self, limits: Limits, route: MethodRoute, doing: str, *, repeatable: bool) -> None:
        self._limits = limits
        self.route = route
        self.doing = doing
        self._repeatable = repeatable
        self.abandoned = False
        self.in_doubt = False

    async def __call__(self, request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
        if self.abandoned:
            raise GatewayAbsent(f"Nobody waits any more for Discord to {self.doing}: not sent.")
        tried = self.in_doubt
        if not may_be_sent():
            raise self._unsent(f"It became too late to ask Discord to {self.doing}", tried)
        self.in_doubt = True
        response = await self._sent(request, send, tried)
        if response.status >= SERVER_ERRORS:
            if not self._repeatable:
                raise AnswerLost(f"Discord failed with {response.status} when asked to {self.doing}.")
            return response
        is_refused = response.status == TOO_MANY_REQUESTS
        self.in_doubt = tried and is_refused
        self._limits.learn(self.route, response.headers)
        if is_refused:
            await self._refused(response)
        return response

    def _unsent(self, what: str, tried: bool) -> DiscordError:
        """Of a try that was not sent; an earlier one may have been done all the same."""
        if tried:
            return AnswerLost(f"{what}, and what became of the first try is not known.")
        return GatewayAbsent(f"{what}: not sent.")

    async def _sent(self, request: ClientRequest, send: ClientHandlerType, tried: bool) -> ClientResponse:
        begun = time.monotonic()
        try:
            response = await send(request)
            # Read here, so that an answer cut short is noticed where it can be told from one never given.
            await response.read()
        except NEVER_SENT as error:
            self.in_doubt = tried
            raise self._unsent(f"Discord cannot be reached to {self.doing} ({error})", tried) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if self._repeatable:
                raise
            said = str(error) or type(error).__name__
            raise AnswerLost(f"Discord's answer was lost while asking it to {self.doing}: {said}") from error
        self._limits.took(time.monotonic() - begun)
        return response

    async def _refused(self, response: ClientResponse) -> None:
        body = _refusal_in(await response.read())
        wait = body.retry_after or _seconds(response.headers.get("Retry-After")) or UNSAID_WAIT
        everywhere = body.is_global or response.headers.get("X-RateLimit-Global") == "true"
        self._limits.refused(self.route, wait, everywhere=everywhere)
        # Without `Via` disnake takes it for a ban and fails at once; with it, it sleeps as long as told.
        if wait > SHORT_WAIT or "Via" not in response.headers or body.retry_after is None:
            if self.in_doubt:
                raise self._unsent(f"A rate limit keeps Discord from being asked to {self.doing}", True)
            raise self._limits.busy(self.route, self.doing, at_least=wait)


class _Refusal(msgspec.Struct, frozen=True):
    retry_after: float | None = None
    is_global: bool = msgspec.field(default=False, name="global")


def _refusal_in(body: bytes) -> _Refusal:
    try:
        return msgspec.json.decode(body, type=_Refusal)
    except msgspec.MsgspecError:
        return _Refusal()


def _seconds(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
