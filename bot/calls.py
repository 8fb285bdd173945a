"""The one way out to Discord's REST API: bounded in time, honest about limits, never cancelled."""

import asyncio
from collections.abc import Sequence
from typing import Any
from weakref import WeakValueDictionary

import aiohttp
import disnake

from bot.limits import SHORT_WAIT, Guard, Limits, MethodRoute
from bot.translate import failure_of
from core.discord.errors import AnswerLost, DiscordError, GatewayAbsent
from core.discord.pace import Pace
from core.discord.types import Snowflake

CEILING = 15.0
REASON_LIMIT = 512
LAST_SECONDS = 4.0
"""How long a bot that is going away still waits for an answer: whoever stops processes commonly kills after ten."""
# Bounds what is left running of a call that nobody waits for any more.
_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10)


class Calls:
    """Sends through disnake's own HTTP client, so that its locks hold for us too.

    `ceiling` bounds how long a call is waited for once it has its turn. It is then left alone, not cancelled:
    cancelling inside disnake's request can leave every other route hanging.
    """

    def __init__(self, client: disnake.Client, *, ceiling: float = CEILING) -> None:
        self._client = client
        self._ceiling = ceiling
        self._limits = Limits()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._left_alone: dict[asyncio.Task[Any], Snowflake] = {}
        self._hurried: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def hurry(self) -> None:
        """For a bot that is going away: from now on nothing is sent, waits for a turn or a limit end with
        `GatewayAbsent`, and answers that have not come within `LAST_SECONDS` count as lost."""
        if not self._hurried.done():
            self._hurried.set_result(asyncio.get_running_loop().time() + LAST_SECONDS)

    def pace_in(self, guild_id: Snowflake) -> Pace:
        """How fast things can be done there, as far as answers have told this process."""
        return self._limits.pace_in(guild_id)

    def require_open(self) -> None:
        """Raises `GatewayAbsent` before the first READY and after the end."""
        if self._client.is_closed() or not self._client.is_ready():
            raise GatewayAbsent("The bot is not connected to Discord.")

    def _require_sending(self) -> None:
        self.require_open()
        if self._hurried.done():
            raise GatewayAbsent("The bot is going away.")

    async def send(
        self,
        route: MethodRoute,
        *,
        doing: str,
        guild_id: Snowflake,
        json: object = None,
        form: Sequence[dict[str, Any]] | None = None,
        params: dict[str, str] | None = None,
        reason: str | None = None,
        repeatable: bool = True,
    ) -> Any:
        """The decoded answer to one request. Calls to one bucket take turns.

        `doing` completes "Discord refused to …". What is not `repeatable` is never sent again after an answer
        that was lost, neither here nor in disnake. `form` are the parts of a multipart body in place of `json`.
        """
        if reason is not None and not 0 < len(reason) <= REASON_LIMIT:
            raise ValueError(f"An audit reason has 1 to {REASON_LIMIT} characters, not {len(reason)}.")
        options: dict[str, Any] = {"reason": reason, "params": params, "timeout": _TIMEOUT}
        if json is not None:
            options["json"] = json
        if form is not None:
            options["form"] = form
        async with self._turn(route):
            await self._wait_shortly(route, doing)
            self._require_sending()
            guard = Guard(self._limits, route, doing, repeatable=repeatable)
            request = self._client.http.request(route, middlewares=(guard,), **options)
            task = asyncio.create_task(request, name=f"discord: {doing}")
            await self._ended_or_left_alone(task, guard, guild_id)
        return _answer(task, doing)

    async def have_ended(self, guild_id: Snowflake) -> None:
        """Waits for calls about a guild that were left alone: what may still be under way cannot be looked
        for, because it might be done after the look. Raises `AnswerLost` where one does not end."""
        running = [task for task, guild in self._left_alone.items() if guild == guild_id]
        if not running:
            return
        if not await self._have_ended(running):
            raise AnswerLost(f"An earlier call about guild {guild_id} is still under way at Discord.")

    def _turn(self, route: MethodRoute) -> asyncio.Lock:
        # Whoever waits here is told of a limit; whoever waits for disnake's own lock is not.
        lock = self._turns.get(route.bucket)
        if lock is None:
            lock = self._turns[route.bucket] = asyncio.Lock()
        return lock

    async def _wait_shortly(self, route: MethodRoute, doing: str) -> None:
        while wait := self._limits.wait_before(route):
            if wait > SHORT_WAIT:
                raise self._limits.busy(route, doing)
            await asyncio.wait({self._hurried}, timeout=wait)
            self._require_sending()

    async def _ended_or_left_alone(self, task: asyncio.Task[Any], guard: Guard, guild_id: Snowflake) -> None:
        try:
            done = await self._have_ended([task])
        except asyncio.CancelledError:
            self._leave_alone(task, guard, guild_id)
            raise
        if done:
            return
        self._leave_alone(task, guard, guild_id)
        if guard.in_doubt:
            raise AnswerLost(
                f"Discord did not answer within {self._ceiling:g} s when asked to {guard.doing}."
            )
        self._require_sending()
        # It stands behind a wait inside disnake: it has not reached the wire, and abandoned it never will.
        raise self._limits.busy(guard.route, guard.doing, at_least=SHORT_WAIT)

    async def _have_ended(self, tasks: list[asyncio.Task[Any]]) -> bool:
        """All of them, within the ceiling, or once hurried within the last seconds."""
        now = asyncio.get_running_loop().time
        waiting: set[asyncio.Future[Any]] = set(tasks)
        ends_at = now() + self._ceiling
        while waiting:
            signs = {*waiting}
            if self._hurried.done():
                ends_at = min(ends_at, self._hurried.result())
            else:
                signs.add(self._hurried)
            done, _ = await asyncio.wait(
                signs, timeout=max(ends_at - now(), 0), return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                return False
            waiting -= done
        return True

    def _leave_alone(self, task: asyncio.Task[Any], guard: Guard, guild_id: Snowflake) -> None:
        guard.abandoned = True
        self._left_alone[task] = guild_id
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._left_alone.pop(task, None)
        if not task.cancelled():
            task.exception()  # looked at, or the loop would complain that nobody did


def _answer(task: asyncio.Task[Any], doing: str) -> Any:
    try:
        return task.result()
    except DiscordError:
        raise
    except Exception as error:
        failure = failure_of(error, doing)
        if failure is None:
            raise
        raise failure from error
