"""What a callback is to be told is written with the event, and with nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from core.callbacks.schemas import CallbackChanges, DeliveryClaim
from core.jobs.schemas import Job
from tests.core.callbacks.conftest import OWNER, Town, new_guild


async def bodies(town: Town, callback_id: object) -> list[dict[str, Any]]:
    async with town.database.engines.connection() as connection:
        rows = await connection.scalars(
            text("SELECT body FROM callback_deliveries WHERE callback_id = :id ORDER BY position"),
            {"id": callback_id},
        )
        return [msgspec.json.decode(body) for body in rows]


async def test_every_event_of_the_guilds_jobs_is_told_once_and_in_order(town: Town) -> None:
    made = await town.callback()
    await town.callback(guild_id=await new_guild(town.database))
    job = await town.ask()
    await town.do()
    told = await bodies(town, made.callback.id)
    async with town.database.read() as unit:
        events = await unit.jobs.events_after(OWNER, job.id, 0)
    assert [(body["type"], body["data"]["sequence"]) for body in told] == [
        (event.type, event.sequence) for event in events
    ]
    assert [datetime.fromisoformat(body["timestamp"]) for body in told] == [event.at for event in events]
    whom = {(b["data"]["job_id"], b["data"]["kind"], b["data"]["guild_id"]) for b in told}
    assert whom == {(str(job.id), "test.make", town.guild_id)}
    assert told[-1]["data"]["state"] == "succeeded"
    assert told[-1]["data"]["result"] == {"kind": "test.make", "made": ["a"]}
    assert told[-1]["data"]["error"] is None
    assert "result" not in told[0]["data"]
    assert not [d for d in await town.deliveries(made.callback.id) if d.state != "pending"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (("job.settled",), ["job.settled"]),
        (("job.queued", "job.running"), ["job.queued", "job.running"]),
        (("job.*", "job.settled"), ["job.queued", "job.running", "job.progress", "job.settled"]),
        (("job.waiting",), []),
    ],
)
async def test_a_callback_is_told_what_it_asks_for(town: Town, wanted: Any, told: list[str]) -> None:
    made = await town.callback(*wanted)
    await town.ask()
    await town.do()
    assert [delivery.event_type for delivery in await town.deliveries(made.callback.id)] == told


async def test_what_is_rolled_back_is_told_nobody(town: Town) -> None:
    made = await town.callback()
    job = await town.ask()
    with pytest.raises(ZeroDivisionError):
        async with town.database.unit() as unit:
            await unit.jobs.cancel(OWNER, job.id)
            raise ZeroDivisionError
    assert len(await town.deliveries(made.callback.id)) == 1
    async with town.database.unit() as unit:
        await unit.jobs.cancel(OWNER, job.id)
    assert len(await town.deliveries(made.callback.id)) == 2


async def test_housekeepings_events_are_told_too(town: Town) -> None:
    made = await town.callback()
    await town.ask()
    async with town.database.unit() as unit:
        await unit.jobs.park_for_bot()
    last = (await bodies(town, made.callback.id))[-1]
    assert (last["type"], last["data"]["waiting_for"]) == ("job.waiting", "bot")


async def test_a_jobs_transaction_outlives_a_callback_that_is_deleted_meanwhile(town: Town) -> None:
    kept, gone = await town.callback(), await town.callback()
    jobs = [await town.ask() for _ in range(6)]

    async def cancel(job: Job) -> None:
        async with town.database.unit() as unit:
            await unit.jobs.cancel(OWNER, job.id)

    async def delete() -> None:
        async with town.database.unit() as unit:
            await unit.callbacks.delete(OWNER, gone.callback.id)

    await asyncio.gather(*map(cancel, jobs[:3]), delete(), *map(cancel, jobs[3:]))
    assert len(await town.deliveries(kept.callback.id)) == 12


async def test_an_event_is_told_as_the_callback_was_before_a_change_or_after_it(town: Town) -> None:
    """Disabling waits for a transaction that is telling it of something, and gives that up with the rest."""
    made = await town.callback()
    job = await town.ask()

    async def disable() -> None:
        async with town.database.unit() as unit:
            await unit.callbacks.edit(OWNER, made.callback.id, CallbackChanges(enabled=False))

    async with town.database.unit() as unit:
        await unit.jobs.cancel(OWNER, job.id)
        disabling = asyncio.create_task(disable())
        await asyncio.sleep(0.2)
        assert not disabling.done()
    await disabling
    assert {delivery.state for delivery in await town.deliveries(made.callback.id)} == {"abandoned"}


async def claimed(town: Town, limit: int = 99, lease: float = 45) -> list[DeliveryClaim]:
    async with town.database.unit() as unit:
        return list(await unit.deliveries.claim(limit, lease))


async def test_only_the_head_of_each_line_is_claimed_and_by_one(town: Town) -> None:
    callbacks = [(await town.callback()).callback.id for _ in range(6)]
    for _ in range(3):
        await town.ask()
    taken = [
        claim for claims in await asyncio.gather(*(claimed(town, 4) for _ in range(4))) for claim in claims
    ]
    taken += await claimed(town)
    assert sorted(claim.callback_id for claim in taken) == sorted(callbacks)
    heads = {(await town.deliveries(callback))[0].id for callback in callbacks}
    assert {claim.delivery_id for claim in taken} == heads
    assert await claimed(town) == []


async def test_the_line_follows_the_database_and_not_the_clocks_of_processes(town: Town) -> None:
    """An id that a process made whose clock is ahead is larger than one that is made after it."""
    made = await town.callback()
    await town.ask()
    ahead = town.database.clock
    town.database.clock = lambda: ahead() - timedelta(hours=1)
    await town.ask()
    async with town.database.engines.writing.begin() as connection:
        await connection.execute(
            text(
                "UPDATE callback_deliveries SET id = '00000000-0000-7000-8000-000000000001' WHERE position = 2"
            )
        )
    town.database.clock = ahead
    first, *_ = await bodies(town, made.callback.id)
    (claim,) = await claimed(town)
    assert msgspec.json.decode(claim.body) == first


async def test_a_lease_that_ran_out_is_claimed_again_under_a_new_number(town: Town) -> None:
    await town.callback()
    await town.ask()
    (first,) = await claimed(town, lease=60)
    assert await claimed(town) == []
    async with town.database.read() as unit:
        seconds = await unit.deliveries.seconds_to_next()
    assert seconds is not None
    assert 0 < seconds <= 60
    async with town.database.engines.writing.begin() as connection:
        await connection.execute(text("UPDATE callback_deliveries SET lease_until = clock_timestamp()"))
    (second,) = await claimed(town)
    assert (second.delivery_id, second.number, second.attempts) == (first.delivery_id, 2, 2)


async def test_times_that_are_due_compare_with_the_clock_that_is_given(town: Town) -> None:
    await town.callback()
    now = datetime(2031, 1, 1, tzinfo=UTC)
    town.database.clock = lambda: now + timedelta(minutes=1)
    await town.ask()
    town.database.clock = lambda: now
    assert await claimed(town) == []
    async with town.database.read() as unit:
        assert await unit.deliveries.seconds_to_next() == 60
