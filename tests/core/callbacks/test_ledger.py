"""Settling: what becomes of a delivery and of its callback."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from core.callbacks.errors import DeliveryLost
from core.callbacks.rules import CallbackRules
from core.callbacks.schemas import Attempt, Callback, CallbackChanges, Delivery, DeliveryClaim
from tests.core.callbacks.conftest import OWNER, Town

ACCEPTED = Attempt(status=204, response_ms=12)
REFUSED = Attempt(status=500, error="It answered 500 Internal Server Error.", response_ms=3)
LATER = timedelta(hours=1)


async def claim(town: Town) -> DeliveryClaim:
    async with town.database.unit() as unit:
        (taken,) = await unit.deliveries.claim(5, 45)
    return taken


async def settle(
    town: Town, taken: DeliveryClaim, attempt: Attempt, retry_in: timedelta | None = LATER
) -> None:
    async with town.database.unit() as unit:
        await unit.deliveries.settle(taken, attempt, retry_in=retry_in)


async def see(town: Town, taken: DeliveryClaim) -> tuple[Callback, Delivery]:
    async with town.database.read() as unit:
        callback = await unit.callbacks.get(OWNER, taken.callback_id)
        return callback, await unit.callbacks.delivery(OWNER, taken.callback_id, taken.delivery_id)


async def disabled_by(town: Town) -> list[str]:
    async with town.database.engines.connection() as connection:
        rows = await connection.execute(
            text("SELECT actor, after FROM audit_entries WHERE action = 'callback.disable'")
        )
        return [f"{row.actor['kind']}: {row.after['disabled_reason']}" for row in rows]


async def test_what_was_accepted_is_delivered(town: Town) -> None:
    await town.callback()
    await town.ask()
    taken = await claim(town)
    await settle(town, taken, ACCEPTED)
    _, seen = await see(town, taken)
    assert (seen.state, seen.last_status, seen.response_ms, seen.last_error) == ("delivered", 204, 12, None)
    assert seen.ended_at is not None
    assert seen.next_attempt_at is None


async def test_what_failed_is_tried_again_when_its_time_has_come(town: Town) -> None:
    await town.callback("job.queued")
    await town.ask()
    now = town.database.clock()
    town.database.clock = lambda: now
    taken = await claim(town)
    await settle(town, taken, REFUSED)
    callback, seen = await see(town, taken)
    assert (seen.state, seen.attempts, seen.next_attempt_at) == ("pending", 1, now + LATER)
    assert (seen.last_status, seen.last_error, seen.ended_at) == (500, REFUSED.error, None)
    assert callback.enabled
    async with town.database.unit() as unit:
        assert await unit.deliveries.claim(5, 45) == ()
        assert await unit.deliveries.seconds_to_next() == LATER.total_seconds()
    town.database.clock = lambda: now + LATER
    again = await claim(town)
    assert (again.delivery_id, again.attempts, again.failures) == (taken.delivery_id, 2, 1)


async def test_when_every_attempt_failed_the_next_one_has_its_turn(town: Town) -> None:
    await town.callback("job.queued")
    await town.ask()
    await town.ask()
    taken = await claim(town)
    await settle(town, taken, REFUSED, retry_in=None)
    callback, seen = await see(town, taken)
    assert (seen.state, callback.enabled) == ("failed", True)
    assert (await claim(town)).delivery_id != taken.delivery_id


async def test_410_disables_at_once_and_gives_up_what_is_pending(town: Town) -> None:
    made = await town.callback("job.queued")
    await town.ask()
    await town.ask()
    taken = await claim(town)
    await settle(town, taken, Attempt(status=410, error="It answered 410 Gone."))
    callback, _ = await see(town, taken)
    assert (callback.enabled, callback.disabled_reason) == (False, "It answered 410 Gone.")
    assert callback.updated_at > made.callback.updated_at
    states = [delivery.state for delivery in await town.deliveries(callback.id)]
    assert states == ["failed", "abandoned"]
    assert await disabled_by(town) == ["system: It answered 410 Gone."]


async def test_failures_in_a_row_over_hours_disable_and_one_success_forgets_them(town: Town) -> None:
    made = await town.callback("job.queued")
    await town.ask()
    await town.ask()
    town.database.callback_rules = CallbackRules(failures=3, failing_for=timedelta(hours=2))
    now = town.database.clock()
    for hour, attempt in enumerate([REFUSED, REFUSED, ACCEPTED, REFUSED, REFUSED]):
        town.database.clock = lambda hours=hour: now + timedelta(hours=hours)
        await settle(town, await claim(town), attempt)
        async with town.database.read() as unit:
            assert (await unit.callbacks.get(OWNER, made.callback.id)).enabled
    town.database.clock = lambda: now + timedelta(hours=5)
    await settle(town, await claim(town), REFUSED)
    async with town.database.read() as unit:
        callback = await unit.callbacks.get(OWNER, made.callback.id)
    assert callback.disabled_reason is not None
    assert "3 attempts failed" in callback.disabled_reason
    assert "500" in callback.disabled_reason
    assert len(await disabled_by(town)) == 1
    async with town.database.unit() as unit:
        enabled = await unit.callbacks.edit(OWNER, callback.id, CallbackChanges(enabled=True))
    assert (enabled.enabled, enabled.disabled_reason) == (True, None)
    await town.ask()
    taken = await claim(town)
    assert taken.failures == 0


@given(
    failures=st.integers(1, 20),
    needed=st.integers(1, 20),
    hours=st.integers(0, 48),
    least=st.integers(0, 48),
    status=st.sampled_from([None, 302, 404, 410, 500]),
)
def test_a_callback_is_disabled_by_exactly_what_the_rules_say(
    failures: int, needed: int, hours: int, least: int, status: int | None
) -> None:
    rules = CallbackRules(failures=needed, failing_for=timedelta(hours=least))
    now = datetime(2026, 3, 1, tzinfo=UTC)
    reason = rules.why_disable(
        Attempt(status=status, error="No."), failures, now - timedelta(hours=hours), now
    )
    assert (reason is not None) == (status == 410 or (failures >= needed and hours >= least))


async def test_who_lost_the_lease_records_nothing(town: Town) -> None:
    await town.callback()
    await town.ask()
    async with town.database.unit() as unit:
        (slow,) = await unit.deliveries.claim(5, -1)
    quick = await claim(town)
    with pytest.raises(DeliveryLost):
        await settle(town, slow, REFUSED)
    async with town.database.unit() as unit:
        await unit.deliveries.give_back(slow)
    _, seen = await see(town, quick)
    assert (seen.attempts, seen.last_attempt_at) == (2, None)
    await settle(town, quick, ACCEPTED)
    for late in (slow, quick):
        with pytest.raises(DeliveryLost):
            await settle(town, late, REFUSED)
    assert (await see(town, quick))[1].state == "delivered"


async def test_who_goes_away_gives_back_without_burning_an_attempt(town: Town) -> None:
    await town.callback()
    await town.ask()
    async with town.database.unit() as unit:
        await unit.deliveries.give_back(await claim(town))
    again = await claim(town)
    assert (again.attempts, again.number) == (1, 2)


@pytest.mark.parametrize(
    ("attempt", "state", "status"), [(ACCEPTED, "delivered", 204), (REFUSED, "abandoned", 500)]
)
async def test_what_was_under_way_when_its_callback_was_disabled_tells_how_it_ended(
    town: Town, attempt: Attempt, state: str, status: int
) -> None:
    made = await town.callback()
    await town.ask()
    taken = await claim(town)
    async with town.database.unit() as unit:
        await unit.callbacks.edit(OWNER, made.callback.id, CallbackChanges(enabled=False))
    await settle(town, taken, attempt)
    _, seen = await see(town, taken)
    assert (seen.state, seen.last_status, seen.next_attempt_at) == (state, status, None)


@pytest.mark.parametrize("attempt", [ACCEPTED, REFUSED])
async def test_what_was_under_way_when_its_callback_was_deleted_is_recorded_nowhere(
    town: Town, attempt: Attempt
) -> None:
    made = await town.callback()
    await town.ask()
    taken = await claim(town)
    async with town.database.unit() as unit:
        await unit.callbacks.delete(OWNER, made.callback.id)
    with pytest.raises(DeliveryLost):
        await settle(town, taken, attempt)


async def test_deliveries_that_ended_long_ago_are_deleted_and_pending_ones_stay(town: Town) -> None:
    made = await town.callback("job.queued")
    await town.ask()
    await town.ask()
    await settle(town, await claim(town), ACCEPTED)
    now = town.database.clock()
    for days, left in ((29, 2), (31, 1)):
        town.database.clock = lambda after=days: now + timedelta(days=after)
        async with town.database.unit() as unit:
            assert await unit.deliveries.clean(timedelta(days=30)) == 2 - left
        assert len(await town.deliveries(made.callback.id)) == left
    assert [delivery.state for delivery in await town.deliveries(made.callback.id)] == ["pending"]
