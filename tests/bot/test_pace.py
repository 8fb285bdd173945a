"""What is remembered of the limits that answers tell, for plans."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from bot.gateway.resources import RESOURCE_PATHS, resource_route
from bot.limits import Limits, MethodRoute
from bot.pace import Paces
from core.discord.pace import Budget, Call

AT = datetime(2026, 8, 1, 12, tzinfo=UTC)
ROLES, CHANNEL = "/guilds/{guild_id}/roles", "/channels/{channel_id}"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def headers(limit: int, remaining: int, reset_after: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset-After": str(reset_after),
        "X-RateLimit-Bucket": "abc",
    }


def create(guild_id: int = 1) -> MethodRoute:
    return MethodRoute("POST", ROLES, guild_id=guild_id)


def test_what_is_left_is_of_one_guild_and_what_is_counted_by_of_all() -> None:
    clock = Clock()
    paces = Paces(clock)
    paces.learn(create(), headers(250, 200, 3600))
    known = Budget(limit=250, window=timedelta(hours=1), bucket="abc")
    assert paces.pace_in("1", AT).budgets == {
        "create_role": Budget(
            limit=250,
            window=timedelta(hours=1),
            bucket="abc",
            remaining=200,
            resets_at=AT + timedelta(hours=1),
        )
    }
    assert paces.pace_in("2", AT).budgets == {"create_role": known}
    clock.now += 3601
    assert paces.pace_in("1", AT).budgets == {"create_role": known}


def test_a_window_is_as_long_as_its_first_call_tells() -> None:
    clock = Clock()
    paces = Paces(clock)
    for remaining, reset_after, window in ((5, 50, 50), (3, 20, 50), (9, 90, 90), (2, 95, 95), (9, 60, 60)):
        paces.learn(create(), headers(10, remaining, reset_after))
        assert paces.pace_in("1", AT).budgets["create_role"].window == timedelta(seconds=window)


def test_a_channel_has_a_window_of_its_own_and_the_guild_none() -> None:
    paces = Paces(Clock())
    paces.learn(MethodRoute("PATCH", CHANNEL, channel_id=7), headers(10, 3, 15))
    budget = paces.pace_in("1", AT).budgets["edit_channel"]
    assert (budget.limit, budget.window, budget.resets_at) == (10, timedelta(seconds=15), None)


def test_a_refusal_that_no_header_foretold_leaves_nothing() -> None:
    limits = Limits(Clock())
    limits.learn(create(), headers(10, 9, 2))
    limits.refused(create(), 3600, everywhere=False)
    before = datetime.now(UTC)
    budget = limits.pace_in("1").budgets["create_role"]
    assert budget.left(before) == 0
    assert budget.resets_at is not None
    assert timedelta(minutes=59) < budget.resets_at - before < timedelta(minutes=61)


@pytest.mark.parametrize(
    "told", [{}, headers(10, 9, 2) | {"X-RateLimit-Limit": "many"}, {"X-RateLimit-Limit": "10"}]
)
def test_answers_without_all_of_it_tell_nothing(told: dict[str, str]) -> None:
    paces = Paces(Clock())
    paces.learn(create(), told)
    assert paces.pace_in("1", AT).budgets == {}


def test_windows_that_are_over_are_forgotten() -> None:
    clock = Clock()
    paces = Paces(clock)
    for guild in range(3000):
        paces.learn(create(guild), headers(10, 9, 2))
        clock.now += 1
    assert len(paces._open) <= 1000


def test_a_round_trip_is_that_of_the_last_ones() -> None:
    limits = Limits()
    assert limits.pace_in("1").round_trip is None
    for seconds in (0.1, *[0.3] * 30):
        limits.took(seconds)
    assert limits.pace_in("1").round_trip == pytest.approx(0.3, rel=0.01)


def test_every_kind_of_call_is_known_by_its_route() -> None:
    guild: dict[str, Any] = {"guild_id": 1}
    routes = [
        MethodRoute("PATCH", "/guilds/{guild_id}", **guild),
        *(MethodRoute(method, ROLES, **guild) for method in ("POST", "PATCH")),
        *(MethodRoute(m, f"{ROLES}/{{role_id}}", role_id=2, **guild) for m in ("PATCH", "DELETE")),
        *(MethodRoute(method, "/guilds/{guild_id}/channels", **guild) for method in ("POST", "PATCH")),
        *(MethodRoute(method, CHANNEL, channel_id=3) for method in ("PATCH", "DELETE")),
        *(resource_route(m, "1", kind, "4") for kind in RESOURCE_PATHS for m in ("PATCH", "DELETE")),
        *(
            MethodRoute("POST", f"/guilds/{{guild_id}}/{each}", **guild)
            for each in ("emojis", "stickers", "auto-moderation/rules", "scheduled-events")
        ),
        MethodRoute("POST", "/channels/{channel_id}/webhooks", channel_id=3),
        MethodRoute("PUT", "/guilds/{guild_id}/onboarding", **guild),
        MethodRoute("PATCH", "/guilds/{guild_id}/welcome-screen", **guild),
    ]
    paces = Paces(Clock())
    for route in routes:
        paces.learn(route, headers(10, 9, 2))
    assert paces.pace_in("1", AT).budgets.keys() == set(get_args(Call))
