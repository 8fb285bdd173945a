"""How long a plan takes, beside the simulator's own counting played through in time that stands still."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.simulator.ratelimits import PROFILES, Limits, LimitTable
from core.discord.pace import UNTOLD, Budget, Call, Pace
from core.templates.calls import OF_GUILD, calls_of
from core.templates.documents.channels import TextChannel
from core.templates.documents.roles import DocumentRole
from core.templates.expectation import ROUND_TRIP, expected_seconds, paced
from core.templates.plan import Step
from core.templates.waves import AT_ONCE, waves_of
from tests.builders.guilds import Thrown, powers, snapshot, wish
from tests.builders.scenes import channel, guild, plan_for, wanted
from tests.fixtures.size import SEED, sized
from tests.simulator.clocks import StillClock

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
TRIP = 0.1
Waves = Sequence[Sequence[Step]]
ROUTES: dict[Call, tuple[str, str]] = {
    "create_role": ("POST", "/guilds/{guild_id}/roles"),
    "edit_role": ("PATCH", "/guilds/{guild_id}/roles/{role_id}"),
    "create_channel": ("POST", "/guilds/{guild_id}/channels"),
    "edit_channel": ("PATCH", "/channels/{channel_id}"),
    "delete_channel": ("DELETE", "/channels/{channel_id}"),
}


def pace_of(table: LimitTable, *, trip: float = TRIP) -> Pace:
    """As a bot has it that was told everything a while ago."""
    named = {route: bucket for bucket in table.buckets for route in bucket.routes}
    return Pace(
        budgets={
            call: Budget(limit=quota.count, window=timedelta(seconds=quota.seconds), bucket=" ".join(route))
            for call, route in ROUTES.items()
            for quota in [named.get(" ".join(route), table.ordinary)]
        },
        round_trip=trip,
    )


class Sending:
    """The simulator counts, hands send: each call again when its refusal is over."""

    def __init__(self, table: LimitTable) -> None:
        self._clock = StillClock()
        self._limits = Limits(self._clock, table)
        self._begun = self._clock.at

    def seconds(self, waves: Waves) -> float:
        at = self._begun
        for wave in waves:
            at = self._wave(wave, at)
        return at - self._begun

    def _wave(self, wave: Sequence[Step], at: float) -> float:
        """The hand that is free first goes on with what it has, or takes the next step."""
        waiting, ended = [list(calls_of(step)) for step in wave], at
        hands = [(at, waiting.pop(0)) for _ in wave[:AT_ONCE]]
        while hands:
            free, calls = hands.pop(hands.index(min(hands, key=lambda hand: hand[0])))
            if not calls:
                if waiting:
                    hands.append((free, waiting.pop(0)))
                continue
            free, done = self._sent(calls[0], free)
            hands.append((free, calls[1:] if done else calls))
            ended = max(ended, free) if done else ended
        return ended

    def _sent(self, counted: tuple[Call, str], at: float) -> tuple[float, bool]:
        call, counted_for = counted
        method, template = ROUTES.get(call, ("POST", call))
        name = "guild_id" if counted_for == OF_GUILD else "channel_id"
        self._clock.at = at
        verdict = self._limits.spend("bot", method, template, {name: counted_for or "1"})
        if verdict.refusal is None:
            return at + TRIP, True
        return at + verdict.refusal.retry_after, False


def edits(channels: int) -> Waves:
    there = guild(*(channel(2000 + n, f"c{n}", position=n) for n in range(channels)))
    said = wanted(*(TextChannel(key=f"c{n}", name=f"c{n}", topic="new") for n in range(channels)))
    return list(waves_of(plan_for(said, there)))


def making(roles: int, channels: int) -> Waves:
    said = wanted(
        *(DocumentRole(key=f"r{n}", name=f"r{n}") for n in range(roles)),
        *(TextChannel(key=f"n{n}", name=f"n{n}") for n in range(channels)),
    )
    return list(waves_of(plan_for(said, guild())))


def test_edits_of_different_channels_take_the_time_of_one_for_each_hand() -> None:
    assert expected_seconds(edits(AT_ONCE), UNTOLD, NOW) == ROUND_TRIP
    assert expected_seconds(edits(AT_ONCE * 3 + 1), UNTOLD, NOW) == 4 * ROUND_TRIP


def test_what_is_made_takes_a_round_trip_each() -> None:
    assert expected_seconds(making(3, 2), Pace(round_trip=0.2), NOW) == pytest.approx(1.0)
    assert expected_seconds(making(3, 2), Pace(round_trip=0.2), NOW, beside=0.1) == pytest.approx(1.5)


def test_an_open_window_is_waited_for_and_then_a_whole_one_each() -> None:
    budget = Budget(
        limit=3, window=timedelta(hours=1), remaining=1, resets_at=NOW + timedelta(minutes=10), bucket="b"
    )
    pace = Pace(budgets={"create_role": budget}, round_trip=1.0)
    assert expected_seconds(making(1, 0), pace, NOW) == 1
    assert expected_seconds(making(4, 0), pace, NOW) == 600 + 3
    assert expected_seconds(making(5, 0), pace, NOW) == 600 + 3600 + 1


def test_calls_of_one_bucket_are_counted_together() -> None:
    apart = Budget(limit=2, window=timedelta(minutes=1))
    told: dict[Call, Budget] = {"create_role": apart, "create_channel": apart}
    together: dict[Call, Budget] = {
        call: Budget(limit=2, window=timedelta(minutes=1), bucket="same") for call in told
    }
    assert expected_seconds(making(2, 2), Pace(budgets=told, round_trip=1), NOW) == 4
    assert expected_seconds(making(2, 2), Pace(budgets=together, round_trip=1), NOW) == 62


def test_a_plan_says_how_long_it_takes_as_the_limits_stand() -> None:
    plan = plan_for(wanted(DocumentRole(key="r", name="r")), guild())
    slow = paced(plan, Pace(round_trip=2.0), NOW)
    assert (plan.expected_seconds, slow.expected_seconds) == (ROUND_TRIP, 2.0)
    assert slow.hash == plan.hash


def test_it_is_what_the_simulators_limits_let_happen() -> None:
    table, seen = PROFILES["discord"], 0
    for number in range(sized(small=60, soak=2_000)):
        choose = Thrown(SEED * 7_000_003 + number)
        present, (document, bindings) = snapshot(choose), wish(choose)
        plan = plan_for(document, present, bindings)
        if plan.blockers or not all(call in ROUTES for s in plan.steps for call, _ in calls_of(s)):
            continue
        seen += len(plan.steps) > 1
        waves = list(waves_of(plan))
        assert expected_seconds(waves, pace_of(table), NOW) == pytest.approx(
            Sending(table).seconds(waves), rel=0.05, abs=0.05
        ), (present, powers(present))
    assert seen


@pytest.mark.parametrize("seed", range(20))
def test_big_plans_are_told_within_a_few_percent(seed: int) -> None:
    random = Random(SEED * 1_000 + seed)
    table = PROFILES["discord"]
    waves: Waves = [
        *making(random.randrange(240), random.randrange(400)),
        *edits(random.randrange(1, 300)),
    ]
    assert expected_seconds(waves, pace_of(table), NOW) == pytest.approx(
        Sending(table).seconds(waves), rel=0.05
    )


@pytest.mark.parametrize("seed", range(20))
def test_more_to_do_and_less_room_never_take_less_time(seed: int) -> None:
    random = Random(SEED * 2_000 + seed)
    waves = [*making(random.randrange(30), random.randrange(30)), *edits(random.randrange(1, 60))]
    pace = pace_of(PROFILES["discord"])
    whole = expected_seconds(waves, pace, NOW)
    assert expected_seconds(waves[: random.randrange(len(waves))], pace, NOW) <= whole
    tighter: dict[Call, Budget] = {
        call: Budget(limit=max(b.limit // 2, 1), window=b.window, bucket=b.bucket)
        for call, b in pace.budgets.items()
    }
    assert expected_seconds(waves, Pace(budgets=tighter, round_trip=TRIP), NOW) >= whole
    assert whole <= sum(len(calls_of(step)) for wave in waves for step in wave) * (TRIP + 2)
