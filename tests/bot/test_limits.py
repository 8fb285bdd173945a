"""The bucket table and the guard, without a network."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import msgspec
import pytest
from multidict import CIMultiDict

from bot.limits import Guard, Limits, MethodRoute
from core.discord.errors import AnswerLost, GatewayAbsent, GatewayBusy
from core.discord.sendable import sendable_while

ROLES = "/guilds/{guild_id}/roles"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Answer:
    """What a guard looks at."""

    def __init__(self, status: int = 200, body: object = None, **headers: str) -> None:
        self.status = status
        self.headers = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
        self._body = b"not json" if body is None else msgspec.json.encode(body)

    async def read(self) -> bytes:
        return self._body


def create(guild_id: int = 1, path: str = ROLES, method: str = "POST") -> MethodRoute:
    return MethodRoute(method, path, guild_id=guild_id)


def limited(retry_after: float, **more: Any) -> Answer:
    headers = more.pop("headers", {"Via": "1.1 google"})
    return Answer(429, {"message": "", "retry_after": retry_after, "global": False} | more, **headers)


def sending(*outcomes: Answer | Exception) -> Callable[[Any], Awaitable[Any]]:
    left = list(outcomes)

    async def send(_: object) -> Answer:
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return send


async def pass_through(guard: Guard, *outcomes: Answer | Exception) -> Answer:
    return cast(Answer, await guard(cast(Any, None), cast(Any, sending(*outcomes))))


def guard_of(limits: Limits, *, repeatable: bool = True, route: MethodRoute | None = None) -> Guard:
    return Guard(limits, route or create(), "create the role", repeatable=repeatable)


def test_a_spent_bucket_is_closed_until_its_reset_and_only_for_its_method_and_guild() -> None:
    clock = Clock()
    limits = Limits(clock)
    limits.learn(create(), {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "100.5"})
    assert limits.wait_before(create()) == 100.5
    assert limits.wait_before(create(guild_id=2)) == 0
    assert limits.wait_before(create(method="PATCH")) == 0
    clock.now += 101
    assert limits.wait_before(create()) == 0


def test_routes_that_share_a_bucket_share_its_wait() -> None:
    limits = Limits(Clock())
    other = create(path="/guilds/{guild_id}/channels")
    limits.learn(other, {"X-RateLimit-Bucket": "abc", "X-RateLimit-Remaining": "3"})
    limits.learn(
        create(),
        {"X-RateLimit-Bucket": "abc", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "9"},
    )
    assert limits.wait_before(other) == 9


def test_disnakes_lock_is_for_one_method_too() -> None:
    assert create().bucket != create(method="PATCH").bucket


async def test_a_long_429_is_a_wait_and_disnake_never_sees_it() -> None:
    limits = Limits(Clock())
    with pytest.raises(GatewayBusy) as caught:
        await pass_through(guard_of(limits), limited(60.0))
    due = caught.value.resume_at - datetime.now(UTC)
    assert timedelta(seconds=58) < due <= timedelta(seconds=60)
    assert limits.wait_before(create()) == 60


async def test_a_short_429_is_left_to_disnake() -> None:
    limits = Limits(Clock())
    assert (await pass_through(guard_of(limits), limited(2.0))).status == 429
    assert limits.wait_before(create()) == 2


async def test_a_global_429_closes_everything() -> None:
    limits = Limits(Clock())
    with pytest.raises(GatewayBusy):
        await pass_through(guard_of(limits), limited(60.0, **{"global": True}))
    assert limits.wait_before(create(guild_id=2, path="/guilds/{guild_id}/channels")) == 60


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (limited(1.0, headers={}), 1.0),
        (Answer(429), 60.0),
        (Answer(429, Retry_After="30"), 30.0),
        (Answer(429, {"code": 0}, Via="1.1 google"), 60.0),
    ],
    ids=["without Via", "Cloudflare's page", "only a header", "JSON without a length"],
)
async def test_a_429_that_disnake_would_take_for_a_ban_is_a_wait(answer: Answer, wait: float) -> None:
    limits = Limits(Clock())
    with pytest.raises(GatewayBusy):
        await pass_through(guard_of(limits), answer)
    assert limits.wait_before(create()) == wait


@pytest.mark.parametrize(
    "lost",
    [
        ConnectionResetError(104, "Connection reset by peer"),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientPayloadError(),
        TimeoutError(),
        Answer(500),
        Answer(502),
    ],
    ids=lambda lost: type(lost).__name__,
)
async def test_a_create_whose_answer_is_lost_ends_at_once_and_is_in_doubt(lost: Answer | Exception) -> None:
    guard = guard_of(Limits(Clock()), repeatable=False)
    with pytest.raises(AnswerLost):
        await pass_through(guard, lost)
    assert guard.in_doubt


async def test_what_can_be_repeated_is_left_to_disnakes_retries() -> None:
    with pytest.raises(ConnectionResetError):
        await pass_through(guard_of(Limits(Clock())), ConnectionResetError(104, "reset"))
    assert (await pass_through(guard_of(Limits(Clock())), Answer(502))).status == 502


async def test_a_connection_never_made_leaves_no_doubt() -> None:
    key = cast(Any, SimpleNamespace(host="h", port=1, ssl=False))
    guard = guard_of(Limits(Clock()), repeatable=False)
    with pytest.raises(GatewayAbsent):
        await pass_through(guard, aiohttp.ClientConnectorError(key, ConnectionRefusedError(111, "refused")))
    assert not guard.in_doubt


async def test_an_abandoned_call_is_not_sent() -> None:
    guard = guard_of(Limits(Clock()))
    guard.abandoned = True
    with pytest.raises(GatewayAbsent):
        await pass_through(guard)  # nothing is there to be sent
    assert not guard.in_doubt


async def test_what_may_not_be_sent_any_more_is_not_sent_and_leaves_no_doubt() -> None:
    guard = guard_of(Limits(Clock()))
    with sendable_while(lambda: False), pytest.raises(GatewayAbsent):
        await pass_through(guard)  # nothing is there to be sent
    assert not guard.in_doubt


@pytest.mark.parametrize("second", ["late", "unreachable", "limited"])
async def test_a_second_try_that_is_not_sent_does_not_tell_what_became_of_the_first(second: str) -> None:
    guard, key = guard_of(Limits(Clock())), cast(Any, SimpleNamespace(host="h", port=1, ssl=False))
    assert (await pass_through(guard, Answer(502))).status == 502
    refused = aiohttp.ClientConnectorError(key, ConnectionRefusedError(111, "refused"))
    with sendable_while(lambda: second != "late"), pytest.raises(AnswerLost):
        await pass_through(guard, refused if second == "unreachable" else limited(60.0))
    assert guard.in_doubt
